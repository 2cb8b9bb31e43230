"""Two layers that one instruction made, compared file by file and by content."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.verify.causes import cause_of, holds_times, without_times
from modeldesk.core.verify.model import MOST_EXAMPLES, Because, Cause
from modeldesk.core.words import tr

ReadFiles = Callable[[Sequence[Entry], CancelToken], Iterator[tuple[Entry, bytes]]]
"""Gives the content of files of a layer, in pieces, each file's together."""


@dataclass(frozen=True, slots=True)
class _Pair:
    left: Entry
    right: Entry


@dataclass(slots=True)
class _Found:
    """Causes as they are met."""

    counts: dict[Cause, int] = field(default_factory=dict)
    examples: dict[Cause, list[bytes]] = field(default_factory=dict)

    def add(self, cause: Cause, path: bytes) -> None:
        """A file that differs by `cause`."""
        self.counts[cause] = self.counts.get(cause, 0) + 1
        known = self.examples.setdefault(cause, [])
        if len(known) < MOST_EXAMPLES:
            known.append(path)

    def told(self) -> Mapping[Cause, Because]:
        """All of them; files that are the same leave the archive's own form."""
        if not self.counts:
            return {Cause.ORDER: Because(0)}
        return {
            cause: Because(self.counts[cause], tuple(self.examples[cause]))
            for cause in Cause
            if cause in self.counts
        }


def compare_layers(
    left: LayerIndex, right: LayerIndex, read_left: ReadFiles, read_right: ReadFiles, job: Job
) -> Mapping[Cause, Because]:
    """Why two layers of different diff IDs differ. Every file that both have at the same size is
    read on both sides. Raises `Cancelled`, and what reading raises."""
    found = _Found()
    wanted = list(_to_read(left, right, found, job.token))
    total = 2 * sum(pair.left.size_bytes for pair in wanted)
    progress = _Progress(job, total)
    ours = _digests([pair.left for pair in wanted], read_left, progress)
    theirs = _digests([pair.right for pair in wanted], read_right, progress)
    for pair in wanted:
        cause = _cause(pair, ours[pair.left.path], theirs[pair.right.path])
        if cause is not None:
            found.add(cause, pair.left.path)
    return found.told()


def _to_read(
    left: LayerIndex, right: LayerIndex, found: _Found, token: CancelToken
) -> Iterator[_Pair]:
    """The files whose content has to tell; what differs without is noted."""
    theirs = {path: row for row, path in enumerate(right.paths)}
    for row, path in enumerate(token.over(left.paths)):
        other = theirs.pop(path, None)
        if other is None:
            found.add(cause_of(path), path)
            continue
        pair = _Pair(left.entry(row), right.entry(other))
        if pair.left.type != pair.right.type or pair.left.link != pair.right.link:
            found.add(cause_of(path), path)
        elif pair.left.type == FileType.FILE and _may_be_equal(pair):
            yield pair
        elif pair.left.type == FileType.FILE:
            found.add(cause_of(path), path)
        elif (cause := _of_metadata(pair)) is not None:
            found.add(cause, path)
    for path in theirs:
        found.add(cause_of(path), path)


def _may_be_equal(pair: _Pair) -> bool:
    return pair.left.size_bytes == pair.right.size_bytes or holds_times(
        pair.left.path, max(pair.left.size_bytes, pair.right.size_bytes)
    )


def _of_metadata(pair: _Pair) -> Cause | None:
    left, right = pair.left, pair.right
    if (left.mode, left.uid, left.gid) != (right.mode, right.uid, right.gid):
        return Cause.OWNER
    return Cause.TIMES if left.modified != right.modified else None


def _cause(pair: _Pair, ours: tuple[bytes, bytes], theirs: tuple[bytes, bytes]) -> Cause | None:
    if ours[0] == theirs[0]:
        return _of_metadata(pair)
    if ours[1] == theirs[1]:
        return Cause.HELD_TIMES
    return cause_of(pair.left.path)


def _digests(
    entries: Sequence[Entry], read: ReadFiles, progress: "_Progress"
) -> dict[bytes, tuple[bytes, bytes]]:
    """For each path a digest of the content, and one without the times in it."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    whole = {entry.path: hashlib.sha256() for entry in ordered}
    held = {
        entry.path: bytearray() for entry in ordered if holds_times(entry.path, entry.size_bytes)
    }
    for entry, piece in read(ordered, progress.token) if ordered else ():
        progress.add(len(piece))
        whole[entry.path].update(piece)
        if entry.path in held:
            held[entry.path] += piece
    found = {}
    for path, digest in whole.items():
        value = digest.digest()
        content = held.get(path)
        other = value if content is None else without_times(path, bytes(content))
        found[path] = (value, other if content is None else hashlib.sha256(other).digest())
    return found


class _Progress:
    def __init__(self, job: Job, total: int) -> None:
        self.token = job.token
        self._job = job
        self._total = total
        self._done = 0

    def add(self, count: int) -> None:
        """So many more bytes were read."""
        self.token.raise_if_cancelled()
        self._done += count
        self._job.report(Progress(tr("Comparing files"), self._done, self._total, Unit.BYTES))

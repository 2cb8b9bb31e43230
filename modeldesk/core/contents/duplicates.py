"""Files of one content at several paths. Finding them takes reading, so it is done on request."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.contents.view import FileView, State
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.words import tr

SMALLEST = 64_000
"""Bytes from which a file is looked at."""

Read = Callable[[int, Entry], Iterator[bytes]]
"""The content of an entry of a layer (by number), in pieces."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Paths that hold the same bytes."""

    paths: tuple[bytes, ...]
    size_bytes: int
    """Of each."""
    layers: tuple[int, ...]
    """Who wrote each."""

    @property
    def wasted_bytes(self) -> int:
        """What all but one of them take."""
        return self.size_bytes * (len(self.paths) - 1)


def find_duplicates(view: FileView, read: Read, job: Job) -> tuple[Duplicates, ...]:
    """Files that are there more than once, those that waste most first. Only files of equal
    size are read, layer by layer in the order of their archives. Raises `Cancelled`, and what
    `read` raises."""
    rows = [row for group in candidates(view) for row in group]
    entries = [(row, view.layer_of(row), view.entry(row)) for row in rows]
    entries.sort(key=lambda found: (found[1], found[2].offset))
    total = sum(entry.size_bytes for _, _, entry in entries)
    done = 0
    same = dict[tuple[int, bytes], list[int]]()
    for row, layer, entry in entries:
        digest = sha256()
        for piece in read(layer, entry):
            job.token.raise_if_cancelled()
            digest.update(piece)
            done += len(piece)
            job.report(Progress(tr("Comparing files"), done, total, Unit.BYTES))
        same.setdefault((entry.size_bytes, digest.digest()), []).append(row)
    found = [_told(view, group) for group in same.values() if len(group) > 1]
    return tuple(sorted(found, key=lambda group: (-group.wasted_bytes, group.paths)))


def candidates(view: FileView) -> Sequence[Sequence[int]]:
    """Rows of files that may be the same: equal in size, and in their beginning where that was
    kept."""
    groups = dict[tuple[int, bytes], list[int]]()
    for row, size in enumerate(view.sizes):
        if (
            size >= SMALLEST
            and view.types[row] == FileType.FILE
            and view.states[row] != State.REMOVED
        ):
            kept = view.layers[view.layer_of(row)].kept
            groups.setdefault((size, kept.get(view.paths[row], b"")), []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def _told(view: FileView, rows: Sequence[int]) -> Duplicates:
    ordered = sorted(rows)
    return Duplicates(
        tuple(view.paths[row] for row in ordered),
        view.sizes[ordered[0]],
        tuple(view.layer_of(row) for row in ordered),
    )

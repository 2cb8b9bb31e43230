"""Files of one content at several paths. Finding them takes reading, so it is done on request."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.extract import Read
from modeldesk.core.contents.view import FileView, State
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.words import tr

SMALLEST = 64_000
"""Bytes from which a file is looked at."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Paths that hold the same bytes."""

    paths: tuple[bytes, ...]
    size_bytes: int
    """Of each."""
    layers: tuple[int, ...]
    """Who wrote each."""

    @property
    def copies_bytes(self) -> int:
        """What all but one of them take."""
        return self.size_bytes * (len(self.paths) - 1)


def find_duplicates(view: FileView, read: Read, job: Job) -> tuple[Duplicates, ...]:
    """Files that are there more than once, those that waste most first. Only files of equal
    size are read, all of a layer in one pass. Raises `Cancelled`, and what `read` raises."""
    by_layer = [(view.layer_of(row), row) for group in candidates(view) for row in group]
    wanted = [(layer, view.entry(row), row) for layer, row in sorted(by_layer)]
    total = sum(entry.size_bytes for _, entry, _ in wanted)
    done = 0
    same = dict[tuple[int, bytes], list[int]]()
    for layer, some in groupby(wanted, key=lambda found: found[0]):
        rows = {entry.path: row for _, entry, row in some}
        entries = sorted(map(view.entry, rows.values()), key=lambda entry: entry.offset)
        digests = {entry.path: sha256() for entry in entries}
        for entry, piece in read(layer, entries, job.token):
            job.token.raise_if_cancelled()
            digests[entry.path].update(piece)
            done += len(piece)
            job.report(Progress(tr("Comparing files"), done, total, Unit.BYTES))
        for entry in entries:
            key = (entry.size_bytes, digests[entry.path].digest())
            same.setdefault(key, []).append(rows[entry.path])
    found = [_told(view, group) for group in same.values() if len(group) > 1]
    return tuple(sorted(found, key=lambda group: (-group.copies_bytes, group.paths)))


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

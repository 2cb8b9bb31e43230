"""Which files two images' file systems do not share.

No content is read: a file that is as large as before and was written at another time, for another
owner or under another type counts as written again, and may or may not hold the same.

Everything is done for some thousand files at once, so that an image of a few hundred thousand
costs no call for each and holds nobody up.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import compress, islice, repeat
from operator import gt, mul, ne, or_

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import Owner
from modeldesk.core.contents.pieces import PIECE, pieces
from modeldesk.core.contents.runs import layer_at
from modeldesk.core.contents.view import FileView

_IS_LINK = bytes(kind in (FileType.SYMLINK, FileType.HARD_LINK) for kind in range(256))
_NOT = bytes([1]).ljust(256, b"\0")
_IS_FILE = bytes(kind != FileType.FOLDER for kind in range(256))


class FileChange(IntEnum):
    """What became of a file from the left image to the right one."""

    ADDED = 0
    REMOVED = 1
    RESIZED = 2
    REWRITTEN = 3
    """As large as before, and written again or given to another owner."""


@dataclass(slots=True)
class FileDifferences:
    """Files that differ, in columns, sorted by path. Folders are not among them."""

    paths: list[bytes] = field(default_factory=list)
    changes: bytearray = field(default_factory=bytearray)
    """A `FileChange` for each."""
    left_sizes: "array[int]" = field(default_factory=lambda: array("Q"))
    right_sizes: "array[int]" = field(default_factory=lambda: array("Q"))
    """Zero where the file is not there."""

    def __len__(self) -> int:
        return len(self.paths)

    def add(
        self,
        change: FileChange,
        paths: Iterable[bytes],
        left_sizes: Iterable[int],
        right_sizes: Iterable[int],
    ) -> None:
        """Add files of one change; they must be put in order afterwards."""
        self.paths.extend(paths)
        count = len(self.paths) - len(self.changes)
        self.changes.extend(repeat(change, count))
        self.left_sizes.extend(islice(left_sizes, count))
        self.right_sizes.extend(islice(right_sizes, count))

    @property
    def delta_bytes(self) -> int:
        """How much more the right file system holds."""
        return sum(self.right_sizes) - sum(self.left_sizes)

    def are(self, *changes: FileChange) -> bytearray:
        """For each file 1 if it is of one of some kinds."""
        return self.changes.translate(bytes(kind in changes for kind in range(256)))

    def only(self, *changes: FileChange) -> "FileDifferences":
        """Those of some kinds."""
        chosen = self.are(*changes)
        return FileDifferences(
            list(compress(self.paths, chosen)),
            bytearray(compress(self.changes, chosen)),
            array("Q", compress(self.left_sizes, chosen)),
            array("Q", compress(self.right_sizes, chosen)),
        )


class Files:
    """The files of one image in the end, in columns sorted by path: no folders, nothing that
    was removed."""

    def __init__(self, view: FileView) -> None:
        self.paths: list[bytes] = []
        self.sizes, self.rows, self.times = array("Q"), array("Q"), array("q")
        self.types = bytearray()
        self.owners: list[Owner] = []
        self._view = view
        times, owners = array("q"), list[Owner]()
        for layer in view.layers:
            times.extend(layer.times)
            owners.extend(map(layer.owner_table.__getitem__, layer.owners))
        is_there = view.present()
        for part in pieces(len(view)):
            wanted = bytes(map(mul, view.types[part].translate(_IS_FILE), is_there[part]))
            rows = array("Q", compress(view.rows[part], wanted))
            self.paths.extend(compress(view.paths[part], wanted))
            self.sizes.extend(compress(view.sizes[part], wanted))
            self.types.extend(compress(view.types[part], wanted))
            self.rows.extend(rows)
            self.times.extend(map(times.__getitem__, rows))
            self.owners.extend(map(owners.__getitem__, rows))

    def __len__(self) -> int:
        return len(self.paths)

    def part(self, run: range) -> "_Part":
        """A run of the files."""
        rows = slice(run.start, run.stop)
        return _Part(
            self.paths[rows],
            self.sizes[rows],
            self.types[rows],
            self.times[rows],
            self.owners[rows],
            self.rows[rows],
        )

    def link(self, row: int) -> bytes:
        """Where the link of a row of the image's points."""
        begins = self._view.begins
        layer = layer_at(begins, row)
        return self._view.layers[layer].links.get(row - begins[layer], b"")


@dataclass(frozen=True, slots=True)
class _Part:
    """Some files, in columns."""

    paths: Sequence[bytes]
    sizes: Sequence[int]
    types: Sequence[int]
    times: Sequence[int]
    owners: Sequence[Owner]
    rows: Sequence[int]

    def only(self, chosen: bytes) -> "_Part":
        """Those for which `chosen` is 1."""
        return _Part(
            list(compress(self.paths, chosen)),
            list(compress(self.sizes, chosen)),
            bytes(compress(self.types, chosen)),
            list(compress(self.times, chosen)),
            list(compress(self.owners, chosen)),
            list(compress(self.rows, chosen)),
        )


def diff_files(left: Files, right: Files, at_once: int = PIECE) -> FileDifferences:
    """What differs between two file systems; the sizes add up to the difference of theirs."""
    found = FileDifferences()
    for lefts, rights in _pieces(left.paths, right.paths, at_once):
        ours, theirs = left.part(lefts), right.part(rights)
        part = FileDifferences()
        if ours.paths != theirs.paths:
            ours, theirs = _one_sided(part, ours, theirs)
        changed = _changed(ours, theirs, left, right)
        for change, chosen in changed.items():
            part.add(
                change,
                compress(ours.paths, chosen),
                compress(ours.sizes, chosen),
                compress(theirs.sizes, chosen),
            )
        order = sorted(range(len(part)), key=part.paths.__getitem__)
        found.paths.extend(map(part.paths.__getitem__, order))
        found.changes.extend(map(part.changes.__getitem__, order))
        found.left_sizes.extend(map(part.left_sizes.__getitem__, order))
        found.right_sizes.extend(map(part.right_sizes.__getitem__, order))
    return found


def _pieces(
    left: Sequence[bytes], right: Sequence[bytes], most: int
) -> Iterator[tuple[range, range]]:
    """Runs of both that cover the same stretch of names, none longer than `most`."""
    a = b = 0
    while a < len(left) or b < len(right):
        end_a = min(a + most, len(left))
        end_b = bisect_left(right, left[end_a], b) if end_a < len(left) else len(right)
        if end_b - b > most:
            end_b = b + most
            end_a = bisect_left(left, right[end_b], a, end_a)
        yield range(a, end_a), range(b, end_b)
        a, b = end_a, end_b


def _one_sided(found: FileDifferences, ours: _Part, theirs: _Part) -> tuple[_Part, _Part]:
    """Note what only one has; what both have, side by side."""
    in_right = bytes(map(set(theirs.paths).__contains__, ours.paths))
    in_left = bytes(map(set(ours.paths).__contains__, theirs.paths))
    gone = in_right.translate(_NOT)
    new = in_left.translate(_NOT)
    found.add(FileChange.REMOVED, compress(ours.paths, gone), compress(ours.sizes, gone), repeat(0))
    found.add(FileChange.ADDED, compress(theirs.paths, new), repeat(0), compress(theirs.sizes, new))
    return ours.only(in_right), theirs.only(in_left)


def _changed(ours: _Part, theirs: _Part, left: Files, right: Files) -> Mapping[FileChange, bytes]:
    """For each change whether it is that of each file that both have."""
    resized = bytes(map(ne, ours.sizes, theirs.sizes))
    again = bytearray(map(ne, ours.times, theirs.times))
    if ours.types != theirs.types:
        again = bytearray(map(or_, again, map(ne, ours.types, theirs.types)))
    if ours.owners != theirs.owners:
        again = bytearray(map(or_, again, map(ne, ours.owners, theirs.owners)))
    links = bytes(ours.types).translate(_IS_LINK)
    for number in compress(range(len(links)), links):
        if left.link(ours.rows[number]) != right.link(theirs.rows[number]):
            again[number] = 1
    return {
        FileChange.RESIZED: resized,
        FileChange.REWRITTEN: bytes(map(gt, again, resized)),
    }

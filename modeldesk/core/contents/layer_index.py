"""All entries of one layer in columns: small to keep, quick to search, cheap to make.

A layer of a few hundred thousand files is common, so no object is made for a file until one is
asked for. The paths are sorted as bytes, folders with a slash at their end: all that is in a
folder is then one run of rows, which begins with the folder itself.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from modeldesk.core.contents.entries import Entry, FileType

Owner = tuple[int, int, int]
"""Permission bits, user id, group id: few combinations serve all files of a layer."""

Row = tuple[bytes, int, int, int, int, int]
"""Path (a folder's with a slash at its end), type, size, owner's place, time, offset."""

SIZE, OWNER, TIME, OFFSET = "Q", "I", "q", "Q"
"""How the columns are kept: type codes of `array`."""


@dataclass(slots=True)
class Columns:
    """Rows as they are met, not yet sorted. The lists are of one length."""

    paths: list[bytes] = field(default_factory=list)
    """Folders end with a slash."""
    types: bytearray = field(default_factory=bytearray)
    sizes: "array[int]" = field(default_factory=lambda: array(SIZE))
    owners: "array[int]" = field(default_factory=lambda: array(OWNER))
    """Places in the table of owners."""
    times: "array[int]" = field(default_factory=lambda: array(TIME))
    offsets: "array[int]" = field(default_factory=lambda: array(OFFSET))
    links: dict[int, bytes] = field(default_factory=dict)
    """Row → target."""

    def all(self) -> tuple[Sequence[object], ...]:
        """All that have an item for each row."""
        return self.paths, self.types, self.sizes, self.owners, self.times, self.offsets


class LayerIndex:
    """One layer's entries, sorted by path, one for each path."""

    def __init__(
        self, columns: Columns, owners: Sequence[Owner], kept: Mapping[bytes, bytes]
    ) -> None:
        self.paths: Sequence[bytes] = columns.paths
        """Sorted; folders end with a slash."""
        self.types: bytes = bytes(columns.types)
        """A `FileType` for each row."""
        self.sizes: Sequence[int] = columns.sizes
        self.owners: Sequence[int] = columns.owners
        self.owner_table = tuple(owners)
        self.times: Sequence[int] = columns.times
        self.offsets: Sequence[int] = columns.offsets
        self.links: Mapping[int, bytes] = columns.links
        self.kept = kept
        """The beginning of large files, and package databases whole, by path."""

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def size_bytes(self) -> int:
        """Bytes of all entries: what the layer holds when it is unpacked."""
        return sum(self.sizes)

    @property
    def file_count(self) -> int:
        """Entries that are neither folders nor whiteouts."""
        marks = (FileType.FOLDER, FileType.WHITEOUT, FileType.OPAQUE)
        return len(self.types) - sum(self.types.count(int(mark)) for mark in marks)

    def row(self, path: bytes) -> int | None:
        """The row of `path` (without a slash at its end), or None."""
        for name in (path, path + b"/"):
            place = bisect_left(self.paths, name)
            if place < len(self.paths) and self.paths[place] == name:
                return place
        return None

    def entry(self, row: int) -> Entry:
        """One row as an object."""
        mode, uid, gid = self.owner_table[self.owners[row]]
        return Entry(
            self.paths[row].removesuffix(b"/"),
            FileType(self.types[row]),
            self.sizes[row],
            mode,
            uid,
            gid,
            self.times[row],
            self.links.get(row, b""),
            self.offsets[row],
        )

    def __iter__(self) -> Iterator[Entry]:
        return map(self.entry, range(len(self)))

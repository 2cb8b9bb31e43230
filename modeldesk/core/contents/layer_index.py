"""All entries of one layer in columns: small to keep, quick to search, cheap to make.

A layer of a few hundred thousand files is common, so no object is made for a file until one is
asked for. The paths are sorted as bytes, folders with a slash at their end: all that is in a
folder is then one run of rows, which begins with the folder itself.
"""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import zstandard

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.errors import ArchiveDamaged
from modeldesk.core.words import tr

Owner = tuple[int, int, int]
"""Permission bits, user id, group id: few combinations serve all files of a layer."""

Row = tuple[bytes, int, int, int, int, int]
"""Path (a folder's with a slash at its end), type, size, owner's place, time, offset."""

_FORMAT = 1
_HEAD = struct.Struct("<HxxIQ")
_PART_ROWS = 100_000
"""Rows that are collected before they are packed, so that no layer needs much memory."""


@dataclass(slots=True)
class Columns:
    """Rows as they are met, not yet sorted. The lists are of one length."""

    paths: list[bytes] = field(default_factory=list)
    """Folders end with a slash."""
    types: bytearray = field(default_factory=bytearray)
    sizes: "array[int]" = field(default_factory=lambda: array("Q"))
    owners: "array[int]" = field(default_factory=lambda: array("I"))
    """Places in the table of owners."""
    times: "array[int]" = field(default_factory=lambda: array("q"))
    offsets: "array[int]" = field(default_factory=lambda: array("Q"))
    links: dict[int, bytes] = field(default_factory=dict)
    """Row → target."""

    def add(self, *rows: Row) -> None:
        """Add rows in their order."""
        paths, types, sizes, owners, times, offsets = zip(*rows, strict=True)
        self.paths.extend(paths)
        self.types.extend(types)
        self.sizes.extend(sizes)
        self.owners.extend(owners)
        self.times.extend(times)
        self.offsets.extend(offsets)


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

    def cumulative_sizes(self) -> list[int]:
        """``[0, size of row 0, of rows 0–1, …]``: a run of rows is a difference of two."""
        return list(accumulate(self.sizes, initial=0))


class LayerIndexWriter:
    """Collects a layer's rows and packs them, a part at a time."""

    def __init__(self) -> None:
        self.columns = Columns()
        """Where a reader of archives adds its rows; then it calls `row_added` now and then."""
        self.owners: dict[Owner, int] = {}
        self.kept: dict[bytes, bytes] = {}
        self._parts: list[bytes] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Add many rows at once."""
        if rows:
            self.columns.add(*rows)

    def pack_when_large(self) -> None:
        """To be called between rows, at least once in some thousands."""
        if len(self.columns.paths) >= _PART_ROWS:
            self._pack()

    def owner(self, owner: Owner) -> int:
        """Its place in the table of owners."""
        return self.owners.setdefault(owner, len(self.owners))

    def clear(self) -> None:
        """Forget the rows that were not packed yet."""
        self.columns = Columns()
        self.kept.clear()

    def finish(self) -> bytes:
        """The whole layer, packed; `unpack` reads it."""
        self._pack()
        return _joined([_HEAD.pack(_FORMAT, len(self._parts), len(self.owners)), *self._parts])

    def _pack(self) -> None:
        if not self.columns.paths and self._parts:
            return
        self._parts.append(_packed(_sorted(self.columns), tuple(self.owners), self.kept))
        self.columns = Columns()
        self.kept = {}


def unpack(packed: bytes) -> LayerIndex:
    """Read what `LayerIndexWriter.finish` made. Raises `ArchiveDamaged` for anything else."""
    try:
        head, *parts = _split(packed)
        kind, _, _ = _HEAD.unpack(head)
        if kind != _FORMAT:
            raise ValueError(kind)
        read = [_unpacked(part) for part in parts]
    except (ValueError, struct.error, zstandard.ZstdError, IndexError) as error:
        raise ArchiveDamaged(tr("The kept index of a layer is damaged."), "", str(error)) from error
    columns, owners, kept = read[0]
    for more, owners_then, kept_then in read[1:]:
        columns, owners = _merged(columns, more), owners_then
        kept.update(kept_then)
    return LayerIndex(columns, owners, kept)


def _sorted(columns: Columns) -> Columns:
    """By path; of a path that is there twice the later row stays, as unpacking would have it."""
    paths = columns.paths
    order = sorted(range(len(paths)), key=paths.__getitem__)
    names = [paths[row] for row in order]
    if len(set(names)) != len(names):
        last = dict(zip(names, order, strict=True))
        names, order = list(last), list(last.values())
    types, links = columns.types, columns.links
    places = {row: place for place, row in enumerate(order)} if links else {}
    return Columns(
        names,
        bytearray(map(types.__getitem__, order)),
        array("Q", map(columns.sizes.__getitem__, order)),
        array("I", map(columns.owners.__getitem__, order)),
        array("q", map(columns.times.__getitem__, order)),
        array("Q", map(columns.offsets.__getitem__, order)),
        {places[row]: link for row, link in links.items() if row in places},
    )


def _merged(first: Columns, second: Columns) -> Columns:
    shift = len(first.paths)
    return _sorted(
        Columns(
            first.paths + second.paths,
            first.types + second.types,
            first.sizes + second.sizes,
            first.owners + second.owners,
            first.times + second.times,
            first.offsets + second.offsets,
            {**first.links, **{row + shift: link for row, link in second.links.items()}},
        )
    )


def _packed(columns: Columns, owners: Sequence[Owner], kept: Mapping[bytes, bytes]) -> bytes:
    sections = (
        b"\0".join(columns.paths),
        bytes(columns.types),
        columns.sizes.tobytes(),
        columns.owners.tobytes(),
        columns.times.tobytes(),
        columns.offsets.tobytes(),
        array("I", columns.links).tobytes(),
        b"\0".join(columns.links.values()),
        array("q", [number for owner in owners for number in owner]).tobytes(),
        _joined([piece for pair in kept.items() for piece in pair]),
    )
    return zstandard.ZstdCompressor(level=1).compress(_joined(sections))


def _unpacked(part: bytes) -> tuple[Columns, tuple[Owner, ...], dict[bytes, bytes]]:
    sections = _split(zstandard.ZstdDecompressor().decompress(part))
    names, types, sizes, owner_places, times, offsets, link_rows, links, owners, kept = sections
    numbers = array("q", owners)
    pieces = _split(kept)
    columns = Columns(
        names.split(b"\0") if types else [],
        bytearray(types),
        array("Q", sizes),
        array("I", owner_places),
        array("q", times),
        array("Q", offsets),
        dict(zip(array("I", link_rows), links.split(b"\0"), strict=bool(link_rows))),
    )
    table = tuple(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    return columns, table, dict(zip(pieces[::2], pieces[1::2], strict=True))


def _joined(sections: Sequence[bytes]) -> bytes:
    return b"".join(
        piece for section in sections for piece in (struct.pack("<Q", len(section)), section)
    )


def _split(joined: bytes) -> list[bytes]:
    sections, place = [], 0
    while place < len(joined):
        (length,) = struct.unpack_from("<Q", joined, place)
        place += 8
        if length > len(joined) - place:
            raise ValueError(length)
        sections.append(joined[place : place + length])
        place += length
    return sections

"""All entries of one layer in columns: small to keep, quick to search, cheap to make.

A layer of a few hundred thousand files is common, so no object is made for a file until one is
asked for. The paths are sorted as bytes, folders with a slash at their end: all that is in a
folder is then one run of rows, which begins with the folder itself.
"""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from operator import eq, itemgetter
from typing import TypeVar

import zstandard

from modeldesk.core.contents.entries import Entry, FileType
from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.words import tr

Owner = tuple[int, int, int]
"""Permission bits, user id, group id: few combinations serve all files of a layer."""

Row = tuple[bytes, int, int, int, int, int]
"""Path (a folder's with a slash at its end), type, size, owner's place, time, offset."""

MOST_ROWS = 5_000_000
"""Entries that a layer may have."""

_Item = TypeVar("_Item")
_FORMAT = 2
_HEAD = struct.Struct("<HxxI")
_SIZE, _OWNER, _TIME, _OFFSET = "Q", "I", "q", "Q"
"""How the columns are kept."""
_PART_ROWS = 100_000
"""Rows that are collected before they are packed, so that no layer needs much memory."""
_PART_TEXT = 24 * 1024 * 1024
"""As well, bytes of names and links."""
_MOST_TEXT = 512 * 1024 * 1024
_MOST_OWNERS = 250_000


@dataclass(slots=True)
class Columns:
    """Rows as they are met, not yet sorted. The lists are of one length."""

    paths: list[bytes] = field(default_factory=list)
    """Folders end with a slash."""
    types: bytearray = field(default_factory=bytearray)
    sizes: MutableSequence[int] = field(default_factory=list)
    owners: MutableSequence[int] = field(default_factory=list)
    """Places in the table of owners."""
    times: MutableSequence[int] = field(default_factory=list)
    offsets: MutableSequence[int] = field(default_factory=list)
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

    def cumulative_sizes(self) -> list[int]:
        """``[0, size of row 0, of rows 0–1, …]``: a run of rows is a difference of two."""
        return list(accumulate(self.sizes, initial=0))


class LayerIndexWriter:
    """Collects a layer's rows and packs them, a part at a time.

    Adding raises `ArchiveError` where there are more than an honest layer can have, so that no
    archive can fill the memory.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self.columns = Columns()
        """Rows that are not packed yet."""
        self.kept: dict[bytes, bytes] = {}
        """See `LayerIndex`."""
        self._owners: dict[Owner, int] = {}
        self._parts: list[bytes] = []
        self._most_rows = most_rows
        self._packed_rows = 0
        self._text = self._packed_text = 0

    def add(self, rows: Sequence[Row]) -> None:
        """Add many rows at once."""
        for row in rows:
            self.add_row(row)

    def add_row(self, row: Row, link: bytes = b"") -> None:
        """Add one, which may point somewhere."""
        columns = self.columns
        if link:
            columns.links[len(columns.paths)] = link
        columns.paths.append(row[0])
        columns.types.append(row[1])
        columns.sizes.append(row[2])
        columns.owners.append(row[3])
        columns.times.append(row[4])
        columns.offsets.append(row[5])
        self._text += len(row[0]) + len(link)

    def add_columns(
        self,
        paths: Sequence[bytes],
        types: bytes,
        sizes: Sequence[int],
        owners: Sequence[int],
        times: Sequence[int],
        offsets: Sequence[int],
        links: Mapping[int, bytes],
        text_bytes: int,
    ) -> None:
        """Add many rows, given by columns. `links` are by place among them; all paths together
        have `text_bytes`."""
        columns = self.columns
        before = len(columns.paths)
        columns.paths.extend(paths)
        columns.types += types
        columns.sizes.extend(sizes)
        columns.owners.extend(owners)
        columns.times.extend(times)
        columns.offsets.extend(offsets)
        columns.links.update((before + row, link) for row, link in links.items())
        self._text += text_bytes

    def pack_when_large(self) -> None:
        """To be called between rows, at least once in some thousands. Raises `ArchiveError`."""
        rows, text = len(self.columns.paths), self._text
        if (
            self._packed_rows + rows > self._most_rows
            or self._packed_text + text > _MOST_TEXT
            or len(self._owners) > _MOST_OWNERS
        ):
            raise ArchiveError(
                tr("It holds more files than any image has."),
                tr("It may be made to do harm."),
            )
        if rows >= _PART_ROWS or text >= _PART_TEXT:
            self._pack()

    def owner(self, owner: Owner) -> int:
        """Its place in the table of owners."""
        return self._owners.setdefault(owner, len(self._owners))

    def clear(self) -> None:
        """Forget the rows that were not packed yet."""
        self.columns = Columns()
        self.kept.clear()
        self._text = 0

    def finish(self) -> bytes:
        """The whole layer, packed; `unpack` reads it."""
        if self.columns.paths or not self._parts:
            self._pack()
        owners = array("q", [number for owner in self._owners for number in owner]).tobytes()
        return _joined([_HEAD.pack(_FORMAT, len(self._parts)), owners, *self._parts])

    def _pack(self) -> None:
        columns, kept = self.columns, self.kept
        self._packed_rows += len(columns.paths)
        self._packed_text += self._text
        self.columns, self.kept, self._text = Columns(), {}, 0
        _sort(columns)
        self._parts.append(_packed(columns, kept))


def unpack(packed: bytes) -> LayerIndex:
    """Read what `LayerIndexWriter.finish` made. Raises `ArchiveDamaged` for anything else."""
    try:
        head, owners, *parts = _split(packed)
        kind, count = _HEAD.unpack(head)
        if kind != _FORMAT or count != len(parts) or not parts:
            raise ValueError(kind)
        numbers = array("q", owners)
        table = tuple(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
        columns, kept = _unpacked(parts[0])
        for part in parts[1:]:
            more, kept_then = _unpacked(part)
            _append(columns, more)
            kept.update(kept_then)
        if len({len(column) for column in columns.all()}) != 1:
            raise ValueError(len(columns.paths))
    except (ValueError, struct.error, zstandard.ZstdError, IndexError, MemoryError) as error:
        raise ArchiveDamaged(tr("The kept index of a layer is damaged."), "", str(error)) from error
    if len(parts) > 1:
        _sort(columns)
    return LayerIndex(columns, table, kept)


def _sort(columns: Columns) -> None:
    """By path; of a path that is there twice the later row stays, as unpacking would have it."""
    paths = columns.paths
    order = sorted(range(len(paths)), key=paths.__getitem__)
    columns.paths = list(_picked(paths, order))
    if any(map(eq, columns.paths, islice(columns.paths, 1, None))):
        last = dict(zip(columns.paths, order, strict=True))
        columns.paths, order = list(last), list(last.values())
    columns.types = bytearray(_picked(columns.types, order))
    columns.sizes = array(_SIZE, _picked(columns.sizes, order))
    columns.owners = array(_OWNER, _picked(columns.owners, order))
    columns.times = array(_TIME, _picked(columns.times, order))
    columns.offsets = array(_OFFSET, _picked(columns.offsets, order))
    if columns.links:
        links = columns.links
        found = ((place, links.get(row)) for place, row in enumerate(order))
        columns.links = {place: link for place, link in found if link is not None}


def _picked(column: Sequence[_Item], order: Sequence[int]) -> Sequence[_Item]:
    """Its items in that order."""
    if len(order) < 2:
        return [column[row] for row in order]
    picked: tuple[_Item, ...] = itemgetter(*order)(column)
    return picked


def _append(columns: Columns, more: Columns) -> None:
    shift = len(columns.paths)
    columns.paths.extend(more.paths)
    columns.types.extend(more.types)
    columns.sizes.extend(more.sizes)
    columns.owners.extend(more.owners)
    columns.times.extend(more.times)
    columns.offsets.extend(more.offsets)
    columns.links.update((row + shift, link) for row, link in more.links.items())


def _packed(columns: Columns, kept: Mapping[bytes, bytes]) -> bytes:
    """Columns that are not used any more, one after another, so that little is there twice."""
    pack = zstandard.ZstdCompressor(level=1).compress
    names, columns.paths = b"\0".join(columns.paths), []
    sections = [pack(names)]
    del names
    sections += map(
        pack,
        (
            bytes(columns.types),
            array(_SIZE, columns.sizes).tobytes(),
            array(_OWNER, columns.owners).tobytes(),
            array(_TIME, columns.times).tobytes(),
            array(_OFFSET, columns.offsets).tobytes(),
            array("I", columns.links).tobytes(),
            b"\0".join(columns.links.values()),
            _joined([piece for pair in kept.items() for piece in pair]),
        ),
    )
    return _joined(sections)


def _unpacked(part: bytes) -> tuple[Columns, dict[bytes, bytes]]:
    sections = map(zstandard.ZstdDecompressor().decompress, _split(part))
    names, types, sizes, owner_places, times, offsets, link_rows, links, kept = sections
    pieces = _split(kept)
    columns = Columns(
        names.split(b"\0") if types else [],
        bytearray(types),
        array(_SIZE, sizes),
        array(_OWNER, owner_places),
        array(_TIME, times),
        array(_OFFSET, offsets),
        dict(zip(array("I", link_rows), links.split(b"\0"), strict=bool(link_rows))),
    )
    return columns, dict(zip(pieces[::2], pieces[1::2], strict=True))


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

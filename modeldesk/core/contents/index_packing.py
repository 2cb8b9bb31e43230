"""How the index of a layer is made and kept: rows are collected as they are met, sorted and
packed, and unpacked when somebody asks."""

import struct
from array import array
from collections.abc import Mapping, Sequence
from itertools import islice
from operator import eq, ge

import numpy as np
import zstandard
from numpy.typing import NDArray

from modeldesk.core.contents.layer_index import (
    OFFSET,
    OWNER,
    SIZE,
    TIME,
    Columns,
    LayerIndex,
    Owner,
    Row,
)
from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.words import tr

Numbers = NDArray[np.int64]

MOST_ROWS = 5_000_000
"""Entries that a layer may have."""

_FORMAT = 2
_HEAD = struct.Struct("<HxxI")
_PART_ROWS = 100_000
"""Rows that are collected before they are packed, so that no layer needs much memory."""
_PART_TEXT = 24 * 1024 * 1024
"""As well, bytes of names and links."""
_MOST_TEXT = 512 * 1024 * 1024
_MOST_OWNERS = 250_000
_MOST_CLAIMED = float(1 << 50)
"""Bytes of all files of a layer, which files with holes only claim: so many layers can be added up
as any image has."""


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
        self._claimed = 0.0

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
        sizes: Numbers,
        owners: Numbers,
        times: Numbers,
        offsets: Numbers,
        links: Mapping[int, bytes],
        text_bytes: int,
    ) -> None:
        """Add many rows, given by columns. `links` are by place among them; all paths together
        have `text_bytes`."""
        columns = self.columns
        before = len(columns.paths)
        columns.paths.extend(paths)
        columns.types += types
        columns.sizes.frombytes(sizes.tobytes())
        columns.owners.frombytes(owners.astype(np.uint32).tobytes())
        columns.times.frombytes(times.tobytes())
        columns.offsets.frombytes(offsets.tobytes())
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
            raise _harmful(tr("It holds more files than any image has."))
        if rows >= _PART_ROWS or text >= _PART_TEXT:
            self._pack()

    def owner(self, owner: Owner) -> int:
        """Its place in the table of owners."""
        return self._owners.setdefault(owner, len(self._owners))

    def clear(self) -> None:
        """Forget the rows that were not packed yet, and the owners."""
        self.columns = Columns()
        self.kept.clear()
        self._owners.clear()
        self._text = 0

    def finish(self) -> bytes:
        """The whole layer, packed; `unpack` reads it. Raises `ArchiveError`."""
        if self.columns.paths or not self._parts:
            self._pack()
        owners = array("q", [number for owner in self._owners for number in owner]).tobytes()
        return _joined([_HEAD.pack(_FORMAT, len(self._parts)), owners, *self._parts])

    def _pack(self) -> None:
        columns, kept = self.columns, self.kept
        self._claimed += float(np.frombuffer(columns.sizes, SIZE).sum(dtype=np.float64))
        if self._claimed > _MOST_CLAIMED:
            raise _harmful(tr("Its files claim to be larger than any image is."))
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


def _harmful(reason: str) -> ArchiveError:
    return ArchiveError(reason, tr("It may be made to do harm."))


def _sort(columns: Columns) -> None:
    """By path; of a path that is there twice the row stays whose data comes later, as unpacking
    would have it."""
    paths, offsets = columns.paths, columns.offsets
    if not any(map(ge, paths, islice(paths, 1, None))):
        return
    order = sorted(range(len(paths)), key=paths.__getitem__)
    columns.paths = [paths[row] for row in order]
    if any(map(eq, columns.paths, islice(columns.paths, 1, None))):
        order.sort(key=lambda row: (paths[row], offsets[row]))
        last = dict(zip(columns.paths, order, strict=True))
        columns.paths, order = list(last), list(last.values())
    places = np.array(order, np.int64)
    columns.types = bytearray(np.frombuffer(columns.types, np.uint8)[places].tobytes())
    columns.sizes = _picked(columns.sizes, places)
    columns.owners = _picked(columns.owners, places)
    columns.times = _picked(columns.times, places)
    columns.offsets = _picked(columns.offsets, places)
    if columns.links:
        links = columns.links
        found = ((place, links.get(row)) for place, row in enumerate(order))
        columns.links = {place: link for place, link in found if link is not None}


def _picked(column: "array[int]", places: Numbers) -> "array[int]":
    """Its items in that order."""
    items = np.frombuffer(column, column.typecode)
    return array(column.typecode, items[places].tobytes())


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
            columns.sizes.tobytes(),
            columns.owners.tobytes(),
            columns.times.tobytes(),
            columns.offsets.tobytes(),
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
        array(SIZE, sizes),
        array(OWNER, owner_places),
        array(TIME, times),
        array(OFFSET, offsets),
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

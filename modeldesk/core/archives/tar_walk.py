"""The entries of a tar archive, by its headers alone.

Many times as fast as the standard library's reader, because it makes no object for an entry and
passes over data without looking at it. It takes what that reader takes (old, ustar, GNU and PAX
forms), and is fuzzed against it.
"""

import re
from collections.abc import Callable, Sequence
from struct import Struct

from zlib_ng.zlib_ng import adler32

from modeldesk.core.archives import tar_headers
from modeldesk.core.archives.tar_entries import (
    DATABASE_FOLDER,
    DATABASES,
    LARGE,
    TarEntries,
    cleaned,
)
from modeldesk.core.archives.tar_headers import BLOCK
from modeldesk.core.archives.window import Window
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndexWriter
from modeldesk.core.contents.merged import rows_of_type

_FIELDS = Struct("100x24s12x12s364x")
"""Of a header: permissions with user and group, time."""
_FILE = _ZERO = b"0"[0]
_TYPES = {
    b"0": FileType.FILE,
    b"1": FileType.HARD_LINK,
    b"2": FileType.SYMLINK,
    b"5": FileType.FOLDER,
}
_WITHOUT_DATA = frozenset(b"125")
_TYPE_OF_FLAG = bytes(_TYPES.get(bytes([flag]), 0) for flag in range(256))
_LINKS = (FileType.HARD_LINK, FileType.SYMLINK)
_ODD = re.compile(rb"/\.(?:[/\0]|wh\.)")
"""In a name (which a zero byte ends) that is not plainly written, or a marker's."""
_LIKE_DATABASES = frozenset(
    (before + path)[4:12] for path in (*DATABASES, DATABASE_FOLDER) for before in (b"", b"/", b"./")
)
"""Letters five to twelve of names that may be those of files to be kept."""
_BATCH = 256
"""Headers that are worth looking at together, and few enough to stay in the processor's cache."""
_EFFORT = 4096
"""About how many headers are taken between two looks at whether to go on."""
_OF_VIEW, _OF_ENTRY = 16, 64
"""The effort of moving the window, and of an entry that is not plain."""
_MOST_LEARNED = 50_000
_MODULUS = 65521


def walk(window: Window, into: LayerIndexWriter, check: Callable[[], None]) -> None:
    """Add every entry from the beginning of `window` to the end of the archive.

    `check` is called now and then and may raise to stop. Raises `ArchiveDamaged`.
    """
    walking = _Walk(window, into)
    place = window.at(0, BLOCK)
    while not walking.entries.ended:
        check()
        place = walking.go_on(place)
        into.pack_when_large()


class _Walk:
    """One pass. The headers of plain entries are collected in a loop without calls and looked at
    many at once; all that is rarer goes through `TarEntries`, which could take them too."""

    def __init__(self, window: Window, into: LayerIndexWriter) -> None:
        self.entries = TarEntries(window, into)
        self._window = window
        self._into = into
        self._heads: list[bytes] = []
        """Headers of plain entries."""
        self._sizes: list[int] = []
        self._offsets: list[int] = []
        """Where their data begins in the archive."""
        self._size_of = _Learned(_usual_size)
        self._plain = _PlainHeaders(into)

    def go_on(self, place: int) -> int:
        """Take the next few thousand entries; the place behind them."""
        entries, effort = self.entries, 0
        while effort < _EFFORT and not entries.ended:
            before = len(self._heads)
            if entries.next_is_plain:
                place = self._collect(place)
                effort += len(self._heads) - before
            if place + BLOCK > len(self._window.data):
                effort += _OF_VIEW
                if len(self._heads) >= _BATCH:
                    self._take()
                place = self._move(place)
            else:
                effort += _OF_ENTRY
                self._take()
                place = entries.one(place)
        self._take()
        return place

    def _collect(self, place: int) -> int:
        """Collect plain headers up to one that is not, or is not there whole; its place."""
        size_of, data, shift = self._size_of, self._window.data, self.entries.shift + BLOCK
        add_head, add_size = self._heads.append, self._sizes.append
        add_offset = self._offsets.append
        last = len(data) - BLOCK
        try:
            while place <= last:
                head = data[place : place + BLOCK]
                size = size_of[head[124:136]]
                if head[156] != _FILE and (size or head[156] not in _WITHOUT_DATA):
                    break
                if head[4:12] in _LIKE_DATABASES:
                    break
                add_head(head)
                add_size(size)
                add_offset(shift + place)
                # The header itself, and the data filled up to whole blocks.
                place += (size + 2 * BLOCK - 1) & -BLOCK
        except KeyError:
            pass
        return place

    def _move(self, place: int) -> int:
        place = self._window.at(place, BLOCK)
        there = len(self._window.data) - place
        if there < BLOCK:
            self._take()
            self.entries.end_without_mark(there)
        return place

    def _take(self) -> None:
        """Add what was collected."""
        if self._heads:
            self._plain.take(self._heads, self._sizes, self._offsets)
            self._heads.clear()
            self._sizes.clear()
            self._offsets.clear()


class _PlainHeaders:
    """Reads many headers at once."""

    def __init__(self, into: LayerIndexWriter) -> None:
        self._into = into
        self._owners = _Learned(lambda field: into.owner(tar_headers.owner_of(field)))
        self._times = _Learned(tar_headers.moment)

    def take(self, heads: Sequence[bytes], sizes: list[int], offsets: Sequence[int]) -> None:
        """Add entries; `sizes` are changed. Raises `ArchiveDamaged`."""
        joined = b"".join(heads)
        if not _sums_are_right(joined, len(heads)):
            # They are all wrong somewhere, or written in another way.
            for head in heads:
                tar_headers.parse(head)
        names, firsts = _names(heads, joined)
        types = joined[156::BLOCK].translate(_TYPE_OF_FLAG)
        links = _links(heads, types)
        owners, times = self._owners, self._times
        owner_fields, time_fields = zip(*_FIELDS.iter_unpack(joined), strict=True)
        given = (
            [owners[field] for field in owner_fields],
            [times[field] for field in time_fields],
            offsets,
        )
        text = b"\0".join((*names, b""))
        if _are_clean(names, text, firsts, types):
            for number, link in links.items():
                sizes[number] = len(link) if types[number] == FileType.SYMLINK else 0
            self._into.add_columns(names, types, sizes, *given, links, len(text))
            return
        for number, row in enumerate(zip(names, types, sizes, *given, strict=True)):
            link = links.get(number, b"")
            found = cleaned(row, link)
            if found is not None:
                self._into.add_row(found, link)


def _usual_size(field: bytes) -> int:
    """What the field for the size says, if it is written as by nearly all programs and not large.
    Raises `KeyError` for another."""
    if field[:11].translate(None, b"01234567") or field[11:] not in (b"\0", b" "):
        raise KeyError(field)
    size = int(field[:11], 8)
    if size >= LARGE:
        raise KeyError(field)
    return size


class _Learned(dict[bytes, int]):
    """What fields of headers mean. There are few different ones of each kind."""

    def __init__(self, read: Callable[[bytes], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, field: bytes) -> int:
        if len(self) > _MOST_LEARNED:
            self.clear()
        value = self[field] = self._read(field)
        return value


def _sums_are_right(joined: bytes, count: int) -> bool:
    """Whether the sums of so many headers add up to that of their bytes, which shows a wrong one
    as well as each would (and, as each would, modulo `_MODULUS`). False too where they are
    written in an unusual way."""
    columns = [joined[place::BLOCK] for place in range(148, 156)]
    *digits, end, behind = columns
    if end.count(0) != count or behind.count(b" ") != count:
        return False
    if any(column.translate(None, b"01234567") for column in digits):
        return False
    said = 0
    for column in digits:
        said = 8 * said + _sum(column) - count * _ZERO
    # A header's own sum has the field's eight bytes as blanks.
    counted = _sum(joined) - sum(map(_sum, columns)) + count * 8 * 0x20
    return (said - counted) % _MODULUS == 0


def _sum(column: bytes) -> int:
    """Of its bytes, modulo `_MODULUS`: the lower half of Adler-32 is one more."""
    return (adler32(column) & 0xFFFF) - 1


def _names(heads: Sequence[bytes], joined: bytes) -> tuple[list[bytes], bytes]:
    """Their names, without the ``./`` that some archives have before every one, and the names'
    first letters."""
    # A name that fills its field has no zero byte behind it, a longer one begins elsewhere.
    if joined[99::BLOCK].strip(b"\0") or joined[345::BLOCK].strip(b"\0"):
        names = list(map(tar_headers.name_of, heads))
        return names, bytes(name[0] if name else 0 for name in names)
    names = [head.partition(b"\0")[0] for head in heads]
    if joined[::BLOCK].count(b".") == joined[1::BLOCK].count(b"/") == len(heads):
        return [name[2:] for name in names], joined[2::BLOCK]
    return names, joined[::BLOCK]


def _links(heads: Sequence[bytes], types: bytes) -> dict[int, bytes]:
    if not any(mark in types for mark in _LINKS):
        return {}
    return {
        number: tar_headers.link_of(heads[number])
        for number, kind in enumerate(types)
        if kind in _LINKS
    }


def _are_clean(names: Sequence[bytes], text: bytes, firsts: bytes, types: bytes) -> bool:
    """Whether none of the names (together, a zero byte behind each: `text`) needs a look of its
    own, which nearly always holds."""
    return not (
        b"/" in firsts
        or b"." in firsts
        or b"\0" in firsts
        or b"//" in text
        or (b"/." in text and _ODD.search(text) is not None)
        or text.count(b"/\0") != types.count(FileType.FOLDER)
        or not all(names[row].endswith(b"/") for row in rows_of_type(types, FileType.FOLDER))
    )

"""Many tar headers at once, as columns: what is written as by nearly all programs is read without
a call for each. All else is left to `tar_headers`."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from modeldesk.core.archives import tar_headers
from modeldesk.core.archives.tar_entries import DATABASE_FOLDER, DATABASES, LARGE
from modeldesk.core.archives.tar_headers import BLOCK
from modeldesk.core.contents.entries import FileType

Blocks = NDArray[np.void]
"""Header blocks, whole."""
Letters = NDArray[np.uint8]
Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_BLOCK = np.dtype((np.void, BLOCK))
_FIELDS = np.dtype(
    {
        "offsets": [0, 4, 99, 100, 108, 116, 124, 132, 136, 144, 148, 156, 157, 257, 345],
        "names": [
            *("name", "like", "last", "mode", "uid", "gid", "size", "size_end", "time"),
            *("time_end", "sum", "flag", "link", "magic", "prefix"),
        ],
        "formats": [
            *("S100", "<u8", "u1", "<u8", "<u8", "<u8", "<u8", "<u4", "<u8"),
            *("<u4", "<u8", "u1", "S100", "<u4", "u1"),
        ],
        "itemsize": BLOCK,
    }
)
"""What is read of a header: text and numbers in octal digits, eight of them at once."""
_OWNER = slice(100, 124)
_TIME = slice(136, 148)
_FILE = b"0"[0]
_BLANK = b" "[0]
_MAGIC = np.uint32(int.from_bytes(b"usta", "little"))
_TYPES = {
    b"0": FileType.FILE,
    b"1": FileType.HARD_LINK,
    b"2": FileType.SYMLINK,
    b"5": FileType.FOLDER,
}
_TYPE_OF_FLAG = np.array([_TYPES.get(bytes([flag]), 0) for flag in range(256)], np.uint8)
_WITHOUT_DATA = np.array([bytes([flag]) in (b"1", b"2", b"5") for flag in range(256)])
_LIKE_DATABASES = np.array(
    sorted(
        int.from_bytes((before + path)[4:12], "little")
        for path in (*DATABASES, DATABASE_FOLDER)
        for before in (b"", b"/", b"./")
    ),
    np.uint64,
)[:, np.newaxis]
"""Letters five to twelve of names that may be those of files to be kept."""
_ZEROS, _NO_DIGITS = np.uint64(0x3030303030303030), np.uint64(0xF8F8F8F8F8F8F8F8)
_ZEROS_END, _NO_DIGITS_END, _THREE = np.uint32(0x303030), np.uint32(0xF8F8F8), np.uint32(24)
_JOINS = [
    (np.uint64(bits), np.uint64(shift), np.uint64(mask))
    for bits, shift, mask in (
        (3, 8, 0x003F003F003F003F),
        (6, 16, 0x00000FFF00000FFF),
        (12, 32, 0x0000000000FFFFFF),
    )
]
_SIX_BYTES, _TWO_ZEROS = np.uint64(0x0000FFFFFFFFFFFF), np.uint64(0x3030000000000000)
_SIX, _END_OF_SUM = np.uint64(48), np.uint64(0x2000)
_EVEN, _BYTE = np.uint64(0x00FF00FF00FF00FF), np.uint64(8)
_NEAR = 256
"""Headers that the processor's cache holds."""
_MOST_LEARNED = 50_000


class PlainRuns:
    """Where the headers of plain entries are in some bytes, and how they follow each other.

    An entry is plain if its header says all of it in the usual way, and nothing of its data is to
    be kept. Data may hold blocks that look like headers; only what is reached from a header
    counts.
    """

    def __init__(self, data: bytes, place: int) -> None:
        self._first = place % BLOCK
        count = (len(data) - self._first) // BLOCK
        blocks: Blocks = np.frombuffer(data, _BLOCK, count, self._first)
        self._found = np.flatnonzero(blocks.view(_FIELDS)["magic"] == _MAGIC)
        self._heads = blocks[self._found]
        heads = self._heads.view(_FIELDS)
        self._sizes, usual = _octal(heads["size"], heads["size_end"])
        flags = heads["flag"]
        self._plain = (
            usual
            & (self._sizes < LARGE)
            & ((flags == _FILE) | (_WITHOUT_DATA[flags] & (self._sizes == 0)))
            & ~(heads["like"] == _LIKE_DATABASES).any(axis=0)
        )
        # The header itself, and the data filled up to whole blocks.
        self._behind = self._found + 1 + (self._sizes + BLOCK - 1) // BLOCK
        plain = self._plain
        goes_on = plain[:-1] & plain[1:] & (self._behind[:-1] == self._found[1:])
        self._ends = np.append(np.flatnonzero(~goes_on), max(0, len(self._found) - 1))

    def at(self, place: int) -> tuple[slice, int] | None:
        """The entries that follow each other from `place` on, and the place behind them; None if
        no plain one is there."""
        block = (place - self._first) // BLOCK
        row = int(np.searchsorted(self._found, block))
        if row == len(self._found) or self._found[row] != block or not self._plain[row]:
            return None
        last = int(self._ends[np.searchsorted(self._ends, row)])
        return slice(row, last + 1), self._first + int(self._behind[last]) * BLOCK

    def heads(self, rows: slice) -> Blocks:
        """Their headers."""
        return self._heads[rows]

    def sizes(self, rows: slice) -> Numbers:
        """Bytes of their data."""
        return self._sizes[rows]

    def places(self, rows: slice) -> Numbers:
        """Where their data begins."""
        return self._first + (self._found[rows] + 1) * BLOCK


def check_sums(heads: Blocks) -> None:
    """Raises `ArchiveDamaged` if one is wrong."""
    field = heads.view(_FIELDS)["sum"]
    # Six digits, a zero byte and a blank; the last two count as digits that are cut off.
    digits, usual = _eight_digits(field & _SIX_BYTES | _TWO_ZEROS)
    said, usual = digits >> 6, usual & (field >> _SIX == _END_OF_SUM)
    # A header's own sum has the field's eight bytes as blanks.
    letters = heads.view(np.uint8).reshape(-1, BLOCK)[:, 148:156]
    counted = _sums(heads) + 8 * _BLANK - letters.sum(axis=1, dtype=np.int64)
    for row in np.flatnonzero(~usual | (said != counted)):
        # It is wrong, or written in another way.
        tar_headers.parse(heads[row].tobytes())


def names_of(heads: Blocks) -> list[bytes]:
    """Their names as they stand."""
    fields = heads.view(_FIELDS)
    names: list[bytes] = fields["name"].tolist()
    # A name that fills its field has no zero byte behind it, a longer one begins elsewhere.
    for row in np.flatnonzero((fields["last"] != 0) | (fields["prefix"] != 0)):
        names[row] = tar_headers.name_of(heads[row].tobytes())
    return names


def types_of(heads: Blocks) -> Letters:
    """A `FileType` for each."""
    types: Letters = _TYPE_OF_FLAG[heads.view(_FIELDS)["flag"]]
    return types


def links_of(heads: Blocks, types: Letters) -> Iterator[tuple[int, bytes]]:
    """The rows of links, and where they point."""
    rows = np.flatnonzero((types == FileType.SYMLINK) | (types == FileType.HARD_LINK))
    for row, link in zip(rows.tolist(), heads.view(_FIELDS)["link"][rows].tolist(), strict=True):
        yield row, link.partition(b"\0")[0]


def times_of(heads: Blocks) -> Numbers:
    """When they were modified. Raises `ArchiveDamaged`."""
    fields = heads.view(_FIELDS)
    times, usual = _octal(fields["time"], fields["time_end"])
    for row in np.flatnonzero(~usual):
        times[row] = tar_headers.moment(heads[row].tobytes()[_TIME])
    return times


class Owners:
    """Finds the place in a table for what headers say of permissions and owners."""

    def __init__(self, place_of: Callable[[tuple[int, int, int]], int]) -> None:
        self._place_of = place_of
        self._learned: dict[bytes, int] = {}

    def places(self, heads: Blocks) -> Numbers:
        """One for each. Raises `ArchiveDamaged`."""
        fields = heads.view(_FIELDS)
        differs = np.ones(len(heads), np.bool_)
        differs[1:] = False
        for name in ("mode", "uid", "gid"):
            differs[1:] |= fields[name][1:] != fields[name][:-1]
        # Neighbours are nearly always alike.
        starts = np.flatnonzero(differs)
        text = heads.view(np.uint8).reshape(-1, BLOCK)[starts, _OWNER].tobytes()
        width = _OWNER.stop - _OWNER.start
        places = [self._place(text[at : at + width]) for at in range(0, len(text), width)]
        return np.repeat(np.array(places, np.int64), np.diff(starts, append=len(heads)))

    def _place(self, field: bytes) -> int:
        place = self._learned.get(field)
        if place is None:
            if len(self._learned) > _MOST_LEARNED:
                self._learned.clear()
            place = self._place_of(tar_headers.owner_of(field))
            self._learned[field] = place
        return place


def _sums(heads: Blocks) -> Numbers:
    """Of the bytes of each block: neighbours are added in four numbers of sixteen bits, which
    512 bytes can't fill."""
    sums = np.empty(len(heads), np.int64)
    for start in range(0, len(heads), _NEAR):
        words = heads[start : start + _NEAR].view(np.uint64).reshape(-1, BLOCK // 8)
        lanes = ((words & _EVEN) + ((words >> _BYTE) & _EVEN)).sum(axis=1)
        sums[start : start + _NEAR] = lanes.view(np.uint16).reshape(-1, 4).sum(axis=1)
    return sums


def _octal(first: Words, last: NDArray[np.uint32]) -> tuple[Numbers, NDArray[np.bool_]]:
    """Numbers of eleven octal digits and a byte behind, and which are written so."""
    number, usual = _eight_digits(first)
    digits = last ^ _ZEROS_END
    behind = digits >> _THREE
    usual &= (digits & _NO_DIGITS_END == 0) & ((behind == 0) | (behind == _BLANK))
    for byte in (0, 8, 16):
        number = number << 3 | digits >> byte & 7
    return number, usual


def _eight_digits(words: Words) -> tuple[Numbers, NDArray[np.bool_]]:
    """Numbers of eight octal digits, and which are that: neighbours are joined to numbers of two
    digits, four and eight, all of a word at once."""
    digits = words ^ _ZEROS
    usual = digits & _NO_DIGITS == 0
    for bits, shift, mask in _JOINS:
        digits = (digits << bits | digits >> shift) & mask
    return digits.astype(np.int64), usual

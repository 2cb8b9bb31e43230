"""Many tar headers at once, as columns: what is written as by nearly all programs is read without
a call for each. All else is left to `tar_headers`."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from modeldesk.core.archives import tar_headers
from modeldesk.core.archives.tar_entries import DATABASE_FOLDER, DATABASES, LARGE
from modeldesk.core.archives.tar_headers import BLOCK
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import Numbers

Blocks = NDArray[np.void]
"""Header blocks, whole."""
Letters = NDArray[np.uint8]
Words = NDArray[np.uint64]

_BLOCK = np.dtype((np.void, BLOCK))
_LAYOUT = {
    "name": ("S100", 0),
    "start": ((np.uint8, 3), 0),
    "fifth_on": ("<u8", 4),
    "last": ("u1", 99),
    "mode": ("<u8", 100),
    "uid": ("<u8", 108),
    "gid": ("<u8", 116),
    "size_front": ("<u4", 124),
    "size": ("<u8", 127),
    "size_end": ("u1", 135),
    "time": ("<u8", 136),
    "time_end": ("<u4", 144),
    "sum": ("<u8", 148),
    "flag": ("u1", 156),
    "link": ("S100", 157),
    "magic": ("<u4", 257),
    "prefix": ("u1", 345),
    "prefix_31st": ("u1", 375),
}
"""What is read of a header, and where it begins: text, and eight octal digits at once."""
_FIELDS = np.dtype(
    {
        "names": list(_LAYOUT),
        "formats": [kind for kind, _ in _LAYOUT.values()],
        "offsets": [begin for _, begin in _LAYOUT.values()],
        "itemsize": BLOCK,
    }
)
_OWNER = slice(100, 124)
_TIME = slice(136, 148)
_FILE = b"0"[0]
_BLANK, _DOT, _SLASH = b" "[0], b"."[0], b"/"[0]
_MAGIC = np.uint32(int.from_bytes(b"usta", "little"))
_TYPES = {
    b"0": FileType.FILE,
    b"1": FileType.HARD_LINK,
    b"2": FileType.SYMLINK,
    b"5": FileType.FOLDER,
}
_TYPE_OF_FLAG = np.array([_TYPES.get(bytes([flag]), 0) for flag in range(256)], np.uint8)
_WITHOUT_DATA = _TYPE_OF_FLAG != FileType.FILE
_FIFTH_ON_OF_DATABASES = np.array(
    [
        int.from_bytes((before + path)[4:12], "little")
        for path in (*DATABASES, DATABASE_FOLDER)
        for before in (b"", b"/", b"./")
    ],
    np.uint64,
)[:, np.newaxis]
"""Letters five to twelve of names that may be those of files to be kept."""
_ZEROS, _NO_DIGITS = np.uint64(0x3030303030303030), np.uint64(0xF8F8F8F8F8F8F8F8)
_ZEROS_END, _NO_DIGITS_END, _THREE = np.uint32(0x303030), np.uint32(0xF8F8F8), np.uint32(24)
_FRONT = np.uint32(0xFFFFFF)
"""Three digits of four."""
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
        self._sizes, usual = _small_sizes(heads)
        flags = heads["flag"]
        self._plain = (
            usual
            & (self._sizes < LARGE)
            & ((flags == _FILE) | (_WITHOUT_DATA[flags] & (self._sizes == 0)))
            & ~(heads["fifth_on"] == _FIFTH_ON_OF_DATABASES).any(axis=0)
            & ~_begins_oddly(heads)
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
        row = int(self._found.searchsorted(block))
        if row == len(self._found) or self._found[row] != block or not self._plain[row]:
            return None
        last = int(self._ends[self._ends.searchsorted(row)])
        return slice(row, last + 1), self._first + int(self._behind[last]) * BLOCK

    def heads(self, rows: slice) -> Blocks:
        """Their headers."""
        heads = self._heads[rows]
        # A few must not keep all the others in memory.
        return heads if 2 * len(heads) > len(self._heads) else heads.copy()

    def sizes(self, rows: slice) -> Numbers:
        """Bytes of their data."""
        return self._sizes[rows]

    def places(self, rows: slice) -> Numbers:
        """Where their data begins."""
        return self._first + (self._found[rows] + 1) * BLOCK


def _small_sizes(fields: Blocks) -> tuple[Numbers, NDArray[np.bool_]]:
    """Bytes of data, and which are told in digits and below 16 MiB: the last eight digits of
    eleven then tell it, and less has to be looked at."""
    sizes, usual = _eight_digits(fields["size"])
    behind = fields["size_end"]
    usual &= fields["size_front"] & _FRONT == _ZEROS_END
    usual &= (behind == 0) | (behind == _BLANK)
    return sizes, usual


def _begins_oddly(fields: Blocks) -> NDArray[np.bool_]:
    """Whether a name could be that of a file to be kept although its letters five to twelve do
    not tell: because it is written like ``.//lib``, or parted where no long name is."""
    odd: NDArray[np.bool_] = fields["prefix"] != 0
    if odd.any():
        odd &= fields["prefix_31st"] == 0
    start = fields["start"]
    marked = (start[:, 0] == _DOT) | (start[:, 0] == _SLASH)
    if marked.any():
        marks = (start == _DOT) | (start == _SLASH)
        after_both = (start[:, 0] == _DOT) & (start[:, 1] == _SLASH) & ~marks[:, 2]
        odd |= marks[:, 0] & marks[:, 1] & ~after_both
    return odd


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
        odd = words >> _BYTE
        odd &= _EVEN
        odd_sums = odd.sum(axis=1)
        # What is left of a word's sum, which may overflow, is what the other bytes add up to.
        lanes = odd_sums + (words.sum(axis=1) - (odd_sums << _BYTE))
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

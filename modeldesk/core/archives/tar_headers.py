"""Tar headers in full: old, ustar, GNU and PAX forms, large numbers, sparse files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from zlib import adler32

from modeldesk.core.errors import ArchiveDamaged
from modeldesk.core.words import tr

BLOCK = 512
LONG_NAME, LONG_LINK, SPARSE = b"L", b"K", b"S"
RECORDS = (b"x", b"X")
RECORDS_FOR_ALL = b"g"
LONGEST_EXTENSION = 1024 * 1024
"""Bytes that a name or a set of records may take before a file; engines take no more either."""

_FIELDS = Struct("100x24s12s12s8sc355x")
_USTAR = b"ustar\x00"
_KEYS = frozenset(
    {
        b"path",
        b"GNU.sparse.name",
        b"linkpath",
        b"size",
        b"GNU.sparse.realsize",
        b"GNU.sparse.size",
        b"mtime",
        b"uid",
        b"gid",
    }
)
_LARGEST = 2**63 - 1
_MOST_LEARNED = 4096
"""Fields of which it is remembered what they say: neighbours have the same owners and times."""
_HALF = BLOCK // 2
_SUM_BYTES = slice(148, 156)


@dataclass(frozen=True, slots=True)
class Header:
    """One header block, as it stands."""

    name: bytes
    mode: int
    uid: int
    gid: int
    size: int
    modified: int
    flag: bytes
    link: bytes
    sparse_size: int
    """The real size of an old GNU sparse file."""
    sparse_goes_on: bool
    """Whether more blocks of such a file's map follow."""


@dataclass(slots=True)
class Overrides:
    """What extension headers say of the entry that follows them; None where they say nothing."""

    long_path: bytes | None = None
    """Of GNU's own header, which engines take before all others, wherever it stands."""
    long_link: bytes | None = None
    path: bytes | None = None
    link: bytes | None = None
    size: int | None = None
    real_size: int | None = None
    """The size of a sparse file, whose data in the archive is less."""
    modified: int | None = None
    uid: int | None = None
    gid: int | None = None

    def take(self, records: Mapping[bytes, bytes]) -> None:
        """Take what PAX records say. An empty value takes back what was said before."""
        for key, value in records.items():
            match key:
                case b"path":
                    self.path = value or None
                case b"GNU.sparse.name":
                    self.path = value or self.path
                case b"linkpath":
                    self.link = value or None
                case b"size":
                    self.size = _whole(value)
                case b"GNU.sparse.realsize" | b"GNU.sparse.size":
                    self.real_size = _whole(value)
                case b"mtime":
                    self.modified = _seconds(value)
                case b"uid":
                    self.uid = _whole(value)
                case b"gid":
                    self.gid = _whole(value)


def parse(block: bytes) -> Header:
    """Read a header block of `BLOCK` bytes. Raises `ArchiveDamaged` when its sum is wrong or a
    number can't be read."""
    owner, size_field, modified, total, flag = _FIELDS.unpack(block)
    if not _has_sum(block, total):
        raise damaged(tr("a header's check sum is wrong"))
    sparse = flag == SPARSE
    return Header(
        name_of(block),
        *owner_of(owner),
        size(size_field),
        moment(modified),
        flag,
        link_of(block),
        size(block[483:495]) if sparse else 0,
        sparse and block[482] != 0,
    )


def is_tar(beginning: bytes) -> bool:
    """Whether data whose first block this is is meant to be a tar archive, whole or damaged."""
    if not beginning.strip(b"\0") or beginning[257:262] == b"ustar":
        return True
    try:
        parse(beginning.ljust(BLOCK, b"\0"))
    except ArchiveDamaged:
        return False
    return True


def name_of(block: bytes) -> bytes:
    """The name in a header block, with the beginning that ustar keeps apart."""
    name, first = _text(block[:100]), _text(block[345:500])
    if first and block[257:263] == _USTAR:
        return first + b"/" + name
    return name


@lru_cache(maxsize=_MOST_LEARNED)
def owner_of(field: bytes) -> tuple[int, int, int]:
    """Permission bits, user and group, from the 24 bytes that tell them."""
    uid, gid = number(field[8:16]), number(field[16:])
    return number(field[:8]) & 0o7777, max(0, uid), max(0, gid)


def link_of(block: bytes) -> bytes:
    """Where the header block of a link points."""
    return _text(block[157:257])


@lru_cache(maxsize=_MOST_LEARNED)
def number(field: bytes) -> int:
    """A number of a header: octal digits, or base 256 when the first bit is set."""
    if field[0] >= 0x80:
        value = int.from_bytes(field, "big")
        bits = 8 * len(field)
        return value - (1 << bits) if field[0] == 0xFF else value - (0x80 << (bits - 8))
    digits = field.partition(b"\0")[0].strip()
    try:
        return int(digits, 8) if digits else 0
    except ValueError as error:
        raise damaged(tr("a number in a header can't be read")) from error


def size(field: bytes) -> int:
    """As `number`, for a size: not negative, and no larger than a file can be."""
    value = number(field)
    if not 0 <= value <= _LARGEST:
        raise damaged(tr("a size in a header is impossible"))
    return value


def moment(field: bytes) -> int:
    """As `number`, for a time, which may lie before the epoch."""
    value = number(field)
    if abs(value) > _LARGEST:
        raise damaged(tr("a time in a header is impossible"))
    return value


def pax_records(block: bytes) -> dict[bytes, bytes]:
    """The records ``length key=value\\n`` of a PAX header that `Overrides` knows."""
    records: dict[bytes, bytes] = {}
    place = 0
    while place < len(block) and block[place] != 0:
        digits, blank, _ = block[place : place + 21].partition(b" ")
        if not blank or not digits.isdigit():
            raise damaged(tr("a PAX record has no length"))
        length = int(digits)
        record = block[place + len(digits) + 1 : place + length]
        if length <= len(digits) + 2 or place + length > len(block) or record[-1:] != b"\n":
            raise damaged(tr("a PAX record is cut off"))
        key, equals, value = record[:-1].partition(b"=")
        if not equals:
            raise damaged(tr("a PAX record has no value"))
        if key in _KEYS:
            # A name can't hold the byte that ends it everywhere else.
            records[key] = _text(value)
        place += length
    return records


def damaged(reason: str) -> ArchiveDamaged:
    """What is raised for a tar archive that breaks the rules."""
    return ArchiveDamaged(
        tr("The tar archive is damaged: {reason}.", reason=reason),
        tr("Save or download it again."),
    )


def _has_sum(block: bytes, field: bytes) -> bool:
    """Whether `field` says the sum of the block's bytes, its own eight counted as blanks; very old
    programs took bytes for signed numbers.

    The lower half of Adler-32 is one more than the sum, at the speed of C; half a block is not
    enough for it to begin anew.
    """
    halves = (adler32(block[:_HALF]) & 0xFFFF) + (adler32(block[_HALF:]) & 0xFFFF) - 2
    counted, said = halves - sum(field) + 8 * 0x20, number(field)
    if said == counted:
        return True
    others = block[: _SUM_BYTES.start] + block[_SUM_BYTES.stop :]
    return said == counted - 256 * sum(byte >= 0x80 for byte in others)


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _whole(value: bytes) -> int | None:
    if not value:
        return None
    try:
        result = int(value)
    except ValueError as error:
        raise damaged(tr("a number in a PAX record can't be read")) from error
    if not 0 <= result <= _LARGEST:
        raise damaged(tr("a number in a PAX record is impossible"))
    return result


def _seconds(value: bytes) -> int | None:
    digits, dot, _ = value.partition(b".")
    try:
        result = int(digits or b"0") if digits or dot else None
    except ValueError as error:
        raise damaged(tr("a time in a PAX record can't be read")) from error
    if result is not None and abs(result) > _LARGEST:
        raise damaged(tr("a time in a PAX record is impossible"))
    return result

"""The beginning of a file, as it can be looked at: text, picture or bytes."""

import codecs
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.jobs import CancelToken

LARGEST_TEXT = 2_000_000
LARGEST_PICTURE = 20_000_000
MOST_PIXELS = 40_000_000
ROW = 16
"""Bytes on a line of a dump."""
LONGEST_LINE = 2_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\r\f\v\b\x1b"))
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


class Picture(Enum):
    """Pictures that can be shown."""

    PNG = "png"
    JPEG = "jpeg"


@dataclass(frozen=True, slots=True)
class Preview:
    """What was read of a file, and what it seems to be."""

    data: bytes
    whole: bool
    """Whether that is all of it."""
    encoding: str | None
    """Of text; None where it is none."""
    picture: Picture | None
    pixels: tuple[int, int] | None = None
    """Width and height that the picture's head tells of."""

    @property
    def picture_fits(self) -> bool:
        """Whether the picture is here whole and small enough to be unpacked."""
        if self.picture is None or self.pixels is None or not self.whole:
            return False
        return 0 < self.pixels[0] * self.pixels[1] <= MOST_PIXELS


def read_preview(pieces: Iterable[bytes], token: CancelToken) -> Preview:
    """Read as much of a file as can be shown, and no more."""
    data, limit, whole = bytearray(), LARGEST_TEXT, True
    for piece in pieces:
        token.raise_if_cancelled()
        data += piece
        if picture_of(data):
            limit = LARGEST_PICTURE
        if len(data) > limit:
            whole = False
            break
    content = bytes(data[:limit])
    picture = picture_of(content)
    encoding = None if picture else guess_encoding(content, whole=whole)
    return Preview(content, whole, encoding, picture, _pixels(content, picture))


def picture_of(data: bytes | bytearray) -> Picture | None:
    """The kind of picture that begins so."""
    if data.startswith(_PNG):
        return Picture.PNG
    return Picture.JPEG if data.startswith(_JPEG) else None


def guess_encoding(data: bytes, *, whole: bool) -> str | None:
    """The encoding of a text, or None for what is no text. `data` may end within a letter if it
    is not the `whole` file."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name if _decodes(data, name, whole=whole) is not None else None
    if len(data.translate(None, _CONTROLS)) < len(data):
        return None
    if _decodes(data, "utf-8", whole=whole) is not None:
        return "utf-8"
    chinese = _decodes(data, "gb18030", whole=whole)
    if chinese is not None:
        beyond = [letter for letter in chinese[:20_000] if letter > "\x7f"]
        if sum("\u4e00" <= letter <= "\u9fff" for letter in beyond) * 2 > len(beyond):
            return "gb18030"
    return "latin-1"


def text_lines(preview: Preview) -> Iterator[str]:
    """The text's lines; endless ones are cut into several, since no view takes them whole."""
    text = _decodes(preview.data, preview.encoding or "latin-1", whole=preview.whole) or ""
    for line in text.splitlines():
        if len(line) <= LONGEST_LINE:
            yield line
        else:
            for start in range(0, len(line), LONGEST_LINE):
                yield line[start : start + LONGEST_LINE]


def dump_line(data: bytes, row: int) -> str:
    """One line of a dump: place, bytes, and the letters among them."""
    part = data[row * ROW : (row + 1) * ROW]
    left, right = part[:8].hex(" "), part[8:].hex(" ")
    letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
    return f"{row * ROW:08x}  {left:<23}  {right:<23}  {letters}"


def dump_length(data: bytes) -> int:
    """How many lines the dump has."""
    return -(-len(data) // ROW)


def _decodes(data: bytes, encoding: str, *, whole: bool) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(data, final=whole)
    except UnicodeDecodeError:
        return None


def _pixels(data: bytes, picture: Picture | None) -> tuple[int, int] | None:
    if picture is Picture.PNG and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    return _jpeg_pixels(data) if picture is Picture.JPEG else None


def _jpeg_pixels(data: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(data) and data[place] == 0xFF:
        mark, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + length
    return None

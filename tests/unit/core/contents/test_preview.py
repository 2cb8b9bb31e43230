"""What a file seems to be, and how much of it is read."""

from collections.abc import Iterator

import pytest

from modeldesk.core.contents.preview import (
    LARGEST_PICTURE,
    LARGEST_TEXT,
    LONGEST_LINE,
    Picture,
    dump_length,
    dump_line,
    guess_encoding,
    read_preview,
    text_lines,
)
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken

PNG = b"\x89PNG\r\n\x1a\n" + bytes.fromhex("0000000d4948445200000280000001e008020000")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc00011080120034003")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"", "utf-8"),
        (b"plain\n", "utf-8"),
        ("推荐模型".encode(), "utf-8"),
        ("推荐模型的说明文件".encode("gb18030"), "gb18030"),
        ("café, naïve".encode("latin-1"), "latin-1"),
        ("\ufeffwith a mark".encode(), "utf-8-sig"),
        ("wide".encode("utf-16"), "utf-16"),
        (b"\x00\x01\x02", None),
        (b"\x7fELF\x02\x01", None),
        (b"\x1b[31mred\x1b[0m", "utf-8"),
    ],
)
def test_encodings(data: bytes, encoding: str | None) -> None:
    assert guess_encoding(data, whole=True) == encoding


def test_a_text_cut_within_a_letter_is_still_text() -> None:
    data = "模型".encode()[:-1]
    assert guess_encoding(data, whole=False) == "utf-8"
    assert guess_encoding(data, whole=True) != "utf-8"


def test_no_more_is_read_than_can_be_shown() -> None:
    asked = []

    def pieces() -> Iterator[bytes]:
        for number in range(1000):
            asked.append(number)
            yield b"x" * 100_000

    preview = read_preview(pieces(), CancelToken())
    assert len(preview.data) == LARGEST_TEXT
    assert not preview.whole
    assert len(asked) <= LARGEST_TEXT // 100_000 + 1


def test_pictures_are_known_by_their_beginning_and_measured_before_they_are_unpacked() -> None:
    png = read_preview([PNG], CancelToken())
    assert (png.picture, png.pixels, png.picture_fits) == (Picture.PNG, (640, 480), True)
    jpeg = read_preview([JPEG], CancelToken())
    assert (jpeg.picture, jpeg.pixels) == (Picture.JPEG, (832, 288))
    bomb = PNG[:16] + bytes.fromhex("7fffffff7fffffff") + PNG[24:]
    assert not read_preview([bomb], CancelToken()).picture_fits
    assert not read_preview([PNG, bytes(LARGEST_PICTURE)], CancelToken()).picture_fits
    assert read_preview([b"\xff\xd8\xff"], CancelToken()).pixels is None


def test_endless_lines_are_cut() -> None:
    preview = read_preview([b"a" * (2 * LONGEST_LINE + 1) + b"\nb"], CancelToken())
    assert [len(line) for line in text_lines(preview)] == [LONGEST_LINE, LONGEST_LINE, 1, 1]


def test_a_dump_has_place_bytes_and_letters() -> None:
    data = bytes(range(0x41, 0x41 + 17))
    assert dump_length(data) == 2
    assert dump_line(data, 0) == (
        "00000000  41 42 43 44 45 46 47 48  49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP"
    )
    assert dump_line(data, 1).startswith("00000010  51 ")
    assert dump_line(data, 1).endswith("  Q")


def test_reading_can_be_stopped() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        read_preview([b"x"], token)

"""Compressed data in pieces, whatever is in it."""

import bz2
import gzip
import itertools
import lzma
import os
import zlib
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.core.archives import compression
from modeldesk.core.archives.compression import (
    BEGINNING,
    PIECE,
    is_compressed,
    packed_bytes,
    unpacked,
)
from modeldesk.core.errors import ArchiveDamaged, ArchiveError

CONTENT = os.urandom(300_000) + b"text " * 300_000


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def frames(content: bytes) -> bytes:
    """Several zstd frames, one that says nothing among them."""
    skippable = b"\x50\x2a\x4d\x18" + (7).to_bytes(4, "little") + b"ignored"
    half = len(content) // 2
    return skippable + zstd(content[:half]) + zstd(content[half:])


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


FORMS = {
    "plain": CONTENT,
    "gzip": gzip.compress(CONTENT, 1),
    "members": b"".join(gzip.compress(part, 1) for part in cut(CONTENT, 4000)),
    "padded": gzip.compress(CONTENT, 1) + bytes(2000),
    "zstd": zstd(CONTENT),
    "frames": frames(CONTENT),
    "xz": lzma.compress(CONTENT, preset=1),
    "xz streams": b"".join(lzma.compress(part, preset=0) for part in cut(CONTENT, 300_000)),
    "xz padded": lzma.compress(CONTENT[:9], preset=0) + bytes(80_000) + lzma.compress(CONTENT[9:]),
    "bzip2": bz2.compress(CONTENT),
    "bzip2 streams": b"".join(bz2.compress(part) for part in cut(CONTENT, 300_000)),
    "bzip2 and nothing": bz2.compress(b"") * 3 + bz2.compress(CONTENT) + bz2.compress(b""),
}
"""The last begins as one that holds nothing."""


class TestWhole:
    @pytest.mark.parametrize("form", FORMS)
    @pytest.mark.parametrize("size", [5, 700, 65536, 1 << 30])
    def test_it_comes_out_as_it_was(self, form: str, size: int) -> None:
        assert b"".join(unpacked(cut(FORMS[form], size))) == CONTENT

    @given(st.binary(max_size=3))
    @example(b"\x1f\x8b")
    def test_hardly_anything(self, content: bytes) -> None:
        if is_compressed(content):
            with pytest.raises(ArchiveDamaged):
                list(unpacked([b"", content, b""]))
        else:
            assert b"".join(unpacked([b"", content, b""])) == content

    def test_nothing(self) -> None:
        assert list(unpacked([])) == []

    @pytest.mark.parametrize("form", FORMS)
    def test_it_is_known_by_its_beginning(self, form: str) -> None:
        assert is_compressed(FORMS[form][:BEGINNING]) == (form != "plain")


class TestDamage:
    def test_a_name_may_begin_like_bzip2(self) -> None:
        content = b"BZh9.txt".ljust(1024, b"\0")
        assert not is_compressed(content)
        assert b"".join(unpacked([content])) == content

    @pytest.mark.parametrize("form", ["gzip", "members", "zstd", "frames", "xz", "bzip2"])
    def test_a_changed_byte(self, form: str) -> None:
        content = bytearray(FORMS[form])
        content[len(content) // 3] ^= 0xFF
        with pytest.raises(ArchiveDamaged, match="damaged or cut off"):
            assert b"".join(unpacked(cut(bytes(content), 1000))) == CONTENT

    @pytest.mark.parametrize(
        "form", ["gzip", "members", "xz", "xz streams", "bzip2", "bzip2 streams"]
    )
    def test_it_is_cut_off(self, form: str) -> None:
        with pytest.raises(ArchiveDamaged, match="damaged or cut off"):
            list(unpacked([FORMS[form][:-100]]))

    @pytest.mark.parametrize("form", ["xz", "bzip2"])
    def test_something_else_behind_it(self, form: str) -> None:
        with pytest.raises(ArchiveDamaged, match="damaged or cut off"):
            list(unpacked([FORMS[form] + b"something else"]))

    def test_as_much_memory_as_xz_takes_itself(self) -> None:
        assert b"".join(unpacked([lzma.compress(b"abc", preset=9 | lzma.PRESET_EXTREME)])) == b"abc"

    def test_a_dictionary_that_takes_too_much_memory(self) -> None:
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 256 * PIECE}]
        with pytest.raises(ArchiveError, match="too much memory"):
            list(unpacked([lzma.compress(b"abc", filters=filters)]))

    def test_a_window_that_takes_too_much_memory(self) -> None:
        parameters = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
        packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        content = packer.compress(b"abc" * 1000) + packer.flush()
        with pytest.raises(ArchiveError, match="too much memory"):
            list(unpacked([content]))


class TestBombs:
    """Each unpacks to far more than it is, and comes in small pieces."""

    def test_gzip(self) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join(packer.compress(bytes(PIECE)) for _ in range(64)) + packer.flush()
        assert len(bomb) < 70_000
        self.check(bomb, 64)

    def test_zstd(self) -> None:
        packer = zstandard.ZstdCompressor(level=19).compressobj()
        bomb = b"".join(packer.compress(bytes(PIECE)) for _ in range(64)) + packer.flush()
        assert len(bomb) < 10_000
        self.check(bomb, 64)

    def test_xz(self) -> None:
        packer = lzma.LZMACompressor(preset=0)
        bomb = b"".join(packer.compress(bytes(PIECE)) for _ in range(64)) + packer.flush()
        assert len(bomb) < 20_000
        self.check(bomb, 64)

    def test_bzip2(self) -> None:
        bomb = bz2.compress(bytes(64 * PIECE))
        assert len(bomb) < 10_000
        self.check(bomb, 64)

    def test_there_is_an_end_to_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(compression, "_MOST_UNPACKED", 2 * PIECE)
        with pytest.raises(ArchiveError, match="unpacks to more than"):
            list(unpacked([gzip.compress(bytes(3 * PIECE))]))

    def check(self, bomb: bytes, pieces: int) -> None:
        sizes = list(map(len, unpacked(cut(bomb, 1000))))
        assert sum(sizes) == pieces * PIECE
        assert max(sizes) <= PIECE

    def test_nothing_is_read_ahead_of_what_is_asked_for(self) -> None:
        source = itertools.count()
        first = next(unpacked(gzip.compress(os.urandom(20_000)) for _ in source))
        assert len(first) <= PIECE
        assert next(source) < 200


def test_packed_bytes_are_those_of_gzip_within_a_few_hundredths() -> None:
    rows = (f"{number * 7919 % 10007}: the same words, {number}\n" for number in range(40_000))
    content = "".join(rows).encode()
    pieces = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    assert packed_bytes(pieces) == pytest.approx(len(gzip.compress(content, 6)), rel=0.1)
    assert packed_bytes([]) < 40

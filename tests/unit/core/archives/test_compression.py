"""Compressed data in pieces, whatever is in it."""

import gzip
import itertools
import os
import zlib
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.core.archives import compression
from modeldesk.core.archives.compression import PIECE, is_compressed, unpacked
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
}


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
        assert is_compressed(FORMS[form][:4]) == (form != "plain")


class TestDamage:
    @pytest.mark.parametrize("form", ["gzip", "members", "zstd", "frames"])
    def test_a_changed_byte(self, form: str) -> None:
        content = bytearray(FORMS[form])
        content[len(content) // 3] ^= 0xFF
        with pytest.raises(ArchiveDamaged, match="damaged or cut off"):
            assert b"".join(unpacked(cut(bytes(content), 1000))) == CONTENT

    @pytest.mark.parametrize("form", ["gzip", "members"])
    def test_it_is_cut_off(self, form: str) -> None:
        with pytest.raises(ArchiveDamaged, match="damaged or cut off"):
            list(unpacked([FORMS[form][:-100]]))

    def test_a_window_that_takes_too_much_memory(self) -> None:
        parameters = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
        packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
        content = packer.compress(b"abc" * 1000) + packer.flush()
        with pytest.raises(ArchiveDamaged):
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

"""Layers as they are kept: plain, gzip or zstd, unpacked in small pieces whatever they hold."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any, Protocol, cast

import zstandard
from zlib_ng import gzip_ng, zlib_ng

from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.words import tr

PIECE = 1024 * 1024
"""The most bytes of what is handed on at once, so that no input can fill the memory."""

BEGINNING = 4
"""Bytes that tell how data is compressed."""

_GZIP = b"\x1f\x8b"
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16)))
_MOST_UNPACKED = 2 * 1024**4
_LARGEST_WINDOW = 64 * 1024 * 1024
"""How far back a zstd stream may refer, which is memory it takes; what builders write stays below
8 MB."""
_NgError = cast("type[Exception]", zlib_ng.error)
_DAMAGED = (zlib.error, _NgError, zstandard.ZstdError, gzip.BadGzipFile, EOFError)
_GzipReader: Any = gzip_ng.GzipNGFile


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_compressed(beginning: bytes) -> bool:
    """Whether data that begins so (`BEGINNING` bytes are enough) is gzip or zstd."""
    return beginning.startswith((_GZIP, *_ZSTD))


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """`pieces` of a layer, unpacked where they are compressed. Raises `ArchiveDamaged`."""
    source = _Pieces(pieces)
    beginning = source.peek()
    if beginning.startswith(_GZIP):
        # A reader in C, which also takes the many small members that lazy-pulling images have.
        reader: _Readable = cast("_Readable", _GzipReader(fileobj=source, mode="rb"))
        yield from _bounded(reader)
    elif beginning.startswith(_ZSTD):
        context = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW)
        file = cast("IO[bytes]", source)
        yield from _bounded(context.stream_reader(file, PIECE, read_across_frames=True))
    else:
        yield from source.rest()


def _bounded(reader: _Readable) -> Iterator[bytes]:
    total = 0
    while True:
        try:
            piece = reader.read(PIECE)
        except _DAMAGED as error:
            raise ArchiveDamaged(
                tr("A compressed layer is damaged or cut off."),
                tr("Save or download it again."),
                str(error),
            ) from error
        if not piece:
            return
        total += len(piece)
        if total > _MOST_UNPACKED:
            raise ArchiveError(
                tr("A layer unpacks to more than 2 TB."),
                tr("No image is that large; it may be made to do harm."),
            )
        yield piece


class _Pieces(io.RawIOBase):
    """Pieces as a file that is read forward."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces = iter(pieces)
        self._left = b""
        self._taken = 0
        """How many bytes of it were read."""

    def peek(self) -> bytes:
        """The first bytes, at least `BEGINNING` where there are as many, without taking them."""
        while len(self._left) < BEGINNING:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left += piece
        return self._left

    def rest(self) -> Iterator[bytes]:
        """All that was not read, when nothing was."""
        left, self._left = self._left, b""
        if left:
            yield left
        yield from self._pieces

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        while self._taken == len(self._left):
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left, self._taken = piece, 0
        piece = self._left[self._taken : self._taken + len(buffer)]
        buffer[: len(piece)] = piece
        self._taken += len(piece)
        return len(piece)

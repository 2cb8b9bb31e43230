"""Layers and archives as they are kept: plain, gzip, zstd, xz or bzip2, unpacked in small pieces
whatever they hold."""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, Protocol, cast

import zstandard
from zlib_ng import gzip_ng, zlib_ng

from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.words import tr

PIECE = 1024 * 1024
"""The most bytes of what is handed on at once, so that no input can fill the memory."""

BEGINNING = 10
"""Bytes that tell how data is compressed."""

_GZIP = b"\x1f\x8b"
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + n]) + b"\x2a\x4d\x18" for n in range(16)))
_XZ = b"\xfd7zXZ\0"
_BZIP2 = tuple(
    b"BZh%d" % level + block
    for level in range(1, 10)
    for block in (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
)
"""Before a block of data and before the end: the letters alone may well be a name's in a tar."""
_MOST_UNPACKED = 2 * 1024**4
_LARGEST_WINDOW = 64 * 1024 * 1024
"""How far back a zstd stream may refer, which is memory it takes; what builders write stays below
8 MB."""
_XZ_MEMORY = 72 * 1024 * 1024
"""What unpacking xz may take: enough for the most that its own program packs with (``xz -9``)."""
_PACKED_PIECE = 32 * 1024
"""How much of xz and bzip2 is read at once. What lies behind a stream is copied, and there may be
many streams."""
_PUSH_LEVEL = 6
_AS_GZIP = 31
_NgError = cast("type[Exception]", zlib_ng.error)
_DAMAGED = (zlib.error, _NgError, zstandard.ZstdError, gzip.BadGzipFile, EOFError, lzma.LZMAError)
_NO_MEMORY = ("Memory usage limit exceeded", "requires too much memory")
"""In what xz and zstd say of data that may be sound."""
_GzipReader: Any = gzip_ng.GzipNGFile


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Unpacker(Protocol):
    """Of one stream, as the standard library's are."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def is_compressed(beginning: bytes) -> bool:
    """Whether data that begins so (`BEGINNING` bytes are enough) is gzip, zstd, xz or
    bzip2."""
    return beginning.startswith((_GZIP, *_ZSTD, _XZ, *_BZIP2))


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """`pieces` of a layer or archive, unpacked where they are compressed. Raises
    `ArchiveError`."""
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
    elif beginning.startswith(_XZ):
        yield from _bounded(_Streams(source, _xz_unpacker))
    elif beginning.startswith(_BZIP2):
        yield from _bounded(_Streams(source, bz2.BZ2Decompressor))
    else:
        yield from source.rest()


def packed_bytes(pieces: Iterable[bytes]) -> int:
    """How many bytes `pieces` are with gzip, at the level that engines use when they push: within
    a few hundredths of what theirs come to."""
    packer = zlib_ng.compressobj(_PUSH_LEVEL, zlib.DEFLATED, _AS_GZIP)
    size = sum(len(packer.compress(piece)) for piece in pieces)
    return size + len(packer.flush())


def _xz_unpacker() -> _Unpacker:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, _XZ_MEMORY)


def _bounded(reader: _Readable) -> Iterator[bytes]:
    total = 0
    while True:
        try:
            piece = reader.read(PIECE)
        except _DAMAGED as error:
            if any(text in str(error) for text in _NO_MEMORY):
                raise ArchiveError(
                    tr("It is compressed so that unpacking it takes too much memory."),
                    tr("Compress it with a lower level, or load it into an engine first."),
                    str(error),
                ) from error
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


class _Streams:
    """Compressed streams one behind the other, as programs write that pack on all processors."""

    def __init__(self, source: "_Pieces", unpacker: Callable[[], _Unpacker]) -> None:
        self._source = source
        self._make = unpacker
        self._unpacker = unpacker()

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end. Raises `EOFError` or `LZMAError` where the data
        is damaged or cut off."""
        while True:
            data = b""
            if self._unpacker.eof:
                data = self._next_stream()
                if not data:
                    return b""
                self._unpacker = self._make()
            elif self._unpacker.needs_input:
                data = self._source.read(_PACKED_PIECE) or b""
                if not data:
                    raise EOFError("cut off in the middle of a stream")
            try:
                piece = self._unpacker.decompress(data, size)
            except (OSError, ValueError) as error:
                # So says bzip2's reader, which reads no file.
                raise EOFError(str(error)) from error
            if piece:
                return piece

    def _next_stream(self) -> bytes:
        """The beginning of what follows, behind any padding."""
        data = self._unpacker.unused_data.lstrip(b"\0")
        while not data:
            data = self._source.read(_PACKED_PIECE) or b""
            if not data:
                return b""
            data = data.lstrip(b"\0")
        return data


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

    # The type of the overridden one's argument has no name that can be imported.
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

"""Archives made to fill the memory of who reads them, read in a process of its own:
``python -m tests.unit.core.archives.heavy NAME`` prints the most memory it had, in MB."""

import bz2
import lzma
import re
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from modeldesk.core.archives.compression import unpacked
from modeldesk.core.archives.save_stream import SavedStream, index_layer
from modeldesk.core.errors import ArchiveError
from modeldesk.core.image_documents import LARGEST

MEGABYTE = 1 << 20
FILES = 300_000
LONG = "/".join(["site-packages-of-this-layer"] * 3)


def many_files() -> None:
    """Three hundred thousand, with long names."""
    files = headers(tarfile.TarInfo(f"{LONG}/000000000"), len(LONG) + 1, "%09d", 2_654_435_761)
    expect(index_layer(unpacked(files), lambda: None))


def long_names() -> None:
    """A name of a megabyte before each file."""
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, MEGABYTE
    piece = name.tobuf() + b"x" * MEGABYTE + tarfile.TarInfo("x").tobuf()
    refused(lambda: index_layer((piece for _ in range(1000)), lambda: None))


def gzip_bomb() -> None:
    """A file of nothing but zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    expect(index_layer(unpacked(bomb(256, packer.compress, packer.flush)), lambda: None))


def zstd_bomb() -> None:
    packer = zstandard.ZstdCompressor().compressobj()
    expect(index_layer(unpacked(bomb(1024, packer.compress, packer.flush)), lambda: None))


def xz_bomb() -> None:
    packer = lzma.LZMACompressor(preset=0)
    expect(index_layer(unpacked(bomb(256, packer.compress, packer.flush)), lambda: None))


def bzip2_bomb() -> None:
    packer = bz2.BZ2Compressor()
    expect(index_layer(unpacked(bomb(128, packer.compress, packer.flush)), lambda: None))


def many_documents() -> None:
    """Twenty thousand small documents and as many links in what an engine sends."""

    def pieces() -> Iterator[bytes]:
        for number in range(20_000):
            document = tarfile.TarInfo(f"{number}.json")
            document.size = 2
            link = tarfile.TarInfo(f"{number}.link")
            link.type, link.linkname = tarfile.SYMTYPE, LONG
            yield document.tobuf() + b"{}".ljust(512, b"\0") + link.tobuf()

    stream = SavedStream(lambda found: index_layer(found, lambda: None))
    stream.read(pieces(), lambda: None)
    refused(stream.archived)


def large_documents() -> None:
    """As many documents as large as they may be."""
    content = b"[" + b"{}," * (LARGEST // 3 - 1) + b"7]"

    def pieces() -> Iterator[bytes]:
        for number in range(50):
            document = tarfile.TarInfo("manifest.json" if number == 0 else f"{number}.json")
            document.size = len(content)
            yield document.tobuf() + content + bytes(-len(content) % 512)

    stream = SavedStream(lambda found: index_layer(found, lambda: None))
    stream.read(pieces(), lambda: None)
    refused(stream.archived)


def many_owners() -> None:
    """As many files of as many people in what an engine sends."""
    stream = SavedStream(lambda found: index_layer(found, lambda: None))
    stream.read(headers(tarfile.TarInfo("x"), 108, "%07o", 1), lambda: None)
    refused(stream.archived)


def headers(of: tarfile.TarInfo, where: int, text: str, step: int) -> Iterator[bytes]:
    """`of` again and again, with another number as `text` from byte `where` on."""
    header, width = bytearray(of.tobuf()), len(text % 0)
    header[where : where + width] = bytes(width)
    header[148:156] = b" " * 8
    rest = sum(header)
    for begin in range(0, FILES, 1000):
        piece = bytearray()
        for number in range(begin, begin + 1000):
            digits = (text % (number * step % 1_000_000_007)).encode()
            header[where : where + width] = digits
            header[148:156] = b"%06o\0 " % (rest + sum(digits))
            piece += header
        yield bytes(piece)


def bomb(
    megabytes: int, pack: Callable[[bytes], bytes], flush: Callable[[], bytes]
) -> Iterator[bytes]:
    info = tarfile.TarInfo("zeros")
    info.size = megabytes * MEGABYTE
    yield pack(info.tobuf())
    for _ in range(megabytes):
        yield pack(bytes(MEGABYTE))
    yield flush()


def expect(packed: bytes) -> None:
    assert 0 < len(packed) < 20 * MEGABYTE


def refused(read: Callable[[], object]) -> None:
    try:
        read()
    except ArchiveError:
        return
    raise AssertionError("It was taken.")


HEAVY = (
    many_files,
    long_names,
    gzip_bomb,
    zstd_bomb,
    xz_bomb,
    bzip2_bomb,
    many_documents,
    large_documents,
    many_owners,
)


def main() -> None:
    {one.__name__: one for one in HEAVY}[sys.argv[1]]()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    sys.stdout.write(f"{int(found[1]) // 1024}\n")


if __name__ == "__main__":
    main()

"""What is fuzzed. A target takes any bytes and raises only when something is wrong with ours."""

import tarfile
from collections.abc import Callable, Iterator, Mapping
from unittest.mock import patch

from modeldesk.core.archives import images
from modeldesk.core.archives.compression import unpacked
from modeldesk.core.archives.save_stream import SavedStream, index_layer
from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.errors import ArchiveError, InvalidInput
from tests.unit.core.archives.against_tarfile import compare

_MOST_UNPACKED = 4 * 1024 * 1024


def tar_archive(data: bytes) -> None:
    """One archive, held against the standard library's reader. The first byte says how large the
    pieces are that it comes in."""
    if not data:
        return
    archive = with_right_sums(data[1:])
    try:
        compare(archive, data[0] * 64)
    except tarfile.TarError:
        # That one refuses what ours can read.
        return


def layer(data: bytes) -> None:
    """A layer that may be compressed. Its index must be readable if it could be made."""
    try:
        packed = index_layer(_bounded(unpacked(_pieces(data))), lambda: None)
    except (ArchiveError, TooLong):
        return
    assert len(unpack(packed)) >= 0


def saved(data: bytes) -> None:
    """What `docker save` may send."""
    stream = SavedStream(lambda pieces: index_layer(pieces, lambda: None))
    try:
        stream.read(_bounded(_pieces(with_right_sums(data))), lambda: None)
        archived = stream.archived()
        image, _ = archived.choose("")
        for _, packed in stream.layers(image):
            unpack(packed)
    except (ArchiveError, InvalidInput, TooLong):
        return


def documents(data: bytes) -> None:
    """Manifest, index and configuration in an archive, one behind the other."""
    parts = data.split(b"\n")
    names = (
        b"manifest.json",
        b"index.json",
        b"config.json",
        b"blobs/sha256/a",
        b"blobs/sha256/b",
    )
    files = {name: part for name, part in zip(names, parts, strict=False) if part}
    try:
        with patch.object(images, "check_digest"):
            # No fuzzer finds a digest by itself.
            archived = images.find_images(files.get)
        image, notes = archived.choose("")
        assert len(image.layers) == len(image.blobs)
        for text in (*image.names, *notes):
            text.encode()
    except (ArchiveError, InvalidInput) as error:
        str(error).encode()


class TooLong(Exception):
    """Bombs are held by other tests; here they would only take time."""


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (tar_archive, layer, saved, documents)
}


def with_right_sums(archive: bytes) -> bytes:
    """The archive with the check sum of everything that looks like a header put right, which no
    fuzzer finds by itself."""
    changed = bytearray(archive)
    for place in range(0, len(changed) - 511, 512):
        if changed[place + 257 : place + 262] == b"ustar":
            changed[place + 148 : place + 156] = b" " * 8
            total = sum(changed[place : place + 512])
            changed[place + 148 : place + 156] = b"%06o\0 " % total
    return bytes(changed)


def _pieces(data: bytes) -> Iterator[bytes]:
    yield from (data[at : at + 700] for at in range(0, len(data), 700))


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > _MOST_UNPACKED:
            raise TooLong
        yield piece

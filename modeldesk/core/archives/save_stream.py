"""Layers out of a `docker save` stream, as it comes: nothing is written down, and nothing is
known of a file but its beginning until the last of them has come."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from modeldesk.core.archives.compression import is_compressed, unpacked
from modeldesk.core.archives.images import Archived, ArchivedImage, find_images
from modeldesk.core.archives.links import link_target
from modeldesk.core.archives.members import Member, members
from modeldesk.core.archives.tar_headers import BLOCK, parse
from modeldesk.core.archives.tar_walk import walk
from modeldesk.core.archives.window import StreamWindow
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.model import VERIFIED, IndexedLayer
from modeldesk.core.errors import ArchiveDamaged, ArchiveError, NotFound
from modeldesk.core.ids import DiffId
from modeldesk.core.image_documents import LARGEST
from modeldesk.core.words import tr

_LINKS = (FileType.SYMLINK, FileType.HARD_LINK)
_MOST_DOCUMENTS = 8 * 1024 * 1024
_MOST_KEPT = 256 * 1024 * 1024
"""Bytes of what is made of all layers; a file takes about ten in an index."""
_ROOM_OF_EACH = 1024
"""Bytes that a document or link takes beside its content, about."""
_DEEPEST_LINK = 8
_GATHERED = 512 * 1024


_Read = TypeVar("_Read")


class SavedStream(Generic[_Read]):
    """What was read of one stream: its documents, and of each layer what `read_layer` makes of
    its tar, which it is given unpacked and in pieces."""

    def __init__(self, read_layer: Callable[[Iterator[bytes]], _Read]) -> None:
        self._read_layer = read_layer
        self._documents: dict[bytes, bytes] = {}
        self._room = _MOST_DOCUMENTS
        self._kept_bytes = 0
        self._links: dict[bytes, bytes] = {}
        self._layers: dict[bytes, _Read] = {}

    def read(self, pieces: Iterable[bytes], check: Callable[[], None]) -> None:
        """Read all of a stream. `check` is called now and then and may raise. Raises
        `ArchiveDamaged`."""
        for member in members(iter(unpacked(pieces))):
            check()
            if member.type in _LINKS and member.link:
                if self._has_room(len(member.path) + len(member.link)):
                    target = link_target(member.path, member.type, member.link)
                    self._links[member.path] = target
            elif member.type == FileType.FILE:
                self._take(member)

    def archived(self) -> Archived:
        """The images of the stream. Raises `ArchiveError`."""
        return find_images(lambda path: self._documents.get(self.resolved(path)))

    def layers(self, image: ArchivedImage) -> Iterator[tuple[DiffId, _Read]]:
        """What was made of each of the image's layers that the stream had, each once."""
        layers = dict(zip(image.configuration.detail.diff_ids, image.layers, strict=True))
        for diff_id, path in layers.items():
            found = self.resolved(path)
            if found in self._layers:
                yield diff_id, self._layers[found]

    def _take(self, member: Member) -> None:
        beginning = member.beginning(BLOCK)
        if is_compressed(beginning) or _is_tar(beginning):
            found = self._read_layer(unpacked(member.pieces()))
            self._layers[member.path] = found
            self._kept_bytes += len(found) if isinstance(found, Sized) else 0
            if self._kept_bytes > _MOST_KEPT:
                raise ArchiveError(
                    tr("It holds more files than any image has."),
                    tr("It may be made to do harm."),
                )
        elif (
            beginning.lstrip().startswith((b"{", b"["))
            and member.size_bytes <= LARGEST
            and self._has_room(member.size_bytes)
        ):
            self._documents[member.path] = b"".join(member.pieces())

    def _has_room(self, size: int) -> bool:
        self._room -= size + _ROOM_OF_EACH
        return self._room >= 0

    def resolved(self, path: bytes) -> bytes:
        """Where a path leads. Raises `ArchiveDamaged`."""
        for _ in range(_DEEPEST_LINK):
            if path not in self._links:
                return path
            path = self._links[path]
        raise ArchiveDamaged(tr("Links of the archive lead into each other."))


def index_layer(pieces: Iterable[bytes], check: Callable[[], None]) -> bytes:
    """The packed index of a layer's tar. Raises `ArchiveDamaged`."""
    writer = LayerIndexWriter()
    walk(StreamWindow(_gathered(pieces)), writer, check)
    return writer.finish()


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces joined: headers are looked at by the piece, which costs something for each."""
    some: list[bytes] = []
    size = 0
    for piece in pieces:
        some.append(piece)
        size += len(piece)
        if size >= _GATHERED:
            yield b"".join(some)
            some.clear()
            size = 0
    yield b"".join(some)


@dataclass(frozen=True, slots=True)
class DigestedIndex:
    """The packed index of a layer, with the digest of all of its tar."""

    packed: bytes
    digest: str

    def __len__(self) -> int:
        return len(self.packed)

    def of(self, diff_id: DiffId) -> IndexedLayer:
        """As the layer that it is said to be. Raises `ArchiveDamaged` where it is another."""
        if self.digest != diff_id:
            raise ArchiveDamaged(
                tr("A layer is not the one that the image names: its content is another."),
                tr("Save or download it again. If it stays so, do not trust the image."),
                f"{diff_id} has the digest {self.digest}",
            )
        return IndexedLayer(diff_id, self.packed, VERIFIED)


def digested_index(pieces: Iterable[bytes], check: Callable[[], None]) -> DigestedIndex:
    """As `index_layer`, for a layer that is read to its end anyhow. Raises `ArchiveDamaged`."""
    hasher = hashlib.sha256()
    passing = _hashed(pieces, hasher)
    packed = index_layer(passing, check)
    for _ in passing:
        # What lies behind the archive's end is part of the digest too.
        check()
    return DigestedIndex(packed, f"sha256:{hasher.hexdigest()}")


def _hashed(pieces: Iterable[bytes], hasher: Any) -> Iterator[bytes]:
    for piece in pieces:
        hasher.update(piece)
        yield piece


def layer_in_stream(pieces: Iterable[bytes], path: bytes) -> StreamWindow:
    """The layer at `path` of a `docker save` stream, at its beginning. Raises `NotFound`."""
    for member in members(iter(unpacked(pieces))):
        if member.path == path:
            return StreamWindow(unpacked(member.pieces()))
    raise NotFound(tr("The image has no such layer."))


def _is_tar(beginning: bytes) -> bool:
    if len(beginning) < BLOCK:
        return False
    try:
        parse(beginning)
    except ArchiveDamaged:
        # An empty layer is nothing but zeros.
        return not beginning.strip(b"\0")
    return True

"""An image in an archive on disk, as a source of layers and files."""

import hashlib
import os
import platform
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from modeldesk.core.archives.compression import BEGINNING, is_compressed, unpacked
from modeldesk.core.archives.images import Archived, ArchivedImage, find_images, source_image
from modeldesk.core.archives.save_stream import (
    DigestedIndex,
    SavedStream,
    digested_index,
    layer_in_stream,
)
from modeldesk.core.archives.stores import (
    Extent,
    FolderStore,
    Store,
    TarStore,
    document,
    is_compressed_file,
    open_file,
)
from modeldesk.core.archives.tar_file import file_in_layer, files_in_layer
from modeldesk.core.archives.tar_headers import BLOCK, is_tar
from modeldesk.core.archives.tar_walk import walk
from modeldesk.core.archives.window import FileWindow, StreamWindow, Window
from modeldesk.core.contents.entries import Entry, shown
from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.model import ArchiveImage, IndexedLayer, SourceImage
from modeldesk.core.contents.ports import ImageSource
from modeldesk.core.errors import ArchiveError, NotFound
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.words import tr

_Read = TypeVar("_Read")

_PIECE = 1024 * 1024
_MACHINES = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "armv7l": "arm/v7"}


def open_archive(place: ArchiveImage) -> ImageSource:
    """The source for an archive of any kind. Raises `ArchiveError`."""
    if not place.path.is_dir() and is_compressed_file(place.path):
        return PackedArchiveSource(place)
    return ArchiveSource(place)


def images_in(path: Path, token: CancelToken) -> Archived:
    """Everything an archive holds. Raises `ArchiveError`."""
    if not path.is_dir() and is_compressed_file(path):
        return _read_packed(path, _pass_over, Job(token)).archived()
    return _archived(_open_store(path, token))


def host_platform() -> str:
    """Which of several platforms a person most likely means."""
    machine = platform.machine()
    return f"linux/{_MACHINES.get(machine, machine)}"


class _FilesOfLayers(ABC):
    """What both kinds of archive have of an `ImageSource`: files out of a layer's tar."""

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        with self._window(layer, token) as window:
            for piece in file_in_layer(window, entry):
                token.raise_if_cancelled()
                yield piece

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        with self._window(layer, token) as window:
            for piece in files_in_layer(window, entries):
                token.raise_if_cancelled()
                yield piece

    @abstractmethod
    def _window(self, layer: DiffId, token: CancelToken) -> AbstractContextManager[Window]:
        """At the beginning of the layer's tar. Raises `NotFound`."""


class ArchiveSource(_FilesOfLayers):
    """Implements `ImageSource` for a tar file or a folder, whose files are read where they
    lie: of plain layers the headers alone, so that whether their content is what is claimed
    remains unknown."""

    def __init__(self, place: ArchiveImage) -> None:
        self._place = place
        self._opened: tuple[Store, ArchivedImage, tuple[str, ...]] | None = None

    def read(self, token: CancelToken) -> SourceImage:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        store, image, notes = self._open(token)
        stamp, claimed = self._stamp(store, image), _plain_layers(store, image)
        return source_image(self._place.name, image, notes, stamp, claimed)

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        store, image, _ = self._open(job.token)
        stamp = self._stamp(store, image)
        layers = {one: path for one, path in _layers(image).items() if one in wanted}
        total = sum(_size(store, path) for path in layers.values())
        done = 0

        def report(of_layer: int) -> None:
            job.report(_progress(done + of_layer, total))

        for diff_id, path in layers.items():
            with store.opened(path) as found:
                extent = _there(found, shown(path))
                if is_compressed(extent.read(BEGINNING)):
                    pieces = unpacked(_pieces(extent, job.token, report))
                    layer = digested_index(pieces, job.token.raise_if_cancelled).of(diff_id)
                else:
                    packed = _index_plain(extent, job.token, report)
                    layer = IndexedLayer(diff_id, packed, stamp)
            yield layer
            done += _size(store, path)
            report(0)

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ImageSource`. Nothing is held open."""

    @contextmanager
    def _window(self, layer: DiffId, token: CancelToken) -> Iterator[Window]:
        store, image, _ = self._open(token)
        with _layer(store, _layer_path(image, layer), token) as window:
            yield window

    def _open(self, token: CancelToken) -> tuple[Store, ArchivedImage, tuple[str, ...]]:
        token.raise_if_cancelled()
        if self._opened is None:
            store = _open_store(self._place.path, token)
            image, notes = _archived(store).choose(self._place.image, host_platform())
            self._opened = (store, image, notes)
        return self._opened

    def _stamp(self, store: Store, image: ArchivedImage) -> str:
        """Another as soon as a layer's file, or which it is, is another."""
        hasher = hashlib.sha256(os.fsencode(self._place.path.resolve()))
        for path in image.layers:
            with store.opened(path) as found:
                where = (found.begin, found.end, found.state) if found is not None else None
                hasher.update(repr((path, where)).encode())
        return hasher.hexdigest()


class PackedArchiveSource(_FilesOfLayers):
    """Implements `ImageSource` for an archive that is compressed as a whole: every question is
    a pass through all of it."""

    def __init__(self, place: ArchiveImage) -> None:
        self._place = place
        self._known: SavedStream[None] | None = None

    def read(self, token: CancelToken) -> SourceImage:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        stamp = self._stamp()
        image, notes = self._choose(self._documents(token))
        return source_image(self._place.name, image, notes, stamp)

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        """See `modeldesk.core.contents.ports.ImageSource`."""

        def read_layer(pieces: Iterator[bytes]) -> DigestedIndex:
            return digested_index(pieces, job.token.raise_if_cancelled)

        stream = _read_packed(self._place.path, read_layer, job)
        image, _ = self._choose(stream)
        for diff_id, index in stream.layers(image):
            if diff_id in wanted:
                yield index.of(diff_id)

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ImageSource`. Nothing is held open."""

    @contextmanager
    def _window(self, layer: DiffId, token: CancelToken) -> Iterator[Window]:
        stream = self._documents(token)
        image, _ = self._choose(stream)
        path = stream.resolved(_layer_path(image, layer))
        with open_file(self._place.path) as found:
            pieces = _pieces(_there(found, self._place.path), token)
            yield layer_in_stream(pieces, path)

    def _documents(self, token: CancelToken) -> SavedStream[None]:
        if self._known is None:
            self._known = _read_packed(self._place.path, _pass_over, Job(token))
        return self._known

    def _stamp(self) -> str:
        """Layers are read to their end and need none to be believed; where they lie does."""
        with open_file(self._place.path) as found:
            state = _there(found, self._place.path).state
        path = os.fsencode(self._place.path.resolve())
        return hashlib.sha256(path + repr(state).encode()).hexdigest()

    def _choose(self, stream: SavedStream[Any]) -> tuple[ArchivedImage, tuple[str, ...]]:
        return stream.archived().choose(self._place.image, host_platform())


def _read_packed(
    path: Path, read_layer: Callable[[Iterator[bytes]], _Read], job: Job
) -> SavedStream[_Read]:
    stream = SavedStream(read_layer)
    with open_file(path) as found:
        extent = _there(found, path)
        pieces = _pieces(extent, job.token, lambda done: job.report(_progress(done, extent.end)))
        stream.read(_of_archive(unpacked(pieces)), job.token.raise_if_cancelled)
    return stream


def _of_archive(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces. Raises `ArchiveError` where they begin like no tar archive at all: what
    is compressed may be anything."""
    beginning = b""
    for piece in pieces:
        beginning += piece
        if len(beginning) >= BLOCK:
            break
    if not beginning or not is_tar(beginning[:BLOCK]):
        raise ArchiveError(
            tr("The file is compressed, but what is in it is no archive of images."),
            tr("Open what “docker save” or “skopeo copy” writes, or an OCI layout."),
        )
    yield beginning
    yield from pieces


def _pass_over(_layer: Iterator[bytes]) -> None: ...


def _open_store(path: Path, token: CancelToken) -> Store:
    return FolderStore(path) if path.is_dir() else TarStore(path, token.raise_if_cancelled)


def _archived(store: Store) -> Archived:
    return find_images(lambda path: document(store, path))


def _layers(image: ArchivedImage) -> dict[DiffId, bytes]:
    return dict(zip(image.configuration.detail.diff_ids, image.layers, strict=True))


def _plain_layers(store: Store, image: ArchivedImage) -> frozenset[DiffId]:
    """Those that are not compressed, of which headers alone are read."""
    plain = set[DiffId]()
    for diff_id, path in _layers(image).items():
        with store.opened(path) as found:
            if found is None or not is_compressed(found.read(BEGINNING)):
                plain.add(diff_id)
    return frozenset(plain)


def _layer_path(image: ArchivedImage, layer: DiffId) -> bytes:
    path = _layers(image).get(layer)
    if path is None:
        raise NotFound(tr("The image has no such layer."))
    return path


def _silent(_done: int) -> None: ...


@contextmanager
def _layer(store: Store, path: bytes, token: CancelToken) -> Iterator[Window]:
    """A window at the beginning of a layer's tar."""
    with store.opened(path) as found:
        extent = _there(found, shown(path))
        if is_compressed(extent.read(BEGINNING)):
            yield StreamWindow(unpacked(_pieces(extent, token)))
        else:
            yield FileWindow(extent.descriptor, extent.begin, extent.end)


def _index_plain(extent: Extent, token: CancelToken, report: Callable[[int], None]) -> bytes:
    """The packed index of a layer that is not compressed. `report` is given how many bytes of
    its file were passed."""
    writer = LayerIndexWriter()
    window = FileWindow(extent.descriptor, extent.begin, extent.end)

    def check() -> None:
        token.raise_if_cancelled()
        report(window.base - extent.begin)

    walk(window, writer, check)
    return writer.finish()


def _size(store: Store, path: bytes) -> int:
    with store.opened(path) as found:
        return 0 if found is None else found.end - found.begin


def _there(found: Extent | None, name: Path | str) -> Extent:
    if found is None:
        raise ArchiveError(
            tr("{path} is not there, or no longer.", path=name),
            tr("Check that it was not moved or renamed, and is whole."),
        )
    return found


def _pieces(
    extent: Extent, token: CancelToken, report: Callable[[int], None] = _silent
) -> Iterator[bytes]:
    place = extent.begin
    while place < extent.end:
        token.raise_if_cancelled()
        piece = os.pread(extent.descriptor, min(_PIECE, extent.end - place), place)
        if not piece:
            return
        place += len(piece)
        report(place - extent.begin)
        yield piece


def _progress(done: int, total: int) -> Progress:
    return Progress(tr("Reading layers"), done, total, Unit.BYTES)

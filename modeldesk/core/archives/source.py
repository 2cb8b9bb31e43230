"""An image in an archive on disk, as a source of layers and files."""

import os
import platform
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from modeldesk.core.archives.compression import is_compressed, unpacked
from modeldesk.core.archives.images import Archived, ArchivedImage, find_images, source_image
from modeldesk.core.archives.save_stream import SavedStream, index_layer, layer_in_stream
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
from modeldesk.core.archives.tar_walk import walk
from modeldesk.core.archives.window import FileWindow, StreamWindow, Window
from modeldesk.core.contents.entries import Entry, shown
from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.model import ArchiveImage, SourceImage
from modeldesk.core.contents.ports import ImageSource
from modeldesk.core.errors import ArchiveError, NotFound
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.words import tr

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
        return _read_packed(path, token).archived()
    return _archived(_open_store(path, token))


def host_platform() -> str:
    """Which of several platforms a person most likely means."""
    machine = platform.machine()
    return f"linux/{_MACHINES.get(machine, machine)}"


class ArchiveSource:
    """Implements `ImageSource` for a tar file or a folder, whose files are read where they
    lie."""

    def __init__(self, place: ArchiveImage) -> None:
        self._place = place
        self._opened: tuple[Store, ArchivedImage, tuple[str, ...]] | None = None

    def read(self, token: CancelToken) -> SourceImage:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        _, image, notes = self._open(token)
        return source_image(self._place.name, image, notes)

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[tuple[DiffId, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        store, image, _ = self._open(job.token)
        layers = {one: path for one, path in _layers(image).items() if one in wanted}
        total = sum(_size(store, path) for path in layers.values())
        done = 0

        def report(of_layer: int) -> None:
            job.report(_progress(done + of_layer, total))

        for diff_id, path in layers.items():
            writer = LayerIndexWriter()
            with _layer(store, path, job.token, report) as (window, check):
                walk(window, writer, check)
            yield diff_id, writer.finish()
            done += _size(store, path)
            report(0)

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        store, image, _ = self._open(token)
        with _layer(store, _layer_path(image, layer), token) as (window, _):
            for piece in file_in_layer(window, entry):
                token.raise_if_cancelled()
                yield piece

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        store, image, _ = self._open(token)
        with _layer(store, _layer_path(image, layer), token) as (window, _):
            for piece in files_in_layer(window, entries):
                token.raise_if_cancelled()
                yield piece

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ImageSource`. Nothing is held open."""

    def _open(self, token: CancelToken) -> tuple[Store, ArchivedImage, tuple[str, ...]]:
        token.raise_if_cancelled()
        if self._opened is None:
            store = _open_store(self._place.path, token)
            image, notes = _archived(store).choose(self._place.image, host_platform())
            self._opened = (store, image, notes)
        return self._opened


class PackedArchiveSource:
    """Implements `ImageSource` for an archive that is compressed as a whole: every question is
    a pass through all of it."""

    def __init__(self, place: ArchiveImage) -> None:
        self._place = place
        self._stream: SavedStream[bytes] | None = None

    def read(self, token: CancelToken) -> SourceImage:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        image, notes = self._read(Job(token)).archived().choose(self._place.image, host_platform())
        return source_image(self._place.name, image, notes)

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[tuple[DiffId, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        stream = self._read(job)
        image, _ = stream.archived().choose(self._place.image, host_platform())
        for diff_id, packed in stream.layers(image):
            if diff_id in wanted:
                yield diff_id, packed

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        stream = self._read(Job(token))
        image, _ = stream.archived().choose(self._place.image, host_platform())
        path = stream.resolved(_layer_path(image, layer))
        with open_file(self._place.path) as found:
            pieces = _pieces(_there(found, self._place.path), token)
            yield from file_in_layer(layer_in_stream(pieces, path), entry)

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        stream = self._read(Job(token))
        image, _ = stream.archived().choose(self._place.image, host_platform())
        path = stream.resolved(_layer_path(image, layer))
        with open_file(self._place.path) as found:
            pieces = _pieces(_there(found, self._place.path), token)
            yield from files_in_layer(layer_in_stream(pieces, path), entries)

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ImageSource`. Nothing is held open."""

    def _read(self, job: Job) -> SavedStream[bytes]:
        if self._stream is None:
            self._stream = _read_packed(self._place.path, job.token, job)
        return self._stream


def _read_packed(path: Path, token: CancelToken, job: Job | None = None) -> SavedStream[bytes]:
    stream = SavedStream(lambda pieces: index_layer(pieces, token.raise_if_cancelled))
    with open_file(path) as found:
        extent = _there(found, path)

        def report(done: int) -> None:
            if job is not None:
                job.report(_progress(done, extent.end))

        stream.read(_pieces(extent, token, report), token.raise_if_cancelled)
    return stream


def _open_store(path: Path, token: CancelToken) -> Store:
    return FolderStore(path) if path.is_dir() else TarStore(path, token.raise_if_cancelled)


def _archived(store: Store) -> Archived:
    return find_images(lambda path: document(store, path))


def _layers(image: ArchivedImage) -> dict[DiffId, bytes]:
    return dict(zip(image.configuration.detail.diff_ids, image.layers, strict=True))


def _layer_path(image: ArchivedImage, layer: DiffId) -> bytes:
    path = _layers(image).get(layer)
    if path is None:
        raise NotFound(tr("The image has no such layer."))
    return path


def _silent(_done: int) -> None: ...


@contextmanager
def _layer(
    store: Store, path: bytes, token: CancelToken, report: Callable[[int], None] = _silent
) -> Iterator[tuple[Window, Callable[[], None]]]:
    """A window at the beginning of a layer's tar, and what is to be called now and then.
    `report` is given how many bytes of the layer's file were read."""
    with store.opened(path) as found:
        extent = _there(found, shown(path))
        if is_compressed(extent.read(4)):
            pieces = _pieces(extent, token, report)
            yield StreamWindow(unpacked(pieces)), token.raise_if_cancelled
            return
        window = FileWindow(extent.descriptor, extent.begin, extent.end)

        def check() -> None:
            token.raise_if_cancelled()
            report(window.base - extent.begin)

        yield window, check


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

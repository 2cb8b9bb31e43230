"""An image on the engine as a source of layers and files: its export, as it streams."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder
from modeldesk.adapters.docker_engine.errors import unavailable
from modeldesk.adapters.docker_engine.facade import DockerEngine
from modeldesk.adapters.docker_engine.images import image_detail
from modeldesk.adapters.docker_engine.streams import EngineRequest, Stream, open_stream
from modeldesk.core.archives.compression import packed_bytes
from modeldesk.core.archives.images import ArchivedImage
from modeldesk.core.archives.save_stream import SavedStream, index_layer, layer_in_stream
from modeldesk.core.archives.tar_file import file_in_layer, files_in_layer
from modeldesk.core.archives.window import StreamWindow
from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import (
    VERIFIED,
    EngineImage,
    IndexedLayer,
    LayerBlob,
    SourceImage,
)
from modeldesk.core.errors import ArchiveError, InvalidInput, NotFound
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.words import tr

_Read = TypeVar("_Read")

_KEPT_OF_EACH = 4 * 1024 * 1024
_REPORT_EVERY = 4 * 1024 * 1024


def open_engine_image(place: EngineImage) -> "EngineImageSource":
    """The source for an image of the engine at its address, by a connection of its own. Raises
    `EngineUnavailable` where none answers there."""
    engine, attempts = DockerEngineFinder().find(place.address)
    if engine is None:
        raise unavailable("; ".join(attempt.detail for attempt in attempts))
    assert isinstance(engine, DockerEngine)
    return EngineImageSource(engine.connection, place)


class EngineImageSource:
    """Implements `ImageSource`. The engine sends all of an image or nothing, and says only at
    the end which layer is which; what is not wanted passes through memory and is let go."""

    def __init__(self, connection: Connection, place: EngineImage) -> None:
        self._connection = connection
        self._place = place

    def read(self, token: CancelToken) -> SourceImage:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        token.raise_if_cancelled()
        detail = image_detail(self._connection, self._place.image)
        return SourceImage(self._place.name, detail, tuple(map(LayerBlob, detail.diff_ids)))

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        """See `modeldesk.core.contents.ports.ImageSource`. All layers come at the end; an engine
        held each against its diff ID when it took it in."""
        check = job.token.raise_if_cancelled
        saved = SavedStream(lambda pieces: index_layer(pieces, check))
        total = image_detail(self._connection, self._place.image).size_bytes
        with self._export(job.token) as stream:
            saved.read(_reported(stream, job, total), check)
        for diff_id, packed in saved.layers(_only(saved)):
            if diff_id in wanted:
                yield IndexedLayer(diff_id, packed, VERIFIED)

    def compressed_bytes(self, job: Job) -> int:
        """All layers, each packed as an engine packs it when it pushes."""
        saved = SavedStream(packed_bytes)
        total = image_detail(self._connection, self._place.image).size_bytes
        with self._export(job.token) as stream:
            saved.read(_reported(stream, job, total), job.token.raise_if_cancelled)
        image = _only(saved)
        sizes = dict(saved.layers(image))
        return sum(sizes[layer] for layer in image.configuration.detail.diff_ids)

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        """See `modeldesk.core.contents.ports.ImageSource`. What may be the file is kept of each
        layer while it is small; a large one takes a second export."""
        small = entry.size_bytes <= _KEPT_OF_EACH
        saved = SavedStream(lambda pieces: _content(pieces, entry) if small else None)
        with self._export(token) as stream:
            saved.read(stream.chunks(), token.raise_if_cancelled)
        image = _only(saved)
        found = dict(saved.layers(image))
        if layer not in found:
            raise NotFound(tr("The image has no such layer."))
        content = found[layer]
        if isinstance(content, ArchiveError | InvalidInput):
            raise content
        if content is not None:
            yield content
            return
        paths = dict(zip(image.configuration.detail.diff_ids, image.layers, strict=True))
        with self._export(token) as stream:
            window = layer_in_stream(stream.chunks(), saved.resolved(paths[layer]))
            yield from file_in_layer(window, entry)

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        """See `modeldesk.core.contents.ports.ImageSource`. One export tells where the layer is,
        another has the files."""
        saved: SavedStream[None] = SavedStream(lambda _pieces: None)
        with self._export(token) as stream:
            saved.read(stream.chunks(), token.raise_if_cancelled)
        image = _only(saved)
        paths = dict(zip(image.configuration.detail.diff_ids, image.layers, strict=True))
        if layer not in paths:
            raise NotFound(tr("The image has no such layer."))
        with self._export(token) as stream:
            window = layer_in_stream(stream.chunks(), saved.resolved(paths[layer]))
            yield from files_in_layer(window, entries)

    def close(self) -> None:
        """See `modeldesk.core.contents.ports.ImageSource`."""
        self._connection.close()

    @contextmanager
    def _export(self, token: CancelToken) -> Iterator[Stream]:
        path = f"/images/{self._place.image}/get"
        with open_stream(self._connection, token, EngineRequest(path)) as stream:
            yield stream


def _only(saved: SavedStream[_Read]) -> ArchivedImage:
    """The image that was asked for."""
    image, _ = saved.archived().choose("")
    return image


def _content(pieces: Iterable[bytes], entry: Entry) -> bytes | ArchiveError | InvalidInput:
    """The file if this layer has it at its place, or why it can't be read."""
    try:
        return b"".join(file_in_layer(StreamWindow(pieces), entry))
    except (ArchiveError, InvalidInput) as error:
        return error


def _reported(stream: Stream, job: Job, total: int) -> Iterator[bytes]:
    done = said = 0
    for chunk in stream.chunks():
        done += len(chunk)
        if done - said >= _REPORT_EVERY:
            said = done
            job.report(Progress(tr("Reading layers"), min(done, total), total, Unit.BYTES))
        yield chunk

"""Images of the fake engine with files in their layers, for the real service that looks inside."""

from collections.abc import Collection, Iterator, Mapping

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.indexing import DirectIndexer
from modeldesk.core.contents.model import (
    VERIFIED,
    EngineImage,
    IndexedLayer,
    LayerBlob,
    Place,
    SourceImage,
)
from modeldesk.core.contents.service import Contents
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.engine import FakeEngine

LayerFiles = Mapping[DiffId, Mapping[str, int]]
"""Of each layer its files' sizes by path."""


class FakeImageSource:
    """Implements `ImageSource` for an image of a fake engine. Layers of which `files` says nothing
    are empty. What it tells of has `stamp`."""

    def __init__(
        self, engine: FakeEngine, place: EngineImage, files: LayerFiles, stamp: str = VERIFIED
    ) -> None:
        self._engine = engine
        self._place = place
        self._files = files
        self._stamp = stamp

    def read(self, token: CancelToken) -> SourceImage:
        detail = self._engine.image_detail(self._place.image)
        blobs = tuple(map(LayerBlob, detail.diff_ids))
        claimed = frozenset[DiffId]() if self._stamp == VERIFIED else frozenset(detail.diff_ids)
        return SourceImage(self._place.name, detail, blobs, (), self._stamp, claimed)

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        for layer in wanted:
            writer = LayerIndexWriter()
            owner = writer.owner((0o644, 0, 0))
            for number, (path, size) in enumerate(self._files.get(layer, {}).items()):
                writer.add([(path.encode(), 0, size, owner, 0, number * 512)])
            yield IndexedLayer(layer, writer.finish(), self._stamp)

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        yield bytes(entry.size_bytes)

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        for entry in entries:
            yield entry, bytes(entry.size_bytes)

    def close(self) -> None: ...


def contents_of(
    engine: FakeEngine, files: LayerFiles, records: FakeContentRecords, stamp: str = VERIFIED
) -> Contents:
    """The service on images of `engine`, which reads in the thread that asks."""

    def open_source(place: Place) -> FakeImageSource:
        assert isinstance(place, EngineImage)
        return FakeImageSource(engine, place, files, stamp)

    return Contents(records, DirectIndexer(records, open_source), open_source)

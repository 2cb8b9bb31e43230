"""What is inside an image: read once, then known."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import ImageContents, LayerContents, Place, SourceImage
from modeldesk.core.contents.ports import ContentRecords, Indexer, OpenSource
from modeldesk.core.errors import ArchiveError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.layers.align import AlignedLayer, align
from modeldesk.core.layers.classify import own_kind
from modeldesk.core.layers.instructions import clean
from modeldesk.core.words import tr


class Contents:
    """Looks into images. Every method may be called from any thread."""

    def __init__(self, records: ContentRecords, indexer: Indexer, open_source: OpenSource) -> None:
        self.records = records
        self._indexer = indexer
        self._open_source = open_source

    def known(self, place: Place, token: CancelToken) -> ImageContents | None:
        """The image with its files where all its layers were read before; else None. Raises
        what reading its configuration can."""
        with closing(self._open_source(place)) as source:
            image = source.read(token)
        return self._assembled(image)

    def read(self, place: Place, job: Job) -> ImageContents:
        """The image with its files; layers that are not known yet are read. Raises
        `ArchiveError`, `EngineError`, `RegistryError`, `RecordsError`, `Cancelled`."""
        with closing(self._open_source(place)) as source:
            image = source.read(job.token)
        for _ in range(2):
            wanted = frozenset(image.detail.diff_ids)
            missing = wanted - self.records.known_layers(wanted)
            self._indexer.index(place, missing, job)
            found = self._assembled(image)
            # A damaged index is dropped when it is met, and read again.
            if found is not None:
                return found
        raise ArchiveError(
            tr("The layers of {name} could not be kept.", name=image.name),
            tr("Allow more room for what is read of layers in Settings, then try again."),
        )

    def file(
        self, place: Place, layer: DiffId, entry: Entry, token: CancelToken
    ) -> Iterator[bytes]:
        """The content of a file as a layer has it, in pieces. Raises as `read` does, and
        `InvalidInput` for what is no file."""
        with closing(self._open_source(place)) as source:
            yield from source.file(layer, entry, token)

    def _assembled(self, image: SourceImage) -> ImageContents | None:
        indexes = self.records.layer_indexes(image.detail.diff_ids)
        if len(indexes) < len(set(image.detail.diff_ids)):
            return None
        layers = []
        for blob, aligned in zip(image.blobs, _instructions(image), strict=True):
            index = indexes[blob.diff_id]
            kind = own_kind(replace(aligned, size_bytes=index.size_bytes))
            layers.append(
                LayerContents(blob, aligned.instruction, kind, ((kind, index.size_bytes),), index)
            )
        return ImageContents(image, tuple(layers))


def _instructions(image: SourceImage) -> tuple[AlignedLayer, ...]:
    """What made each layer: as the source says, or as history and sizes let one tell."""
    if any(blob.created_by or blob.comment for blob in image.blobs):
        return tuple(
            AlignedLayer(blob.diff_id, clean(blob.created_by), 0, None, blob.comment)
            for blob in image.blobs
        )
    return align(image.detail.history, image.detail.diff_ids, image.detail.size_bytes)

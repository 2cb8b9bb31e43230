"""What is inside an image: read once, then known."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing

from modeldesk.core.contents.assemble import assemble
from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.kinds import tell
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import VERIFIED, ImageContents, Place, SourceImage
from modeldesk.core.contents.ports import ContentRecords, ImageSource, Indexer, OpenSource
from modeldesk.core.errors import ArchiveError, RecordsError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.layers.parts import Told
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)


class Contents:
    """Looks into images. Every method may be called from any thread."""

    def __init__(self, records: ContentRecords, indexer: Indexer, open_source: OpenSource) -> None:
        self.records = records
        self._indexer = indexer
        self._open_source = open_source

    def known(
        self, place: Place, token: CancelToken, base_layers: int | None = None
    ) -> ImageContents | None:
        """The image with its files where all its layers were read before; else None.
        `base_layers` of the lowest are its base image's; None: its history has to show it.
        Raises what reading its configuration can."""
        return self._assembled(self._image(place, token), base_layers)

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents:
        """The image with its files; layers that are not known yet are read. `base_layers` are as
        in `known`. Raises `ArchiveError`, `EngineError`, `RegistryError`, `RecordsError`,
        `Cancelled`."""
        for _ in range(2):
            image = self._image(place, job.token)
            missing = frozenset[DiffId]()
            for layers, stamp in _readings(image):
                missing |= layers - self.records.known_layers(layers, stamp)
            self._indexer.index(place, missing, job)
            found = self._assembled(image, base_layers)
            # A damaged index is dropped when it is met, and read again; so is a source that was
            # changed meanwhile.
            if found is not None:
                return found
        raise ArchiveError(
            tr("The layers of {name} could not be kept.", name=image.name),
            tr("Allow more room for what is read of layers in Settings, then try again."),
        )

    def file(
        self, place: Place, layer: DiffId, entry: Entry, token: CancelToken, stamp: str
    ) -> Iterator[bytes]:
        """The content of a file as a layer has it, in pieces. `stamp` is that of the image that
        `entry` was read of: a source that is another one by now has other files. Raises as `read`
        does, and `InvalidInput` for what is no file."""
        with closing(self._open_source(place)) as source:
            _check_unchanged(source, stamp, token)
            yield from source.file(layer, entry, token)

    def files(
        self,
        place: Place,
        layer: DiffId,
        entries: Collection[Entry],
        token: CancelToken,
        stamp: str,
    ) -> Iterator[tuple[Entry, bytes]]:
        """The content of several files of a layer, in pieces, each file's together and at least
        one for each. Raises as `file` does."""
        with closing(self._open_source(place)) as source:
            _check_unchanged(source, stamp, token)
            yield from source.files(layer, entries, token)

    def _image(self, place: Place, token: CancelToken) -> SourceImage:
        with closing(self._open_source(place)) as source:
            return source.read(token)

    def _assembled(self, image: SourceImage, base_layers: int | None) -> ImageContents | None:
        indexes = dict[DiffId, LayerIndex]()
        for layers, stamp in _readings(image):
            indexes.update(self.records.layer_indexes(layers, stamp))
        if len(indexes) < len(set(image.detail.diff_ids)):
            return None
        told = {layer: tell(index) for layer, index in indexes.items()}
        self._keep({layer: one for layer, one in told.items() if layer not in image.claimed})
        return assemble(image, indexes, told, base_layers)

    def _keep(self, told: Mapping[DiffId, Told]) -> None:
        """Keep what layers tell for whoever asks when their files are not at hand. What was read
        before this was kept, or judged by the rules of another version, is put right here."""
        try:
            kept = self.records.told_layers(told)
            self.records.keep_told(
                {layer: one for layer, one in told.items() if kept.get(layer) != one}
            )
        except RecordsError as error:
            logger.info("the kinds of layers can't be kept: %s", error)


def _readings(image: SourceImage) -> Iterator[tuple[frozenset[DiffId], str]]:
    """Which layers are known by which stamp. An archive may name a layer that is known well and
    hold another, so what was verified elsewhere says nothing of the layers it only claims to have.
    """
    layers = frozenset(image.detail.diff_ids)
    for some, stamp in ((layers - image.claimed, VERIFIED), (layers & image.claimed, image.stamp)):
        if some:
            yield some, stamp


def _check_unchanged(source: ImageSource, stamp: str, token: CancelToken) -> None:
    """Where a file lies was learned from the source as it was then."""
    if stamp == VERIFIED:
        return
    image = source.read(token)
    if image.stamp != stamp:
        raise ArchiveError(
            tr("{name} was changed after its files were listed.", name=image.name),
            tr("Open it again to see what is in it now."),
        )

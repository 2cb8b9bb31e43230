"""What is inside an image: read once, then known."""

from collections.abc import Collection, Iterator
from contextlib import closing

from modeldesk.core.contents.assemble import assemble
from modeldesk.core.contents.bases import KnownImage
from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import VERIFIED, ImageContents, Place, SourceImage
from modeldesk.core.contents.ports import ContentRecords, ImageSource, Indexer, OpenSource
from modeldesk.core.errors import ArchiveError
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.words import tr


class Contents:
    """Looks into images. Every method may be called from any thread."""

    def __init__(self, records: ContentRecords, indexer: Indexer, open_source: OpenSource) -> None:
        self.records = records
        self._indexer = indexer
        self._open_source = open_source

    def known(
        self, place: Place, token: CancelToken, bases: Collection[KnownImage] = ()
    ) -> ImageContents | None:
        """The image with its files where all its layers were read before; else None. `bases` are
        images that it may stand on. Raises what reading its configuration can."""
        return self._assembled(self._image(place, token), bases)

    def read(self, place: Place, job: Job, bases: Collection[KnownImage] = ()) -> ImageContents:
        """The image with its files; layers that are not known yet are read. `bases` are images
        that it may stand on. Raises `ArchiveError`, `EngineError`, `RegistryError`,
        `RecordsError`, `Cancelled`."""
        for _ in range(2):
            image = self._image(place, job.token)
            wanted = frozenset(image.detail.diff_ids)
            missing = wanted - self.records.known_layers(wanted, image.stamp)
            self._indexer.index(place, missing, job)
            found = self._assembled(image, bases)
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

    def _assembled(self, image: SourceImage, bases: Collection[KnownImage]) -> ImageContents | None:
        indexes = self.records.layer_indexes(image.detail.diff_ids, image.stamp)
        if len(indexes) < len(set(image.detail.diff_ids)):
            return None
        return assemble(image, indexes, bases)


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

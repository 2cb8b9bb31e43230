"""A source of images of which nothing but some of its parts is asked."""

from collections.abc import Collection, Iterator

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import IndexedLayer, SourceImage
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job


class SilentSource:
    """Implements `ImageSource`: whatever a test does not answer itself must not be asked for."""

    def read(self, token: CancelToken) -> SourceImage:
        raise AssertionError("not asked for")

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        raise AssertionError("not asked for")

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        raise AssertionError("not asked for")

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        raise AssertionError("not asked for")

    def close(self) -> None: ...

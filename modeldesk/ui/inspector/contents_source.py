"""What the inspector asks of the service that knows what is in images."""

from collections.abc import Collection, Iterator
from typing import Protocol

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.model import ImageContents, Place
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job


class ContentsSource(Protocol):
    """Every method is called in a worker and may raise what the place can."""

    def known(
        self, place: Place, token: CancelToken, base_layers: int | None = None
    ) -> ImageContents | None:
        """The contents, if every layer has been read before. `base_layers` of the lowest are its
        base image's; None: that is not known."""
        ...

    def read(self, place: Place, job: Job, base_layers: int | None = None) -> ImageContents:
        """The contents; layers that are not known are read now."""
        ...

    def file(
        self, place: Place, layer: DiffId, entry: Entry, token: CancelToken, stamp: str
    ) -> Iterator[bytes]:
        """The content of one file as that layer has it, in pieces; `stamp` is that of the image
        which its entry was read of. A source that is another one by now is refused."""
        ...

    def files(
        self,
        place: Place,
        layer: DiffId,
        entries: Collection[Entry],
        token: CancelToken,
        stamp: str,
    ) -> Iterator[tuple[Entry, bytes]]:
        """The content of several files of a layer, in pieces, each file's together and at least
        one for each."""
        ...

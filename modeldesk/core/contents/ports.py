"""What reading images asks of the outside world."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import IndexedLayer, Place, SourceImage
from modeldesk.core.ids import DiffId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.layers.parts import Told


class ImageSource(Protocol):
    """One image at one place. Every method may raise `ArchiveError`, `EngineError` or
    `RegistryError`, whichever the place can."""

    def read(self, token: CancelToken) -> SourceImage:
        """Manifest and configuration, without reading layers."""
        ...

    def index_layers(self, wanted: Collection[DiffId], job: Job) -> Iterator[IndexedLayer]:
        """Each wanted layer of the image, in any order, each once; data passes through memory
        and is never written. Reports bytes read. Where all of a layer is read anyhow, it is held
        against its diff ID, and `ArchiveDamaged` raised where it is another."""
        ...

    def file(self, layer: DiffId, entry: Entry, token: CancelToken) -> Iterator[bytes]:
        """The content of one file as that layer has it, in pieces. Raises `InvalidInput` for
        what is no file, `NotFound` for a layer that the image has not."""
        ...

    def files(
        self, layer: DiffId, entries: Collection[Entry], token: CancelToken
    ) -> Iterator[tuple[Entry, bytes]]:
        """The content of several files of a layer, in pieces, each file's together and at least
        one for each, in one pass. Raises as `file` does."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


OpenSource = Callable[[Place], ImageSource]
"""Raises what reading an image at that place can."""


class ContentRecords(Protocol):
    """Packed layer indexes, kept by diff ID and stamp. One that was verified serves every source;
    any other serves the source alone that it was read from, told by its stamp. When they take
    more than `limit_bytes`, those that were not used for longest go; the one that was kept last
    stays, however large it is.

    What layers tell of their kinds is kept beside them, a line for each, and stays when an index
    goes: sizes by kind are shown of images whose files nobody looks at."""

    limit_bytes: int
    """May be changed; it is held to when the next index is kept."""

    def known_layers(self, layers: Collection[DiffId], stamp: str) -> frozenset[DiffId]:
        """Those of `layers` that were read with this stamp."""
        ...

    def layer_indexes(self, layers: Collection[DiffId], stamp: str) -> Mapping[DiffId, LayerIndex]:
        """The indexes among `layers` that were read with this stamp; they count as used now. A
        damaged one is dropped and missing here."""
        ...

    def keep_layer_index(self, layer: IndexedLayer) -> None: ...

    def told_layers(self, layers: Collection[DiffId] | None = None) -> Mapping[DiffId, Told]:
        """What is known of the kinds in `layers`; None: in every layer, by one query. A damaged
        one is missing here."""
        ...

    def keep_told(self, told: Mapping[DiffId, Told]) -> None:
        """Keep what layers tell, in the place of what was kept of the same ones."""
        ...

    def size_bytes(self) -> int:
        """Bytes all indexes take."""
        ...

    def forget_all(self) -> None:
        """Forget every index; what layers told of their kinds stays."""
        ...

    def close(self) -> None:
        """Let go of the file; nothing may be asked afterwards."""
        ...


class Indexer(Protocol):
    """Reads layers that are not known yet."""

    def index(self, place: Place, wanted: Collection[DiffId], job: Job) -> None:
        """Index the layers of the image at `place` and keep them in the records. Raises
        `Cancelled` within 100 ms of a cancel; layers that were finished stay known."""
        ...

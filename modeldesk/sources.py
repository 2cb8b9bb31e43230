"""Opening images wherever they are, in this process or in the one that reads layers: made of
adapters, known to `modeldesk.composition` alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modeldesk.core.contents.model import Place
    from modeldesk.core.contents.ports import ContentRecords, ImageSource
    from modeldesk.core.registry.known import KnownRegistry

_MEGABYTE = 1_000_000


def open_source(place: "Place", known: "tuple[KnownRegistry, ...]" = ()) -> "ImageSource":
    """The source for an image at its place; `known` says how registries are reached. Raises what
    reading there can."""
    from modeldesk.core.contents.model import ArchiveImage, EngineImage

    match place:
        case EngineImage():
            from modeldesk.adapters.docker_engine.image_source import open_engine_image

            return open_engine_image(place)
        case ArchiveImage():
            from modeldesk.core.archives.source import open_archive

            return open_archive(place)
        case _:
            from modeldesk.adapters.oci_registry.connections import Connections
            from modeldesk.adapters.oci_registry.source import open_registry_image

            return open_registry_image(place, Connections(known))


@dataclass(frozen=True, slots=True)
class IndexParts:
    """What a process that reads layers works with; small, to be handed over to it."""

    database: Path
    limit_mb: int
    known: "tuple[KnownRegistry, ...]" = ()

    def open_source(self, place: "Place") -> "ImageSource":
        """See `open_source`."""
        return open_source(place, self.known)

    def open_records(self) -> "ContentRecords":
        """The kept layers. Raises `RecordsError`."""
        from modeldesk.adapters.sqlite.content_records import SqliteContentRecords
        from modeldesk.adapters.sqlite.database import open_database
        from modeldesk.adapters.sqlite.migrations import LAYERS

        opened = open_database(self.database, schema=LAYERS)
        return SqliteContentRecords(opened.database, self.limit_mb * _MEGABYTE)

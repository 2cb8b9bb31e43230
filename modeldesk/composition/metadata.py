"""What is said of versions, and the search through it."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from modeldesk.composition.ground import now
from modeldesk.composition.registries import RegistryParts
from modeldesk.late import Once

if TYPE_CHECKING:
    from modeldesk.adapters.sqlite.search_index import SqliteSearchIndex
    from modeldesk.core.attached.service import MetadataService
    from modeldesk.core.metadata.ports import MetadataRecords
    from modeldesk.core.search.gathering import Gatherer
    from modeldesk.core.search.service import SearchService


class MetadataParts(RegistryParts):
    """Metadata, here and in registries, and the search."""

    @Once
    def metadata_records(self) -> "MetadataRecords":
        """What was said of versions after they were built."""
        from modeldesk.adapters.sqlite.metadata_records import SqliteMetadataRecords

        return SqliteMetadataRecords(self.opened.database)

    @Once
    def metadata(self) -> "MetadataService":
        """What is registered with versions."""
        from modeldesk.core.attached.service import MetadataService

        return MetadataService(self.metadata_records, lambda: self.registries, self._author, now)

    def use_search(self, path: Path) -> None:
        """Keep the index of the search in `path` instead, where the usual file can't be used."""
        self.paths = replace(self.paths, search=path)

    @Once
    def search_index(self) -> "SqliteSearchIndex":
        """Versions, ready to be looked through. Raises `RecordsError`."""
        from modeldesk.adapters.sqlite.database import open_database
        from modeldesk.adapters.sqlite.migrations import SEARCH
        from modeldesk.adapters.sqlite.search_index import SqliteSearchIndex

        return SqliteSearchIndex(open_database(self.paths.search, schema=SEARCH).database)

    @Once
    def search(self) -> "SearchService":
        """Finds versions."""
        from modeldesk.core.search.service import SearchService

        return SearchService(
            lambda: self.search_index,
            self.remote_records,
            self.metadata_records,
            lambda: now().astimezone(),
        )

    @Once
    def gatherer(self) -> "Gatherer":
        """Asks every known registry for what it has."""
        from modeldesk.core.search.gathering import Gatherer

        return Gatherer(self.remote_records, self.remote_versions, self.metadata)

    def close(self) -> None:
        """See `Ground.close`."""
        if "search_index" in self.__dict__:
            self.search_index.close()
        super().close()

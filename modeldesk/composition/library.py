"""Images as models and versions, and the channels that name them."""

from typing import TYPE_CHECKING

from modeldesk.composition.ground import now
from modeldesk.composition.metadata import MetadataParts
from modeldesk.late import Once

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from modeldesk.core.channels.service import ChannelService
    from modeldesk.core.ids import ImageId
    from modeldesk.core.jobs import CancelToken
    from modeldesk.core.library.browsing import Browsing
    from modeldesk.core.library.kept_versions import KeptVersions
    from modeldesk.core.library.service import Library


class LibraryParts(MetadataParts):
    """The library, what registries add to it, and channels."""

    @Once
    def library(self) -> "Library":
        """Images as models and versions."""
        from modeldesk.adapters.sqlite.image_records import SqliteImageRecords
        from modeldesk.core.library.service import Library
        from modeldesk.core.metadata.measured import every_edited_metric

        return Library(
            SqliteImageRecords(self.opened.database),
            lambda: self.layer_records,
            lambda: every_edited_metric(self.metadata_records),
            self.courtesy.give_way,
        )

    @Once
    def kept_versions(self) -> "KeptVersions":
        """Versions that were here once."""
        from modeldesk.adapters.sqlite.version_records import SqliteVersionRecords
        from modeldesk.core.library.kept_versions import KeptVersions

        return KeptVersions(SqliteVersionRecords(self.opened.database))

    @Once
    def browsing(self) -> "Browsing":
        """Looks through registries."""
        from modeldesk.core.library.browsing import Browsing

        return Browsing(self.remote_records, self._version_registry, now, self._fetch_edits)

    def _fetch_edits(
        self,
        repository: str,
        images: "Mapping[str, ImageId]",
        tags: "Collection[str]",
        token: "CancelToken",
    ) -> int:
        """Of metadata, for versions in registries and those here that lie there too."""
        from modeldesk.core.library.remote_versions import local_digests
        from modeldesk.core.references import Reference

        here = local_digests(self.library.snapshot).get(repository, {})
        place = Reference.parse(repository)
        return self.metadata.fetch_new(place, {**images, **here}, tags, token)

    @Once
    def channels(self) -> "ChannelService":
        """Channels, here and in registries."""
        from modeldesk.adapters.sqlite.channel_records import SqliteChannelRecords
        from modeldesk.core.channels.service import ChannelService
        from modeldesk.core.channels.shared import SharedMoves
        from modeldesk.core.library.remote_versions import known_repositories

        return ChannelService(
            SqliteChannelRecords(self.opened.database),
            lambda: self.registries,
            self.locks,
            self._author,
            now,
            lambda: self.settings.channel_rules,
            self._records_problem,
            SharedMoves(lambda: self.registries),
            lambda model: known_repositories(
                model, self.library.snapshot, self.remote_records.every_remote_version()
            ),
        )

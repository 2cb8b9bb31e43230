"""The names that are given already: on the engine, and in registries as far as they were
listed."""

import logging

from modeldesk.core.build.checks import Holders
from modeldesk.core.build.model import BuildRequest
from modeldesk.core.build.plan import taken_tags
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.ports import RemoteRecords
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference

log = logging.getLogger(__name__)


class KnownNames:
    """Any thread may ask."""

    def __init__(self, remote: RemoteRecords | None) -> None:
        """`remote` keeps what registries were found to have; None: nothing is known of them."""
        self._remote = remote

    def elsewhere(self, repository: Reference) -> tuple[RemoteVersion, ...]:
        """What a registry was last found to have; nothing where that can't be read."""
        try:
            return self._remote.remote_versions(repository.name) if self._remote else ()
        except RecordsError as error:
            log.info("What a registry has can't be read: %s", error)
            return ()

    def taken(self, snapshot: LibrarySnapshot, model: ModelName, repository: Reference) -> set[str]:
        """Every tag of the model and of the repository, and those that a registry was found to
        have there."""
        there = {one.tag for one in self.elsewhere(repository)}
        return taken_tags(snapshot, model, repository) | there

    def holders(self, engine: ImageEngine, request: BuildRequest) -> Holders:
        """What has the names of the request's repositories now."""
        repositories = {one.name: one for one in request.references}.values()
        remote = [version for one in repositories for version in self.elsewhere(one)]
        return Holders(engine.list_images(), remote)

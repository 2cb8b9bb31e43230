"""What a server of ours is made of: models of a registry, and who may ask for them."""

import time
from typing import TYPE_CHECKING

from modeldesk.composition.ground import now
from modeldesk.composition.registries import RegistryParts
from modeldesk.core.words import tr
from modeldesk.late import Once

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.adapters.sqlite.database import OpenedDatabase
    from modeldesk.core.access.listening import Listening, Serving
    from modeldesk.core.access.service import Access
    from modeldesk.core.errors import ModelDeskError
    from modeldesk.core.hub.names import Shelf
    from modeldesk.core.hub.service import Hub
    from modeldesk.core.jobs import CancelToken


class AccessParts(RegistryParts):
    """A registry's models for others, without an engine."""

    @Once
    def access(self) -> "Access":
        """Who may ask a server of ours for what. Raises `RecordsError`."""
        from modeldesk.adapters.sqlite.access_records import SqliteAccessRecords
        from modeldesk.core.access.failures import Failures
        from modeldesk.core.access.service import Access

        records = SqliteAccessRecords(self.access_opened.database)
        return Access(records, records, Failures(time.monotonic), now)

    @Once
    def access_opened(self) -> "OpenedDatabase":
        """The tokens and the audit log, and what was wrong with the file. Raises
        `RecordsError`."""
        from modeldesk.adapters.sqlite.database import open_database
        from modeldesk.adapters.sqlite.migrations import ACCESS

        return open_database(self.paths.access, schema=ACCESS)

    def hub(self, shelf: "Shelf") -> "Hub":
        """The models of a registry, without an engine."""
        from modeldesk.core.hub.service import make_hub

        return make_hub(
            shelf,
            self.registries,
            self.locks,
            lambda: self.settings.channel_rules,
            lambda: now().astimezone(),
            time.monotonic,
        )

    def serve(
        self,
        shelf: "Shelf",
        serving: "Serving",
        on_listening: "Callable[[Listening], None]",
        token: "CancelToken",
    ) -> None:
        """Serve the models of a registry over HTTP until `token` is cancelled. Raises
        `MissingExtra` where what that needs is not installed, `InvalidInput`, `PortTaken`,
        `RecordsError`."""
        try:
            from modeldesk.adapters.rest.server import serve
        except ModuleNotFoundError as error:
            raise missing_extra(error.name or "", "serve") from error
        serve(self.hub(shelf), self.access, serving, on_listening, token)

    def problems(self) -> tuple[str, ...]:
        """See `Ground.problems`."""
        access = self.access_opened.problem if "access_opened" in self.__dict__ else ""
        return (*super().problems(), *filter(None, (access,)))

    def close(self) -> None:
        """See `Ground.close`."""
        if "access_opened" in self.__dict__:
            self.access_opened.database.close()
        super().close()


def missing_extra(module: str, extra: str) -> "ModelDeskError":
    """What is raised where an optional part is not installed. A module of our own that is missing
    is a bug, and comes through as it is."""
    from modeldesk.core.errors import MissingExtra

    if module.partition(".")[0] == "modeldesk":
        raise ModuleNotFoundError(module, name=module)
    return MissingExtra(
        tr("This needs “{module}”, which is not installed.", module=module),
        tr("Install it: pip install 'modeldesk[{extra}]'", extra=extra),
    )

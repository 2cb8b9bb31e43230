"""Deployments and their histories, read again when something changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.book import Elsewhere
from modeldesk.core.releases.model import Deployment, Release, VersionTarget
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What the records say of the engine's deployments, at one moment."""

    deployments: tuple[Deployment, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    """Those that live on other engines."""
    histories: Mapping[DeploymentName, tuple[Release, ...]] = field(default_factory=dict)
    """Newest first."""
    earlier: Mapping[DeploymentName, tuple[VersionTarget, ...]] = field(default_factory=dict)
    """What each can go back to, nearest first."""


class ReleaseStore(QObject):
    """Holds the facts for every page that shows them."""

    changed = Signal(object)
    """The new `ReleaseFacts`."""

    def __init__(
        self, context: Context, releases: ReleaseService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._releases = releases
        self._latest = Latest(context.tasks, self)
        self.facts = ReleaseFacts()
        context.hub.changed.connect(self._changed)
        context.hub.connection_changed.connect(self._connection_changed)
        context.hub.refresh_asked.connect(self.read)

    def read(self) -> None:
        """Read everything of the engine in use again. While none answers, what was read last
        stays."""
        engine = self._context.engine()
        if engine is None:
            return

        def work(_: Job) -> ReleaseFacts:
            here = engine.identity().id
            deployments = self._releases.deployments(here)
            return ReleaseFacts(
                deployments,
                self._releases.elsewhere(here),
                {d.name: self._releases.history(d.key) for d in deployments},
                {d.name: self._releases.earlier_versions(d) for d in deployments},
            )

        self._latest.submit(
            work, title=tr("Read deployments"), on_result=self._came, lane=Lane.INTERACTIVE
        )

    def _came(self, facts: ReleaseFacts) -> None:
        if facts != self.facts:
            self.facts = facts
            self.changed.emit(facts)

    def _connection_changed(self, connection: Connection) -> None:
        if connection.state is ConnectionState.CONNECTED:
            self.read()

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.deployments:
            self.read()

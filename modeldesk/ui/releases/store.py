"""Deployments and their histories, read again when something changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import Deployment, Release, VersionTarget
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.tasks import Lane, Latest


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What the records say of every deployment, at one moment."""

    deployments: tuple[Deployment, ...] = ()
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
        self._releases = releases
        self._latest = Latest(context.tasks, self)
        self.facts = ReleaseFacts()
        context.hub.changed.connect(self._changed)
        context.hub.refresh_asked.connect(self.read)

    def read(self) -> None:
        """Read everything again."""

        def work(_: Job) -> ReleaseFacts:
            deployments = self._releases.deployments()
            return ReleaseFacts(
                deployments,
                {d.name: self._releases.history(d.name) for d in deployments},
                {d.name: self._releases.earlier_versions(d.name) for d in deployments},
            )

        self._latest.submit(
            work, title=tr("Read deployments"), on_result=self._came, lane=Lane.INTERACTIVE
        )

    def _came(self, facts: ReleaseFacts) -> None:
        if facts != self.facts:
            self.facts = facts
            self.changed.emit(facts)

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.deployments:
            self.read()

"""Deployments and their histories, read again when something changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.deployments.ports import Deployments
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ContainerId, DeploymentName, ImageId
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.book import Elsewhere
from modeldesk.core.releases.model import Deployment, Release, ReleaseState, VersionTarget
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.releases.history_rows import history_rows
from modeldesk.ui.releases.presented import HistoryRow, Moment, RolloutFacts
from modeldesk.ui.releases.rollouts import Rollouts
from modeldesk.ui.tasks.handle import TaskHandle
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone

T = TypeVar("T")
_PROVED_FOR = timedelta(minutes=2)


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
    rollouts: Mapping[DeploymentName, RolloutFacts] = field(default_factory=dict)
    """The newest canary of each that has one."""
    moments: Mapping[DeploymentName, tuple[Moment, ...]] = field(default_factory=dict)
    rows: Mapping[DeploymentName, tuple[HistoryRow, ...]] = field(default_factory=dict)
    """Releases and canaries as one history, newest first."""
    containers: Mapping[ContainerId, ContainerSummary] = field(default_factory=dict)
    """Those that serve, as the engine had them when the records were read."""

    @property
    def proved(self) -> frozenset[ContainerId]:
        """Containers that a release has just shown to be healthy. Their own check comes round
        later, and until then the engine calls them starting."""
        now = datetime.now(UTC)
        return frozenset(
            one.container
            for one in self.deployments
            if one.container is not None and _just_released(self.histories.get(one.name, ()), now)
        )

    @property
    def under_way(self) -> frozenset[DeploymentName]:
        """Deployments with a release that has not ended, whichever program makes it. One that
        failed and waits to be undone is not under way any more."""
        return frozenset(
            name
            for name, releases in self.histories.items()
            if releases and releases[0].state is ReleaseState.RUNNING and not releases[0].error
        )

    def ways_back_to(self, image: ImageId) -> tuple[DeploymentName, ...]:
        """The deployments that once ran the image, do not now, and could go back to it."""
        return tuple(
            one.name
            for one in self.deployments
            if (one.current is None or one.current.image != image)
            and any(
                release.target.image == image and release.state is ReleaseState.SUCCEEDED
                for release in self.histories.get(one.name, ())
            )
        )


class ReleaseStore(QObject):
    """Holds the facts for every page that shows them."""

    changed = Signal(object)
    """The new `ReleaseFacts`, or the same with other deployments `changing`."""

    def __init__(
        self,
        context: Context,
        releases: Deployments,
        rollouts: Rollouts,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._releases = releases
        self._rollouts = rollouts
        self._latest = Latest(context.tasks, self)
        self.facts = ReleaseFacts()
        self._tasks = context.tasks
        self._reading = False
        self._unsettled: frozenset[DeploymentName] = frozenset()
        context.tasks.added.connect(self._task_altered)
        context.tasks.ended.connect(self._task_altered)
        context.hub.changed.connect(self._changed)
        context.hub.connection_changed.connect(self._connection_changed)
        context.hub.refresh_asked.connect(self.read)

    def ways_back_to(self, image: ImageId) -> tuple[DeploymentName, ...]:
        """See `ReleaseFacts.ways_back_to`; as far as is known now."""
        return self.facts.ways_back_to(image)

    @property
    def changing(self) -> frozenset[DeploymentName]:
        """Deployments that something is done to now, or was and is not read yet: what of them
        runs is about to be another."""
        return self._unsettled | self.facts.under_way

    def read(self) -> None:
        """Read everything of the engine in use again. While none answers, what was read last
        stays."""
        engine = self._context.engine()
        if engine is None:
            return

        known = self.facts
        self._reading = True
        self._latest.submit(
            lambda _: self._read(engine, known),
            title=tr("Read deployments"),
            on_result=self._came,
            on_error=self._failed,
            lane=Lane.INTERACTIVE,
        )

    def _read(self, engine: ImageEngine, known: ReleaseFacts) -> ReleaseFacts:
        """Off the UI thread. What is as it was stays the same object: thousands of lines need
        not be compared in the window."""
        here = engine.identity().id
        deployments = self._releases.deployments(here)
        serving = _containers(deployments)
        found = {one.name: self._rollouts.facts(one.key) for one in deployments}
        histories, moments, rows = {}, {}, {}
        for one in deployments:
            name = one.name
            histories[name] = _kept(known.histories.get(name), self._releases.history(one.key))
            moments[name] = _kept(known.moments.get(name), self._rollouts.moments(one.key))
            made = history_rows(histories[name], moments[name], one.current)
            rows[name] = _kept(known.rows.get(name), made)
        return ReleaseFacts(
            deployments,
            self._releases.elsewhere(here),
            histories,
            {d.name: self._releases.earlier_versions(d) for d in deployments},
            {name: facts for name, facts in found.items() if facts is not None},
            moments,
            rows,
            {one.id: one for one in engine.list_containers() if one.id in serving},
        )

    def _came(self, facts: ReleaseFacts) -> None:
        self._reading = False
        new, self.facts = facts != self.facts, facts
        settled = self._unsettled != self._find_unsettled()
        self._unsettled = self._find_unsettled()
        if new or settled:
            self.changed.emit(facts)

    def _failed(self, error: ModelDeskError) -> None:
        self._reading = False
        self._context.say(str(error), Tone.BAD)

    def _find_unsettled(self) -> frozenset[DeploymentName]:
        return frozenset(
            task.link.deployment
            for task in self._tasks.active
            if isinstance(task.link, ReleasesLink) and task.link.deployment is not None
        )

    def _task_altered(self, task: TaskHandle[Any]) -> None:
        """What is done to a deployment counts as under way until its end has been read."""
        link = task.link
        if isinstance(link, ReleasesLink) and link.deployment is not None:
            found = self._find_unsettled()
            if task.active or not self._reading:
                changed, self._unsettled = found != self._unsettled, found
                if changed:
                    self.changed.emit(self.facts)

    def _connection_changed(self, connection: Connection) -> None:
        if connection.state is ConnectionState.CONNECTED:
            self.read()

    def _changed(self, changes: Changes, _initiator: object) -> None:
        serving = _containers(self.facts.deployments)
        if changes.deployments or not changes.containers.isdisjoint(serving):
            self.read()


def _containers(deployments: Sequence[Deployment]) -> set[ContainerId]:
    """Those that serve, and those beside them."""
    serving = {one.container for one in deployments if one.container is not None}
    return serving | {one.canary.version.container for one in deployments if one.canary}


def _kept(before: tuple[T, ...] | None, now: tuple[T, ...]) -> tuple[T, ...]:
    """`before`, where `now` is the same."""
    return before if before == now and before is not None else now


def _just_released(releases: Sequence[Release], now: datetime) -> bool:
    last = releases[0] if releases else None
    return (
        last is not None
        and last.state is ReleaseState.SUCCEEDED
        and last.finished is not None
        and now - last.finished < _PROVED_FOR
    )

"""What lives behind the window: the link to the engine, and the care for deployments."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.ui.context import Hub
from modeldesk.ui.tasks.runner import TaskRunner

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.composition import Parts
    from modeldesk.core.deployment_watch.standing import News
    from modeldesk.core.engine.watch import EngineWatch
    from modeldesk.core.ports import ImageEngine
    from modeldesk.ui.releases.findings import FindingsStore


class EngineLink(QObject):
    """Finds an engine and keeps to it; what it tells goes to the hub. Implements
    `EngineControl`."""

    def __init__(self, parts: "Parts", tasks: TaskRunner, hub: Hub, parent: QObject) -> None:
        super().__init__(parent)
        self._parts = parts
        self._tasks = tasks
        self._hub = hub
        self._watch: EngineWatch | None = None

    def start(self) -> None:
        """Look for an engine. Nothing happens when that has begun."""
        if self._watch is not None:
            return
        from modeldesk.core.engine.watch import EngineWatch

        self._watch = EngineWatch(
            self._parts.late_finder,
            self._parts.settings.engine_address,
            self._tasks.feed(self, self._connection_came),
            self._tasks.feed(self, self._changes_came),
        )
        self._watch.start()

    def stop(self, longest_s: float) -> None:
        """Let go of the engine; waits `longest_s` at most."""
        if self._watch is not None:
            self._watch.stop(longest_s)

    def engine(self) -> "ImageEngine | None":
        """The engine in use. From any thread."""
        return None if self._watch is None else self._watch.engine

    def retry(self) -> None:
        """See `EngineControl`."""
        if self._watch is not None:
            self._watch.retry()

    def use(self, address: str) -> None:
        """See `EngineControl`."""
        if self._watch is not None:
            self._watch.use(address)

    def _connection_came(self, batch: list[Connection]) -> None:
        for connection in batch:
            self._hub.publish_connection(connection)

    def _changes_came(self, batch: list[Changes]) -> None:
        changes = Changes()
        for one in batch:
            changes |= one
        self._hub.publish_changes(changes)


class DeploymentCare(QObject):
    """Watches over deployments, and sends what is told of them."""

    def __init__(
        self,
        parts: "Parts",
        link: EngineLink,
        tasks: TaskRunner,
        hub: Hub,
        findings: "FindingsStore",
        mend: "Callable[[], None]",
        parent: QObject,
    ) -> None:
        """`mend` is called when something grave was found."""
        super().__init__(parent)
        from modeldesk.core.deployment_watch.watch import DeploymentWatch
        from modeldesk.core.release_events.sender import EventSender

        self._findings, self._mend = findings, mend
        self._sender = EventSender(parts.release_events)
        self._watch = DeploymentWatch(
            link.engine, lambda: parts.watch_parts, tasks.feed(self, self._news_came)
        )
        parts.on_canary_told = self._sender.nudge
        hub.changed.connect(self._something_changed)
        hub.connection_changed.connect(self._connection_changed)

    def start(self) -> None:
        """Begin, in threads."""
        self._sender.start()
        self._watch.start()

    def stop(self, longest_s: float) -> None:
        """End; waits `longest_s` at most for each of the two."""
        self._watch.stop(longest_s)
        self._sender.stop(longest_s)

    def _something_changed(self, changes: Changes, _initiator: object) -> None:
        self._watch.heard(changes)
        if changes.deployments or changes.touches_containers:
            self._sender.nudge()

    def _news_came(self, batch: "list[News]") -> None:
        for news in batch:
            self._findings.take_news(news)
            # What comes back may be elsewhere by now: tasks of a swarm have other addresses.
            if any(one.problem.grave for one in (*news.appeared, *news.gone)):
                self._mend()
        self._sender.nudge()

    def _connection_changed(self, connection: Connection) -> None:
        if connection.state is not ConnectionState.CONNECTED:
            self._findings.clear()

"""Puts right the releases that a crash or an undo that failed has left open, once it can be."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.core.releases.recovery import Recovered
    from modeldesk.core.releases.service import ReleaseService
    from modeldesk.ui.tasks.handle import TaskHandle

AGAIN_MS = 15_000
_OUR_OWN_MS = 3000
"""Events that come so soon after an attempt are its own; they are no news."""


class ReleaseHealing(QObject):
    """Tries when an engine is met, when a person asks for a refresh, and after every release;
    while something is left open also when containers change, and now and then."""

    def __init__(
        self, context: Context, releases: "Callable[[], ReleaseService]", parent: QObject
    ) -> None:
        """`releases` is asked off the UI thread."""
        super().__init__(parent)
        self._context = context
        self._releases = releases
        self._task: TaskHandle[Recovered] | None = None
        self._say_left = False
        self._open = False
        self._tried = QElapsedTimer()
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._try)
        context.hub.connection_changed.connect(self._connection_changed)
        context.hub.changed.connect(self._changed)
        context.hub.refresh_asked.connect(self.heal)

    def heal(self) -> None:
        """Try now, and say what can't be put right."""
        self._say_left = True
        self._try()

    def stop(self) -> None:
        """The program ends: try nothing more by itself."""
        self._again.stop()

    def _try(self) -> None:
        if self._context.engine() is None or (self._task is not None and self._task.active):
            return
        self._again.stop()
        self._task = self._context.tasks.submit(
            lambda job: self._releases().recover(self._context.require_engine(), job),
            lane=serial("recover releases"),
            title=tr("Finish interrupted releases"),
            owner=self,
            on_result=self._tried_once,
            show_in_activity=False,
        )

    def _tried_once(self, recovered: "Recovered") -> None:
        from modeldesk.core.releases.recovery import healed_text, left_text

        say, self._say_left = self._say_left, False
        self._open = bool(recovered.left)
        self._tried.start()
        if self._open:
            self._again.start()
        if recovered.changes:
            self._context.hub.publish_changes(recovered.changes, self)
        for release in recovered.healed:
            link = ReleasesLink(release.deployment)
            show = partial(self._context.navigate, link)
            self._context.say(healed_text(release), Tone.WARNING, tr("Show"), show)
        for left in recovered.left if say else ():
            self._context.say(left_text(left), Tone.BAD, tr("Try again"), self.heal)

    def _connection_changed(self, connection: Connection) -> None:
        if connection.state is ConnectionState.CONNECTED:
            self.heal()

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is self:
            return
        news = self._open and changes.touches_containers and self._tried.elapsed() > _OUR_OWN_MS
        if changes.deployments or news:
            self._try()

"""Puts right the releases that a crash or an undo that failed has left open, once it can be, and
puts back what somebody took away from deployments that are to run."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QTimer

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import ReleasesLink
from modeldesk.ui.presentation import printable
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from modeldesk.core.deployments.ports import Deployments
    from modeldesk.core.releases.healing import Healed, Mended
    from modeldesk.core.releases.recovery import Recovered
    from modeldesk.ui.tasks.handle import TaskHandle

AGAIN_MS = 15_000
_OUR_OWN_MS = 3000
"""Events that come so soon after an attempt are its own; they are no news."""


@dataclass(frozen=True, slots=True)
class PutRight:
    """What one try has done. `healed` is None where only releases were looked at."""

    recovered: "Recovered"
    healed: "Healed | None"


class ReleaseHealing(QObject):
    """Tries when an engine is met, when a person asks for a refresh, and after every release;
    while something is left open also when containers change, and now and then. What was taken away
    is put back when an engine is met, at a refresh, and when it is asked to `mend`."""

    def __init__(
        self, context: Context, releases: "Callable[[], Deployments]", parent: QObject
    ) -> None:
        """`releases` is asked off the UI thread."""
        super().__init__(parent)
        self._context = context
        self._releases = releases
        self._task: TaskHandle[PutRight] | None = None
        self._say_left = False
        self._mends = False
        self._said: frozenset[str] = frozenset()
        """What could not be put back is said once."""
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
        self._said = frozenset()
        self.mend()

    def mend(self) -> None:
        """Something may have been taken away: look, and put it back. What goes on already is
        followed by another try."""
        self._mends = True
        self._try()

    def stop(self) -> None:
        """The program ends: try nothing more by itself."""
        self._again.stop()

    def _try(self) -> None:
        if self._context.engine() is None or (self._task is not None and self._task.active):
            return
        self._again.stop()
        mends, self._mends = self._mends, False
        self._task = self._context.tasks.submit(
            lambda job: self._put_right(job, mends=mends),
            lane=serial("recover releases"),
            title=tr("Finish interrupted releases"),
            owner=self,
            on_result=self._tried_once,
            show_in_activity=False,
        )

    def _put_right(self, job: Job, *, mends: bool) -> PutRight:
        """Off the UI thread."""
        releases, engine = self._releases(), self._context.require_engine()
        recovered = releases.recover(engine, job)
        return PutRight(recovered, releases.heal(engine, job) if mends else None)

    def _tried_once(self, done: PutRight) -> None:
        self._say_recovered(done.recovered)
        if done.healed is not None:
            self._say_healed(done.healed)
        if self._mends:
            self._try()

    def _say_recovered(self, recovered: "Recovered") -> None:
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

    def _say_healed(self, healed: "Healed") -> None:
        if healed.changes:
            self._context.hub.publish_changes(healed.changes, self)
        for one in healed.mended:
            if one.problem is None:
                self._say_mended(one, Tone.WARNING)
            elif one.text not in self._said:
                self._say_mended(one, Tone.BAD)
        self._said = frozenset(one.text for one in healed.mended if one.problem is not None)

    def _say_mended(self, mended: "Mended", tone: Tone) -> None:
        show = partial(self._context.navigate, ReleasesLink(mended.deployment))
        self._context.say(printable(mended.text), tone, tr("Show"), show)

    def _connection_changed(self, connection: Connection) -> None:
        if connection.state is ConnectionState.CONNECTED:
            self.heal()

    def _changed(self, changes: Changes, initiator: object) -> None:
        if initiator is self:
            return
        news = self._open and changes.touches_containers and self._tried.elapsed() > _OUR_OWN_MS
        if changes.deployments or news:
            self._try()

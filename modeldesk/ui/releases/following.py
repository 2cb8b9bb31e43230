"""A canary followed while the page that shows it is in sight."""

from PySide6.QtCore import QObject, QTimer, Signal

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.releases.model import DeploymentKey
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.releases.canary_view import is_over
from modeldesk.ui.releases.presented import RolloutFacts
from modeldesk.ui.releases.rollouts import Rollouts
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest

EVERY_MS = 1000
SELDOM_MS = 30_000
"""While nothing moves, only ages grow."""


class RolloutFollowing(QObject):
    """The one clock of the page: with each turn the figures are read again, and what is said of
    times is said anew."""

    turned = Signal()
    """Time went on, or there are newer figures."""

    def __init__(self, context: Context, rollouts: Rollouts, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._rollouts = rollouts
        self._latest = Latest(context.tasks, self)
        self._key: DeploymentKey | None = None
        self._reading = False
        self.facts: RolloutFacts | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    def follow(
        self, key: DeploymentKey | None, known: RolloutFacts | None, *, visible: bool
    ) -> None:
        """Follow the deployment's rollout from what is known of it, while it is in sight; only an
        open one moves."""
        if key != self._key or not _as_new(self.facts, known):
            self.facts = known
        self._key = key
        if not visible:
            self._timer.stop()
            return
        every = EVERY_MS if self._moves else SELDOM_MS
        if not self._timer.isActive() or self._timer.interval() != every:
            self._timer.start(every)

    def stop(self) -> None:
        """The page is out of sight."""
        self._timer.stop()

    @property
    def _moves(self) -> bool:
        return self.facts is not None and not is_over(self.facts.rollout)

    def _turn(self) -> None:
        key = self._key
        if key is None or self._reading or not self._moves:
            # What takes longer than a turn is not asked for twice.
            self.turned.emit()
            return
        self._reading = True
        self._latest.submit(
            lambda _: self._rollouts.facts(key),
            title=tr("Read the canary’s figures"),
            on_result=self._came,
            on_error=self._failed,
            lane=Lane.INTERACTIVE,
        )

    def _came(self, facts: RolloutFacts | None) -> None:
        self._reading = False
        if facts is not None and self._key == facts.rollout.deployment:
            self.facts = facts
        self.turned.emit()

    def _failed(self, _error: ModelDeskError) -> None:
        # The next turn asks again; whoever acts on it is told.
        self._reading = False
        self.turned.emit()


def _as_new(held: RolloutFacts | None, known: RolloutFacts | None) -> bool:
    """Whether what is held is of the same rollout, and not older than what the records had."""
    return (
        held is not None
        and known is not None
        and held.rollout.id == known.rollout.id
        and len(held.windows) >= len(known.windows)
        and (held.rollout.phase, held.rollout.step) == (known.rollout.phase, known.rollout.step)
        and held.rollout.plan == known.rollout.plan
    )

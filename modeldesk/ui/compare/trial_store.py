"""The trial that the page shows: asked for, under way, or read from the records."""

from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.trial.model import (
    Trial,
    TrialOutcome,
    TrialRequest,
    TrialStep,
    TrialSummary,
)
from modeldesk.core.trial.service import TrialService
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.links import TrialLink
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle


class TrialState(Enum):
    """How far it is."""

    CHOOSING = "choosing"
    """What to measure is still to be said."""
    RUNNING = "running"
    READY = "ready"
    READING = "reading"
    """From the records: a moment."""


class TrialStore(QObject):
    """UI thread only. A trial goes on while the page shows something else, as a task that
    Activity shows; one at a time."""

    changed = Signal()
    stepped = Signal()
    """A step of the running trial is new or further on."""
    listed = Signal()
    """The trials on record were read."""

    def __init__(self, context: Context, trials: TrialService, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._trials = trials
        self._reading = Latest(context.tasks, self)
        self._listing = Latest(context.tasks, self)
        self.task: TaskHandle[TrialOutcome] | None = None
        self.state = TrialState.CHOOSING
        self.request: TrialRequest | None = None
        """What was asked for last."""
        self.trial: Trial | None = None
        """While `state` is READY."""
        self.steps: dict[str, TrialStep] = {}
        self.progress: Progress | None = None
        self.failure: ModelDeskError | None = None
        """Why the last one came to nothing."""
        self.cancelled = False
        """Whether a person ended the last one."""
        self.recent: tuple[TrialSummary, ...] = ()

    @property
    def running(self) -> bool:
        """Whether a trial is under way."""
        return self.task is not None

    def start(self, request: TrialRequest) -> None:
        """Measure, unless that is being done already."""
        if self.running:
            return
        self._reading.cancel()
        try:
            engine = self._context.require_engine()
        except ModelDeskError as error:
            self._failed(error)
            return
        self.request, self.steps, self.progress = request, {}, None
        self.failure, self.cancelled, self.trial = None, False, None
        trials, base = self._trials, self._context.settings.current.base_image
        feed = self._context.tasks.feed(self, self._step)

        def work(job: Job) -> TrialOutcome:
            return trials.run(engine, request, base, job, feed)

        self.task = self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=tr("Measure {folder} as single and multi-stage", folder=request.folder.name),
            owner=self,
            on_result=self._done,
            on_error=self._failed,
            on_cancelled=self._stopped,
            on_progress=self._progressed,
            link=TrialLink(),
        )
        self._become(TrialState.RUNNING)

    def cancel(self) -> None:
        """End the running trial; what it made on the engine goes."""
        if self.task is not None:
            self.task.cancel()

    def choose_anew(self) -> None:
        """Go back to what to measure."""
        if not self.running:
            self._reading.cancel()
            self.failure, self.cancelled = None, False
            self._become(TrialState.CHOOSING)

    def show(self, trial: str) -> None:
        """Show one from the records."""
        if self.running:
            return
        trials = self._trials
        self._become(TrialState.READING)
        self._reading.submit(
            lambda _: trials.trial(trial),
            title=tr("Read a comparison"),
            on_result=self._read,
            on_error=self._failed,
        )

    def list_recent(self) -> None:
        """Read which trials are on record."""
        trials = self._trials
        self._listing.submit(
            lambda _: trials.recent(),
            title=tr("Read earlier comparisons"),
            on_result=self._listed,
            on_error=lambda _: None,
        )

    def _step(self, steps: list[TrialStep]) -> None:
        for step in steps:
            self.steps[step.id] = step
        self.stepped.emit()

    def _progressed(self, progress: Progress) -> None:
        self.progress = progress
        self.stepped.emit()

    def _done(self, outcome: TrialOutcome) -> None:
        self.task = None
        self.trial = outcome.trial
        self._become(TrialState.READY)
        self._context.hub.publish_changes(outcome.changes, self)
        self.list_recent()

    def _read(self, trial: Trial | None) -> None:
        self.trial = trial
        self.failure = None
        self._become(TrialState.READY if trial is not None else TrialState.CHOOSING)
        if trial is None:
            self._context.say(tr("That comparison is not on record."), Tone.WARNING)

    def _failed(self, error: ModelDeskError) -> None:
        self.task = None
        self.failure = error
        self._become(TrialState.CHOOSING)

    def _stopped(self) -> None:
        self.task = None
        self.cancelled = True
        self._become(TrialState.CHOOSING)

    def _listed(self, recent: tuple[TrialSummary, ...]) -> None:
        self.recent = recent
        self.listed.emit()

    def _become(self, state: TrialState) -> None:
        self.state = state
        self.changed.emit()

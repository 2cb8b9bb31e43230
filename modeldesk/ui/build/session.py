"""A build under way, or just ended. It lives on while nobody looks at it."""

from collections import deque
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from modeldesk.core.build.model import (
    BuildEvent,
    BuildOutcome,
    BuildRequest,
    BuildState,
    BuildStep,
    ContextProgress,
    StepChanged,
    StepLog,
)
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui.build.words import Outline, outline
from modeldesk.ui.context import Context
from modeldesk.ui.links import BuildLink, LibraryLink
from modeldesk.ui.tasks.handle import Again, TaskHandle, TaskState
from modeldesk.ui.tasks.lanes import Lane

if TYPE_CHECKING:
    from modeldesk.ui.mailbox import Feed

LOG_LINES = 10_000


class BuildSession(QObject):
    """One build from its start to its end, and what it said. UI thread only."""

    changed = Signal()
    """Steps, bytes or state are new."""
    logged = Signal(object)
    """New lines of the log, a sequence of str."""
    ended = Signal()

    def __init__(
        self,
        context: Context,
        builds: BuildService,
        request: BuildRequest,
        dockerfile: str,
        saved: Mapping[str, float],
        again: Again,
        parent: QObject,
    ) -> None:
        """`dockerfile` is the text that is built; `saved` what steps took when they last ran;
        `again` builds the same once more."""
        super().__init__(parent)
        self.request = request
        self.dockerfile = dockerfile
        self.saved = saved
        self.state = BuildState.RUNNING
        self.sent: ContextProgress | None = None
        self.outcome: BuildOutcome | None = None
        self.error: ModelDeskError | None = None
        self.lines: deque[str] = deque(maxlen=LOG_LINES)
        self._context = context
        self._builds = builds
        self._again = again
        self._steps: dict[str, BuildStep] = {}
        self._began = monotonic()
        self._took: float | None = None
        self._handle: TaskHandle[BuildOutcome] | None = None
        self._events: Feed[BuildEvent | ContextProgress] = context.tasks.feed(self, self._told)

    @property
    def version(self) -> str:
        """The name of the version that is built."""
        return self.request.references[0].tag

    @property
    def seconds(self) -> float:
        """How long it took, or has been under way."""
        return monotonic() - self._began if self._took is None else self._took

    @property
    def running(self) -> bool:
        """Whether its end is still to come."""
        return self.state is BuildState.RUNNING

    @property
    def cancelling(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self._handle is not None and self._handle.state is TaskState.CANCELLING

    @property
    def outline(self) -> Outline:
        """Its steps as far as they are known."""
        return outline(tuple(self._steps.values()), self.dockerfile)

    @property
    def task(self) -> TaskHandle[BuildOutcome] | None:
        """Its work, once it began."""
        return self._handle

    def start(self) -> None:
        """Begin to build."""
        request = self.request
        push = self._events

        def work(job: Job) -> BuildOutcome:
            def tell(event: BuildEvent | ContextProgress) -> None:
                # Lines come by the job's log, which Activity shows too.
                if not isinstance(event, StepLog):
                    push(event)

            return self._builds.build(self._context.require_engine(), request, job, tell)

        self._handle = self._context.tasks.submit(
            work,
            lane=Lane.TRANSFER,
            title=tr("Build {model} {version}", model=request.model, version=self.version),
            owner=self,
            on_result=self._built,
            on_error=self._failed,
            on_cancelled=self._cancelled,
            on_log=self._said,
            retry=self._again,
            link=BuildLink(build=request.build),
        )

    def cancel(self) -> None:
        """Ask it to stop; said at once."""
        if self._handle is not None and self._handle.active:
            self._handle.cancel()
            self.changed.emit()

    def _told(self, batch: list[BuildEvent | ContextProgress]) -> None:
        for event in batch:
            if isinstance(event, StepChanged):
                self._steps[event.step.id] = event.step
            elif isinstance(event, ContextProgress):
                self.sent = event
        self.changed.emit()

    def _said(self, lines: Sequence[str]) -> None:
        self.lines.extend(lines)
        self.logged.emit(lines)

    def _built(self, outcome: BuildOutcome) -> None:
        self._context.tasks.flush(self._events)
        self.outcome = outcome
        self._steps = {step.id: step for step in outcome.steps}
        if self._handle is not None:
            self._handle.set_link(LibraryLink(self.request.model, outcome.image))
        self._end(BuildState.SUCCEEDED, outcome.seconds)
        self._context.hub.publish_changes(outcome.changes, self)

    def _failed(self, error: ModelDeskError) -> None:
        self._context.tasks.flush(self._events)
        self.error = error
        self._end(BuildState.FAILED)

    def _cancelled(self) -> None:
        self._context.tasks.flush(self._events)
        self._end(BuildState.CANCELLED)

    def _end(self, state: BuildState, seconds: float | None = None) -> None:
        self._took = monotonic() - self._began if seconds is None else seconds
        self.state = state
        self.changed.emit()
        self.ended.emit()

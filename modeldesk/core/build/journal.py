"""What a build is remembered by: its steps, and the last of what they printed."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from modeldesk.core.build.model import BuildEvent, BuildStep, StepChanged, StepLog, StepState
from modeldesk.core.build.steps import done_of
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.words import tr

_MOST_LINES = 5000
_MOST_CHARACTERS = 1 << 20


class BuildJournal:
    """Follows the events of one build, hands them on, and tells the job how far it is."""

    def __init__(self, job: Job, on_event: Callable[[BuildEvent], None]) -> None:
        self._job = job
        self._on_event = on_event
        self._steps: dict[str, BuildStep] = {}
        self._lines: deque[str] = deque()
        self._characters = 0
        self._dropped = 0
        self._spoke = ""

    @property
    def steps(self) -> tuple[BuildStep, ...]:
        """In the order they were first heard of."""
        return tuple(self._steps.values())

    @property
    def log(self) -> str:
        """The last lines, after a line that says how many went before them."""
        first = [tr("… {count} earlier lines", count=self._dropped)] if self._dropped else []
        return "\n".join([*first, *self._lines])

    def event(self, event: BuildEvent) -> None:
        """Take note of an event of the engine's."""
        if isinstance(event, StepLog):
            self._head(event.step_id)
            self._write(event.text)
        else:
            self._step(event.step)
        self._on_event(event)

    def say(self, text: str) -> None:
        """A line of our own."""
        self.event(StepLog("", text))

    def stop(self, state: StepState) -> None:
        """The build ended: steps that still ran are now in `state`."""
        for step in self.steps:
            if step.state is StepState.RUNNING:
                self.event(StepChanged(replace(step, state=state)))

    def _step(self, step: BuildStep) -> None:
        before = self._steps.get(step.id)
        self._steps[step.id] = step
        if before is not None and before.state is step.state:
            return
        if step.state is StepState.RUNNING or step.cached:
            self._head(step.id)
        if step.state in (StepState.RUNNING, StepState.DONE):
            done, total = done_of(self._steps.values())
            self._job.report(Progress(step.name, done, total or None))

    def _head(self, step_id: str) -> None:
        """Name the step whose lines follow, unless the last lines were its too."""
        if step_id and step_id != self._spoke and step_id in self._steps:
            step = self._steps[step_id]
            self._write(tr("{step} (cached)", step=step.name) if step.cached else step.name)
        self._spoke = step_id or self._spoke

    def _write(self, line: str) -> None:
        self._lines.append(line)
        self._characters += len(line) + 1
        while len(self._lines) > _MOST_LINES or self._characters > _MOST_CHARACTERS:
            self._characters -= len(self._lines.popleft()) + 1
            self._dropped += 1
        self._job.log(line)

"""A build as it goes, on standard error."""

from modeldesk.cli.session import Session
from modeldesk.core.build.model import (
    BuildEvent,
    BuildStep,
    ContextProgress,
    StepChanged,
    StepState,
)
from modeldesk.core.jobs import Job, Progress, Unit


def bytes_alone(session: Session) -> Job:
    """The command's job, of which bytes are counted; the steps speak for themselves in the log."""

    def report(progress: Progress) -> None:
        if progress.unit is Unit.BYTES:
            session.job.report(progress)

    return Job(session.job.token, report, session.job.log)


class StepPrinter:
    """One line on standard error for each step that has run to its end. Of one that was cached the
    build's own log says so."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ended: set[str] = set()

    def __call__(self, event: BuildEvent | ContextProgress) -> None:
        if not isinstance(event, StepChanged) or event.step.id in self._ended:
            return
        step = event.step
        if step.state in (StepState.DONE, StepState.FAILED):
            self._ended.add(step.id)
            if not step.cached:
                self._session.job.log(f"{step.name}  {_took(step)}")


def _took(step: BuildStep) -> str:
    if step.state is StepState.FAILED:
        return "FAILED"
    return f"{step.seconds:.1f} s"

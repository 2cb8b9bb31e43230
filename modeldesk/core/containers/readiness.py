"""Waiting until a container does its work, or saying why it does not."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from modeldesk.core.containers.model import ContainerDetail, ContainerStatus, ContainerSummary
from modeldesk.core.containers.reach import askable, out_of_reach
from modeldesk.core.errors import ContainerFailed, NotFound
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import AnswerProbe, ImageEngine
from modeldesk.core.words import tr

_ENDED = (ContainerStatus.EXITED, ContainerStatus.DEAD, ContainerStatus.RESTARTING)
_PAUSE_S = 0.1
_LEAST_CHECK_S = 1.0
"""What a health check is given however little time is left."""
_SETTLED_S = 2.0
"""How long a container that offers nothing to ask must keep running to count as started."""
_LOG_LINES = 30
_OUT_OF_MEMORY_EXIT = 137
_NOT_EXECUTABLE_EXIT = 126
_NOT_FOUND_EXIT = 127


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a container showed that it works, and how long after the wait began."""

    seconds: float
    proof: str
    """``health check``, ``answer`` or ``running``."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether a container without a HEALTHCHECK answers; `answered` is None where nobody can ask
    it from here, and `unasked` may say why."""

    answered: bool | None
    unasked: str = ""


Ask = Callable[[ContainerSummary], Asked]


def wait_until_ready(
    engine: ImageEngine,
    probe: AnswerProbe,
    container: ContainerId,
    timeout_s: float,
    job: Job,
    called: str = "",
) -> Readiness:
    """As `wait_until_well`, asking at the container's published ports."""

    def ask(summary: ContainerSummary) -> Asked:
        host = engine.info.host
        places = askable(summary.ports, host)
        if not places:
            return Asked(None, out_of_reach(summary.ports, host))
        return Asked(any(probe.answers(address, port) for address, port in places))

    return wait_until_well(engine, container, ask, timeout_s, job, called)


def wait_until_well(
    engine: ImageEngine,
    container: ContainerId,
    ask: Ask,
    timeout_s: float,
    job: Job,
    called: str = "",
) -> Readiness:
    """Wait until the image's HEALTHCHECK passes; without one, until it answers `ask`; without
    either (or where it can't be asked from here, which the job's log then says), until the
    container has run for two seconds. `called` is what a person knows it by; else its own name
    is used.

    Raises `ContainerFailed` with the last log lines when it ends, or is not ready within
    `timeout_s`; `Cancelled`.
    """
    begin = time.monotonic()
    checked, told = "", False
    while True:
        job.token.raise_if_cancelled()
        waited = time.monotonic() - begin
        detail = engine.container(container)
        name = called or detail.summary.name
        if has_ended(detail):
            checked = detail.checked or checked
            raise ContainerFailed(
                died(detail, name),
                tr("Its last lines of output say more."),
                _told(checked, log_tail(engine, container)),
                checked=checked,
            )
        left = max(timeout_s - waited, _LEAST_CHECK_S)
        found = _look(engine, ask, detail, waited, left, job)
        checked = found.answer or checked
        if found.unasked and not told:
            job.log(found.unasked)
            told = True
        if found.proof:
            return Readiness(waited, found.proof)
        if waited >= timeout_s:
            raise ContainerFailed(
                tr(
                    "{name} did not become healthy within {seconds} seconds.",
                    name=name,
                    seconds=round(timeout_s),
                ),
                tr("Give it more time in its settings, or look at its output."),
                _told(checked, log_tail(engine, container)),
                checked=checked,
            )
        job.report(Progress(tr("Waiting until {name} is healthy", name=name)))
        job.token.wait(_PAUSE_S)


def has_ended(detail: ContainerDetail) -> bool:
    """Whether it runs no more, or was started anew since."""
    return bool(detail.restarts) or detail.summary.status in _ENDED


def log_tail(engine: ImageEngine, container: ContainerId, lines: int = _LOG_LINES) -> str:
    """The last lines a container printed; empty when it is gone."""
    try:
        return "\n".join(line.text for line in engine.recent_logs(container, lines))
    except NotFound:
        return ""


def died(detail: ContainerDetail, name: str) -> str:
    """One sentence on why a container, called `name`, is not running."""
    code = detail.exit_code
    if detail.out_of_memory:
        return tr("{name} ran out of memory and was stopped.", name=name)
    if detail.error:
        return tr("{name} could not start: {error}.", name=name, error=detail.error.rstrip("."))
    if code == _NOT_FOUND_EXIT:
        return tr("{name} ended at once: its command was not found in the image.", name=name)
    if code == _NOT_EXECUTABLE_EXIT:
        return tr("{name} ended at once: its command can't be executed.", name=name)
    if code == _OUT_OF_MEMORY_EXIT:
        return tr("{name} was killed (exit code 137).", name=name)
    if code == 0 and detail.summary.status is ContainerStatus.RUNNING:
        # The engine has forgotten the code of the run before.
        return tr("{name} ended, and was started again.", name=name)
    return tr("{name} ended with exit code {code}.", name=name, code=code)


def _told(checked: str, printed: str) -> str:
    """What its health check and the container itself said, told apart."""
    if not checked:
        return printed
    parts = [tr("Its health check said:"), checked]
    if printed:
        parts += [tr("It printed:"), printed]
    return "\n".join(parts)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at the container found."""

    proof: str = ""
    """That it is ready; empty: not yet."""
    answer: str = ""
    """What its health check said."""
    unasked: str = ""
    """Why its ports can't be asked, and what counts instead."""


def _look(
    engine: ImageEngine,
    ask: Ask,
    detail: ContainerDetail,
    waited: float,
    left: float,
    job: Job,
) -> _Look:
    if detail.summary.status is not ContainerStatus.RUNNING:
        return _Look()
    check = engine.check_health(detail.summary.id, job.token, left)
    if check is not None:
        return _Look("health check") if check.passed else _Look(answer=check.output)
    asked = ask(detail.summary)
    if asked.answered is not None:
        return _Look("answer" if asked.answered else "")
    unasked = (
        tr(
            "{reason} It counts as started once it has run for {seconds} seconds.",
            reason=asked.unasked,
            seconds=round(_SETTLED_S),
        )
        if asked.unasked
        else ""
    )
    return _Look("running" if waited >= _SETTLED_S else "", unasked=unasked)

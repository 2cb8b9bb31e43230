"""Following a service until what was asked of it is so, or will not be."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.swarm.model import ServiceId, SwarmTask, UpdateState
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.rolling import Rolling, update_text

_PAUSE_S = 0.2
_QUIET_S = 10.0
"""After which an update that the engine tells nothing of counts as one that changed no task."""
_TRIES = 2
"""How many tasks of a slot may fail, where nothing is there to go back to."""


class Ending(Enum):
    """What became of it."""

    READY = "ready"
    """All that is wanted serves."""
    WENT_BACK = "went back"
    """The engine went back to what was before."""
    STOPPED = "stopped"
    """The engine stopped in the middle."""
    STUCK = "stuck"
    """Nothing more came of it for as long as was allowed."""
    FAILING = "failing"
    """Its tasks fail again and again."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How it ended, and what there was by then."""

    ending: Ending
    rolling: Rolling


@dataclass(frozen=True, slots=True)
class Patience:
    """What is waited for, and for how long."""

    standstill_s: float
    """How long nothing may change while something is missing."""
    settle_s: float
    """How long tasks that no update of the engine watches must keep running."""
    expects_update: bool
    """Whether the engine will tell of an update."""


def look(swarm: SwarmEngine, service: ServiceId) -> Rolling:
    """The service as it is now. Raises `NotFound`, `NoSwarm`."""
    return Rolling(swarm.service(service), swarm.tasks(service), swarm.nodes())


def follow(
    swarm: SwarmEngine,
    service: ServiceId,
    patience: Patience,
    job: Job,
    on_look: Callable[[Rolling], None] | None = None,
) -> Followed:
    """Look until it has come to an end; `on_look` hears of each look. Raises `Cancelled`, and what
    `look` raises."""
    began = moved = time.monotonic()
    before: tuple[object, ...] = ()
    full_since: float | None = None
    while True:
        job.token.raise_if_cancelled()
        rolling, now = look(swarm, service), time.monotonic()
        if on_look is not None:
            on_look(rolling)
        seen = _state(rolling)
        if seen != before:
            before, moved = seen, now
            _report(rolling, job)
        full_since = (full_since or now) if rolling.complete else None
        ended = _told_end(rolling)
        told = rolling.service.update is not UpdateState.NONE
        if ended is None and not told and (not patience.expects_update or now - began > _QUIET_S):
            settled = full_since is not None and now - full_since >= patience.settle_s
            ended = Ending.READY if settled else _failing(rolling)
        if ended is None and not rolling.complete and now - moved > patience.standstill_s:
            ended = Ending.STUCK
        if ended is not None:
            return Followed(ended, rolling)
        job.token.wait(_PAUSE_S)


def watch(
    swarm: SwarmEngine, service: ServiceId, token: CancelToken, every_s: float = 1.0
) -> Iterator[Rolling]:
    """The service whenever it has changed, the first at once, until the token is cancelled (it
    ends then) or it is gone (`NotFound`)."""
    before: Rolling | None = None
    while not token.cancelled:
        rolling = look(swarm, service)
        if rolling != before:
            before = rolling
            yield rolling
        token.wait(every_s)


def log_of(swarm: SwarmEngine, task: SwarmTask | None, lines: int = 30) -> str:
    """What a task printed last; empty where that can't be had."""
    if task is None:
        return ""
    try:
        return "\n".join(line.text for line in swarm.task_logs(task.id, lines))
    except ModelDeskError:
        return ""


def _told_end(rolling: Rolling) -> Ending | None:
    """By what the engine says of the update."""
    return {
        UpdateState.COMPLETED: Ending.READY,
        UpdateState.ROLLED_BACK: Ending.WENT_BACK,
        UpdateState.PAUSED: Ending.STOPPED,
        UpdateState.ROLLBACK_PAUSED: Ending.STOPPED,
    }.get(rolling.service.update)


def _failing(rolling: Rolling) -> Ending | None:
    image = rolling.service.spec.image
    slots = [task.slot for task in rolling.tasks if task.state.failed and task.image == image]
    return Ending.FAILING if any(slots.count(slot) >= _TRIES for slot in slots) else None


def _state(rolling: Rolling) -> tuple[object, ...]:
    """What changes when something goes on."""
    states = sorted(task.state.value for task in rolling.current)
    return rolling.service.update, rolling.ready, rolling.updated, *states


def _report(rolling: Rolling, job: Job) -> None:
    text = update_text(rolling)
    job.report(Progress(text, min(rolling.updated, rolling.wanted), rolling.wanted or None))
    job.log(text)

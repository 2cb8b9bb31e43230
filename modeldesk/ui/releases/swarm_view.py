"""What a person sees of a service on a swarm (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.swarm.model import SwarmTask, TaskState, UpdateState
from modeldesk.core.swarm.rolling import Rolling, failure_text, node_trouble, troubles, update_text
from modeldesk.core.words import tr
from modeldesk.ui.presentation import age
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec

VersionName = Callable[[str], str]
"""What an image is called; empty where that is not known."""
_STUCK = (UpdateState.PAUSED, UpdateState.ROLLBACK_PAUSED)


@dataclass(frozen=True, slots=True)
class SwarmRow:
    """A task, or a machine that has none."""

    key: str
    machine: str
    machine_chips: tuple[ChipSpec, ...]
    task: str
    state: ChipSpec | None
    version: str
    since: str
    error: str


@dataclass(frozen=True, slots=True)
class SwarmView:
    """A service at one moment."""

    ready: str
    state: ChipSpec
    updated: int
    wanted: int
    moving: bool
    troubles: tuple[str, ...]
    rows: tuple[SwarmRow, ...]


def swarm_view(rolling: Rolling, version_name: VersionName, now: datetime) -> SwarmView:
    """The service as it stands, its tasks by machine."""
    waiting = tuple(task for task in rolling.current if rolling.node(task) is None)
    rows = [_row(task, rolling, version_name, now) for task in waiting]
    for node in rolling.nodes:
        tasks = rolling.by_node[node.id]
        rows += [_row(task, rolling, version_name, now) for task in tasks]
        if not tasks:
            chips = _node_chips(node_trouble(node))
            rows.append(SwarmRow(node.id, node.name, chips, tr("no task"), None, "", "", ""))
    return SwarmView(
        ready=tr("{ready} of {wanted} ready", ready=rolling.ready, wanted=rolling.wanted),
        state=ChipSpec(update_text(rolling), _tone(rolling), dot=rolling.complete),
        updated=min(rolling.updated, rolling.wanted),
        wanted=rolling.wanted,
        moving=rolling.service.update.moving,
        troubles=troubles(rolling),
        rows=tuple(rows),
    )


def _row(task: SwarmTask, rolling: Rolling, version_name: VersionName, now: datetime) -> SwarmRow:
    node = rolling.node(task)
    failed = task.state.failed or bool(task.error)
    return SwarmRow(
        key=task.id,
        machine=node.name if node else tr("no machine yet"),
        machine_chips=_node_chips(node_trouble(node)) if node else (),
        task=str(task.slot),
        state=_task_chip(task),
        version=version_name(task.image),
        since=age(task.since, now) if task.since else "",
        error=(failure_text(task, rolling) if task.state.failed else task.error) if failed else "",
    )


def _node_chips(trouble: str) -> tuple[ChipSpec, ...]:
    return (ChipSpec(tr("takes no tasks"), Tone.WARNING),) if trouble else ()


def _task_chip(task: SwarmTask) -> ChipSpec:
    if task.serves:
        return ChipSpec(tr("ready"), Tone.GOOD, dot=True)
    if task.state is TaskState.PENDING and task.error:
        return ChipSpec(tr("waits for a machine"), Tone.WARNING)
    if task.state is TaskState.STARTING:
        return ChipSpec(tr("starting"), Tone.ACCENT)
    return ChipSpec(tr("on its way"), Tone.NEUTRAL)


def _tone(rolling: Rolling) -> Tone:
    state = rolling.service.update
    if state in _STUCK:
        return Tone.BAD
    if state is UpdateState.UPDATING:
        return Tone.ACCENT
    if state is UpdateState.ROLLING_BACK:
        return Tone.WARNING
    if rolling.complete:
        return Tone.GOOD if rolling.wanted else Tone.NEUTRAL
    return Tone.WARNING

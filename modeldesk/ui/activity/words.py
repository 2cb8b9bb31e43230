"""Tasks in words."""

from typing import Any

from modeldesk.core.jobs import Progress, Unit
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.tasks import TaskHandle, TaskState
from modeldesk.ui.theme.tokens import Tone


def state_text(state: TaskState) -> str:
    """A task's state."""
    return {
        TaskState.WAITING: tr("waiting"),
        TaskState.RUNNING: tr("running"),
        TaskState.CANCELLING: tr("cancelling"),
        TaskState.SUCCEEDED: tr("done"),
        TaskState.FAILED: tr("failed"),
        TaskState.CANCELLED: tr("cancelled"),
    }[state]


STATE_TONES = {
    TaskState.WAITING: Tone.NEUTRAL,
    TaskState.RUNNING: Tone.ACCENT,
    TaskState.CANCELLING: Tone.WARNING,
    TaskState.SUCCEEDED: Tone.GOOD,
    TaskState.FAILED: Tone.BAD,
    TaskState.CANCELLED: Tone.NEUTRAL,
}


def progress_text(handle: TaskHandle[Any]) -> str:
    """How far a running task is: ``sending context · 12 MB of 352 MB · 3 %``."""
    if handle.state is TaskState.CANCELLING:
        return tr("cancelling…")
    if handle.state is TaskState.WAITING:
        return tr("waiting for its turn")
    progress = handle.progress
    if progress is None:
        return ""
    parts = [progress.text, _counted(progress)]
    if progress.fraction is not None:
        parts.append(presentation.percent(progress.fraction, 0))
    return " · ".join(part for part in parts if part)


def _counted(progress: Progress) -> str:
    figure = presentation.size if progress.unit is Unit.BYTES else presentation.count
    if progress.total:
        if progress.unit is Unit.STEPS:
            return f"{progress.done}/{progress.total}"
        return tr("{done} of {total}", done=figure(progress.done), total=figure(progress.total))
    return figure(progress.done) if progress.done else ""

"""Tasks in words."""

from typing import Any

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.links import Link, PageKey
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
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
    return "" if handle.progress is None else presentation.progress(handle.progress)


def so_far(handle: TaskHandle[Any]) -> str:
    """How long a task has been under way, in whole seconds; empty while it waits."""
    if handle.state is TaskState.WAITING:
        return ""
    return presentation.duration(float(int(handle.seconds)))


def go_to_text(link: Link) -> str:
    """What a button says that follows a link."""
    return {
        PageKey.LIBRARY: tr("Show in library"),
        PageKey.BUILD: tr("Show build"),
        PageKey.COMPARE: tr("Show comparison"),
        PageKey.RELEASES: tr("Show release"),
        PageKey.ACTIVITY: tr("Show in activity"),
        PageKey.SETTINGS: tr("Show settings"),
        PageKey.CLEANUP: tr("Show clean-up"),
    }[link.page]


def last_words(error: ModelDeskError, log: str) -> list[str]:
    """The outside world's own words about a failure, where `log` does not have them."""
    lines, said = error.detail.splitlines(), log.splitlines()
    if error.detail.strip() in log:
        return []
    # A detail may begin with the last lines of what ran, which were printed already.
    repeated = next((n for n in range(len(lines), 0, -1) if said[-n:] == lines[:n]), 0)
    return lines[repeated:]

"""Writing a report where a person wants it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtWidgets import QWidget

from modeldesk.core.jobs import Job
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.tasks.lanes import Lane
from modeldesk.ui.theme.tokens import Tone


def export(context: Context, owner: QWidget, write: Callable[[], None], path: Path) -> None:
    """Write in the background, and say how it went."""

    def work(_: Job) -> None:
        write()

    context.tasks.submit(
        work,
        lane=Lane.INTERACTIVE,
        title=tr("Export report"),
        owner=owner,
        on_result=lambda _: context.say(tr("Saved {path}", path=path), Tone.GOOD),
        on_error=lambda error: context.say(str(error), Tone.BAD),
        show_in_activity=False,
    )


def now() -> datetime:
    """The time that a report bears."""
    return datetime.now().astimezone()

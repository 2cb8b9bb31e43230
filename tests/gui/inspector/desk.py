"""What tests of the inspector's windows begin with: images in memory, and no engine."""

from collections.abc import Callable
from pathlib import Path

from pytestqt.qtbot import QtBot

from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.contents import FakeContents
from tests.gui.inspector.images import sample
from tests.gui.parts import make_context

_LONGEST_MS = 10_000


class Desk:
    """Each test module adds what it looks at."""

    def __init__(self, qtbot: QtBot, theme: Theme, tasks: TaskRunner, folder: Path) -> None:
        self.qtbot = qtbot
        self.tasks = tasks
        self.context = make_context(theme, tasks, folder)
        self.source = FakeContents(sample())

    def until(self, done: Callable[[], bool]) -> None:
        """Let the window live until then."""
        self.qtbot.waitUntil(done, timeout=_LONGEST_MS)

    def rest(self) -> None:
        """Until nothing is under way."""
        self.until(lambda: not self.tasks.active)

    def let_go(self) -> None:
        """At the end: a reading that is held back goes on."""
        if self.source.hold is not None:
            self.source.hold.set()

"""The clean-up page with everything around it that it needs, on a fake engine."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.library.service import Library
from modeldesk.core.settings import Settings
from modeldesk.ui.cleanup.lines import Line
from modeldesk.ui.cleanup.page import CleanupPage
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.gui.parts import Heard, make_context
from tests.support.releases import release_service


class Bench(QObject):
    """What a test takes hold of. Call `close` at its end."""

    def __init__(
        self, theme: Theme, engine: FakeEngine, folder: Path, settings: Settings | None = None
    ) -> None:
        super().__init__()
        self.engine = engine
        self.online = True
        self.tasks = TaskRunner()
        self.context = make_context(
            theme, self.tasks, folder, settings, lambda: self.engine if self.online else None
        )
        self.hub = self.context.hub
        self.heard = Heard(self.context)
        self.release_records = FakeReleaseRecords()
        self.releases = release_service(self.release_records, who=lambda: "tester")
        self.store = LibraryStore(self.context, Library(FakeImageRecords()), self)
        self.window = QWidget()
        self.page = CleanupPage(self.context, lambda: self.store.loaded, self.releases)
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)

    def connect_engine(self) -> None:
        """The engine answers from now on, and the page is looked at."""
        self.online = True
        self.hub.publish_connection(Connection(ConnectionState.CONNECTED, self.engine.info))
        self.page.shown()

    def lose_engine(self) -> None:
        """The engine is away from now on."""
        self.online = False
        self.hub.publish_connection(Connection(ConnectionState.LOST, self.engine.info))

    @property
    def complete(self) -> bool:
        """Whether everything on the engine is known."""
        snapshot = self.hub.snapshot
        return self.store.loaded and snapshot.missing_details == 0 and not self.tasks.active

    def lines(self) -> tuple[Line, ...]:
        """What the list shows."""
        return self.page.table.lines.rows()

    def key(self, title: str) -> str:
        """The key of the line of this title: a heading's, or a version's name."""
        for line in self.lines():
            name = line.candidate.version.name if line.candidate else line.title
            if name == title:
                return line.key
        raise AssertionError(title, [line.title for line in self.lines()])

    def close(self) -> None:
        """Leave nothing behind."""
        self.tasks.shutdown(10)
        self.window.close()
        self.window.deleteLater()
        self.deleteLater()

"""The library page with everything around it that it needs, on a fake engine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.library.kept_versions import KeptVersions
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.service import Library
from modeldesk.core.releases.service import ReleaseService
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.library.choice import LibraryChoice
from modeldesk.ui.library.models_panel import ModelsPanel
from modeldesk.ui.library.page import LibraryPage
from modeldesk.ui.library.parts import library_parts
from modeldesk.ui.library.past import PastVersions
from modeldesk.ui.library.remote import RemotePast
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.making import at_once
from modeldesk.ui.releases.store import ReleaseStore
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.contents import FakeContents
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.records import (
    FakeImageRecords,
    FakeReleaseRecords,
    FakeRemoteRecords,
    FakeVersionRecords,
)
from tests.fakes.version_registry import FakeVersionRegistry
from tests.gui.inspector.images import one_file
from tests.gui.parts import Heard, make_context

if TYPE_CHECKING:
    from modeldesk.core.library.model import Version
    from modeldesk.core.releases.model import Deployment, VersionTarget

SIDE_WIDTH = 272


class Bench(QObject):
    """What a test takes hold of. Call `close` at its end."""

    def __init__(
        self,
        theme: Theme,
        engine: FakeEngine,
        folder: Path,
        contents: ContentsSource | None = None,
        layer_records: FakeContentRecords | None = None,
    ) -> None:
        """Without `contents` no image was ever looked into; `layer_records` are what they keep."""
        super().__init__()
        self.engine = engine
        self.online = True
        self.tasks = TaskRunner()
        self.context = make_context(
            theme, self.tasks, folder, engine=lambda: self.engine if self.online else None
        )
        self.hub = self.context.hub
        self.heard = Heard(self.context)
        self.layer_records = layer_records or FakeContentRecords()
        self.library = Library(FakeImageRecords(), lambda: self.layer_records)
        self.release_records = FakeReleaseRecords()
        service = ReleaseService(
            self.release_records,
            FakeAnswerProbe(),
            FakeDeploymentLocks(),
            lambda: "tester",
            lambda: datetime.now(UTC),
        )
        self.store = LibraryStore(self.context, self.library, self)
        self.choice = LibraryChoice(self.hub, self)
        self.version_records = FakeVersionRecords()
        kept = KeptVersions(self.version_records)
        self.past = PastVersions(self.context, lambda: kept, self)
        self.remote_records = FakeRemoteRecords()
        self.registry = FakeVersionRegistry()
        remote = RemoteHistory(self.remote_records, self.registry)
        self.remote = RemotePast(self.context, lambda: remote, self)
        self.releases = ReleaseStore(self.context, service, self)
        self.preload = Preload(self)
        self.ran: list[Version] = []
        self.went_back: list[tuple[Deployment, VersionTarget]] = []
        self.window = QWidget()
        contents = contents or FakeContents(one_file(), is_known=False)
        self.panel = ModelsPanel(self.context, self.store, self.choice)
        self.page = LibraryPage(
            self.context,
            self.store,
            self.choice,
            self.past,
            self.remote,
            self.releases,
            lambda version, _over: self.ran.append(version),
            lambda deployment, target, _over: self.went_back.append((deployment, target)),
            at_once(library_parts(self.context, self.library, contents, self.preload)),
        )
        self.page.show_choice()
        self._lay_out()

    def connect_engine(self) -> None:
        """The engine answers from now on."""
        self.online = True
        self.hub.publish_connection(Connection(ConnectionState.CONNECTED, self.engine.info))

    def lose_engine(self) -> None:
        """The engine is away from now on."""
        self.online = False
        self.hub.publish_connection(Connection(ConnectionState.LOST, self.engine.info))

    @property
    def complete(self) -> bool:
        """Whether everything on the engine is known."""
        snapshot = self.hub.snapshot
        return self.store.loaded and snapshot.missing_details == 0 and not self.tasks.active

    def close(self) -> None:
        """Leave nothing behind."""
        self.preload.wait(20)
        self.tasks.shutdown(10)
        self.window.close()
        self.window.deleteLater()
        self.deleteLater()

    def _lay_out(self) -> None:
        side = QFrame()
        side.setProperty("kind", "side-left")
        side.setFixedWidth(SIDE_WIDTH)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addWidget(self.page, 1)

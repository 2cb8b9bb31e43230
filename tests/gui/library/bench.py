"""The library page with everything around it that it needs, on a fake engine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.attached.service import MetadataService
from modeldesk.core.channels.service import ChannelService
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.library.kept_versions import KeptVersions
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.service import Library
from modeldesk.core.metadata.measured import every_edited_metric
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.inspector.contents_source import ContentsSource
from modeldesk.ui.library.choice import LibraryChoice
from modeldesk.ui.library.models_panel import ModelsPanel
from modeldesk.ui.library.page import LibraryPage
from modeldesk.ui.library.parts import library_parts
from modeldesk.ui.library.past import PastVersions
from modeldesk.ui.library.registries import RegistryCatalog
from modeldesk.ui.library.remote import RemotePast
from modeldesk.ui.library.store import LibraryStore
from modeldesk.ui.making import at_once
from modeldesk.ui.registry.actions import RegistryActions
from modeldesk.ui.registry.transfers import Transfers
from modeldesk.ui.releases.store import ReleaseStore
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.channel_records import FakeChannelRecords
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.contents import FakeContents
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.records import (
    FakeImageRecords,
    FakeMetadataRecords,
    FakeReleaseRecords,
    FakeRemoteRecords,
    FakeVersionRecords,
)
from tests.fakes.registry import FakeRegistries
from tests.fakes.registry_contents import OCI_CONFIG, OCI_MANIFEST
from tests.fakes.version_registry import FakeVersionRegistry
from tests.gui.inspector.images import one_file
from tests.gui.parts import Heard, make_context
from tests.gui.releases.rollouts import FakeRollouts
from tests.support.releases import release_service

if TYPE_CHECKING:
    from modeldesk.core.library.model import Version
    from modeldesk.core.releases.model import Deployment, VersionTarget

SIDE_WIDTH = 272
REGISTRIES = ("registry.lan:5000", "prod.lan")
"""That answer."""


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
        self.library = Library(
            FakeImageRecords(),
            lambda: self.layer_records,
            lambda: every_edited_metric(self.metadata_records),
        )
        self.release_records = FakeReleaseRecords()
        service = release_service(self.release_records, who=lambda: "tester")
        self.store = LibraryStore(self.context, self.library, self)
        self.choice = LibraryChoice(self.hub, self)
        self.version_records = FakeVersionRecords()
        kept = KeptVersions(self.version_records)
        self.past = PastVersions(self.context, lambda: kept, self)
        self.remote_records = FakeRemoteRecords()
        self.registry = FakeVersionRegistry()
        remote = RemoteHistory(self.remote_records, self.registry)
        self.remote = RemotePast(self.context, lambda: remote, self)
        browsing = Browsing(self.remote_records, self.registry, lambda: datetime.now(UTC))
        self.catalog = RegistryCatalog(self.context, self.store, lambda: browsing, self)
        self.catalog.joined.connect(self.remote.reread)
        self.remote.changed.connect(lambda _model: self.catalog.reread())
        self.releases = ReleaseStore(self.context, service, FakeRollouts(), self)
        self.registries = FakeRegistries(*REGISTRIES)
        self.metadata_records = FakeMetadataRecords()
        self.metadata = MetadataService(
            self.metadata_records,
            lambda: self.registries,
            lambda: "tester",
            lambda: datetime.now(UTC),
        )
        self.channel_records = FakeChannelRecords()
        self.channels = ChannelService(
            self.channel_records,
            lambda: self.registries,
            FakeDeploymentLocks(),
            lambda: "tester",
            lambda: datetime.now(UTC),
            lambda: self.context.settings.current.channel_rules,
        )
        self.preload = Preload(self)
        self.ran: list[Version] = []
        self.verified: list[Version] = []
        self.went_back: list[tuple[Deployment, VersionTarget]] = []
        transfers = Transfers(
            self.context,
            lambda: self.registries,
            FakeDeploymentLocks(),
            self,
            self.metadata.attach_to,
        )
        self.moves = RegistryActions(self.context, transfers, self)
        self.window = QWidget()
        contents = contents or FakeContents(one_file(), is_known=False)
        self.panel = ModelsPanel(self.context, self.store, self.choice, registries=self.catalog)
        self.page = LibraryPage(
            self.context,
            self.store,
            self.choice,
            self.past,
            self.remote,
            self.releases,
            lambda: self.channels,
            lambda version, _over: self.ran.append(version),
            lambda deployment, target, _over: self.went_back.append((deployment, target)),
            at_once(
                library_parts(
                    self.context, self.library, contents, self.preload, lambda: self.metadata
                )
            ),
            verify_version=lambda version, _over: self.verified.append(version),
            registry=self.moves,
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

    def push_all(self, path: str) -> None:
        """A registry has every version of a repository, under the tags it has here."""
        registry = self.registries.at("registry.lan:5000")
        for image in self.engine.list_images():
            for tag in image.tags:
                if tag.registry == registry.name and tag.repository == path:
                    registry.add_manifest(path, tag.tag, _manifest(image.id))
                    registry.kept[path].blobs[image.id] = b"{}"

    @property
    def complete(self) -> bool:
        """Whether everything on the engine is known."""
        snapshot = self.hub.snapshot
        return self.store.loaded and snapshot.missing_details == 0 and not self.tasks.active

    def close(self) -> None:
        """Leave nothing behind."""
        self.preload.stop(20)
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


def _manifest(image: str) -> dict[str, object]:
    config = {"mediaType": OCI_CONFIG, "digest": image, "size": 2}
    return {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": []}

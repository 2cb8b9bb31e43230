"""The page that finds versions, with all it needs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QObject

from modeldesk.core.attached.service import MetadataService
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.remote_versions import RemoteHistory
from modeldesk.core.library.service import Library
from modeldesk.core.search.gathering import Gatherer
from modeldesk.core.search.service import SearchService
from modeldesk.ui.find.page import FindPage
from modeldesk.ui.registry.states import RegistryState, RegistryStates
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeImageRecords, FakeMetadataRecords, FakeRemoteRecords
from tests.fakes.registry import FakeRegistries
from tests.fakes.search_index import FakeSearchIndex
from tests.fakes.version_registry import FakeVersionRegistry
from tests.gui.library.sample_data import fill_engine
from tests.gui.parts import Heard, make_context
from tests.unit.core.library.images import image_id

NOW = datetime.now(UTC)
FRAUD = "registry.lan:5000/team/fraud-detector"


def remote(
    tag: str, number: int, accuracy: float, dataset: str = "clicks-2025-11"
) -> RemoteVersion:
    """A version that only the registry has."""
    labels = {
        "io.modeldesk.model.metrics": f'{{"accuracy": {accuracy}, "f1": {accuracy - 0.05:.3f}}}',
        "io.modeldesk.model.framework": "PyTorch",
        "io.modeldesk.model.dataset.version": "clicks-2025-11",
    }
    created = NOW - timedelta(days=number - 900)
    sizes = {LayerKind.MODEL_WEIGHTS: 340_000_000, LayerKind.BASE_IMAGE: 40_000_000}
    digest = f"sha256:{number:064x}"
    return RemoteVersion(
        FRAUD, tag, digest, image_id(number), created, "fraud-detector", sizes, (), labels
    )


class NamedRegistries(RegistryStates):
    """Those of `known`, as they stand; `asked` tells who was to be asked: all, or what is older
    than so long."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.known: tuple[RegistryState, ...] = ()
        self.asked: list[timedelta | None] = []

    def states(self) -> tuple[RegistryState, ...]:
        return self.known

    def refresh_all(self) -> None:
        self.asked.append(None)

    def refresh_old(self, old: timedelta) -> None:
        self.asked.append(old)


class Bench(QObject):
    """What a test takes hold of. Call `close` at its end."""

    def __init__(self, theme: Theme, folder: Path, *, filled: bool = True) -> None:
        super().__init__()
        self.engine = FakeEngine()
        self.index = FakeSearchIndex()
        self.remote = FakeRemoteRecords()
        self.registry = FakeVersionRegistry()
        self.metadata_records = FakeMetadataRecords()
        self.tasks = TaskRunner()
        self.context = make_context(theme, self.tasks, folder, engine=lambda: self.engine)
        self.heard = Heard(self.context)
        self.search = SearchService(
            lambda: self.index, self.remote, self.metadata_records, NOW.astimezone
        )
        registries = FakeRegistries("registry.lan:5000")
        metadata = MetadataService(
            self.metadata_records, lambda: registries, lambda: "Ann", lambda: NOW
        )
        history = RemoteHistory(self.remote, self.registry)
        self.gatherer = Gatherer(self.remote, history, metadata)
        if filled:
            fill_engine(self.engine)
            self.remote.keep_remote_versions(
                remote(f"v2.{n}.0", 900 + n, 0.9 + n / 200) for n in range(8)
            )
            self.remote.keep_remote_channels(FRAUD, {"stable": remote("", 905, 0).digest})
            library = Library(FakeImageRecords())
            library.reload(self.engine)
            library.fill_details(self.engine, Job(), lambda _: None)
            self.context.hub.publish_snapshot(library.snapshot)
        self.context.hub.publish_connection(Connection(ConnectionState.CONNECTED, self.engine.info))
        self.named = NamedRegistries(self)
        self.page = FindPage(self.context, lambda: self.search, lambda: self.gatherer, self.named)
        self.page.setProperty("kind", "page")

    def models(self) -> set[ModelName]:
        """Of what is shown."""
        return {entry.model for entry in self.page.entries()}

    def names(self) -> list[str]:
        """The versions that are shown."""
        return [entry.name for entry in self.page.entries()]

    def close(self) -> None:
        """Leave nothing behind."""
        self.page.box.popup.hide()
        self.tasks.shutdown(10)
        self.page.close()
        self.page.deleteLater()
        self.deleteLater()

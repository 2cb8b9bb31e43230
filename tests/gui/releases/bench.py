"""The releases page and the run dialog with what they need, on a fake engine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QObject

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import LOOPBACK, Health, PortBinding
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.ids import DeploymentName, ImageId, ModelName
from modeldesk.core.images import ImageConfig
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import Version
from modeldesk.core.library.service import Library
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.releases.targets import target_of
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.making import at_once
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.parts import releases_parts
from modeldesk.ui.releases.store import ReleaseStore
from modeldesk.ui.run.dialog import RunDialog
from modeldesk.ui.run.starting import Starter
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.gui.parts import Heard, make_context

HEALTHY = Behaviour(health=(Health.STARTING, Health.HEALTHY), prints_every_s=0.05)


class Bench(QObject):
    """What a test takes hold of."""

    def __init__(self, theme: Theme, tasks: TaskRunner, home: Path) -> None:
        super().__init__()
        self.tasks = tasks
        self.engine = FakeEngine()
        self.context = make_context(theme, tasks, home, engine=lambda: self.engine)
        self.heard = Heard(self.context)
        self.records = FakeReleaseRecords()
        self.probe = FakeAnswerProbe()
        self.service = ReleaseService(
            self.records,
            self.probe,
            FakeDeploymentLocks(),
            lambda: "mlops",
            lambda: datetime.now(UTC),
        )
        self.library = Library(FakeImageRecords())
        self.context.hub.changed.connect(self._changed)
        self.preload = Preload()
        self.store = ReleaseStore(self.context, self.service, self)
        self.actions = ReleaseActions(self.context, self.service, self)
        self.starter = Starter(self.context, self.service, self.probe, self)
        parts = at_once(releases_parts(self.context, self.preload))
        self.page = ReleasesPage(self.context, self.store, self.actions, parts)

    def add_version(
        self, tag: str, model: str = "recommendation", behaviour: Behaviour = HEALTHY
    ) -> ImageId:
        """An image of `model` that behaves so when it runs."""
        image = self.engine.add_image(
            f"{model}:{tag}" if model.isascii() else f"zh:{tag}",
            steps=[(f"COPY {tag}.safetensors /app/", 20_000_000)],
            labels={"io.modeldesk.model.name": model},
            config=ImageConfig(exposed_ports=("5000/tcp",)),
            behaviour=behaviour,
        )
        self.read_library()
        return image

    def version(self, image: ImageId) -> Version:
        """A version as the library knows it."""
        models = self.context.hub.snapshot.models
        return next(v for m in models for v in m.versions if v.key.image == image)

    def deploy(self, name: str, image: ImageId, port: int = 5000, address: str = LOOPBACK) -> None:
        """Put a version in service."""
        version = self.version(image)
        settings = ServiceSettings((PortBinding(5000, port, address),), health_timeout_s=2.0)
        self.service.deploy(
            self.engine,
            DeploymentName(name),
            ModelName(version.key.model),
            target_of(version),
            settings,
            "",
            Job(),
        )
        self.read_library()
        self.store.read()

    def use_engine(self, engine: FakeEngine) -> None:
        """The window is connected to another engine from now on."""
        self.engine = engine
        self.read_library()
        self.context.hub.publish_connection(Connection(ConnectionState.CONNECTED, engine.info))

    def key(self, name: str) -> DeploymentKey:
        """A deployment on the engine in use."""
        return DeploymentKey(self.engine.identity().id, DeploymentName(name))

    def deployment(self, name: str) -> Deployment:
        """The same, as the records have it."""
        key = self.key(name)
        return self.service.deployment(key.engine, key.name)

    def remember(self, name: str, count: int) -> None:
        """Releases of long ago."""
        now = datetime.now(UTC)
        states = (ReleaseState.SUCCEEDED, ReleaseState.RESTORED, ReleaseState.SUCCEEDED)
        for number in range(count):
            image = ImageId(f"sha256:{number:064x}")
            state = states[number % 3]
            self.records.add_release(
                Release(
                    0,
                    self.engine.identity().id,
                    DeploymentName(name),
                    ReleaseKind.ROLLBACK if number % 5 == 4 else ReleaseKind.DEPLOY,
                    VersionTarget(image, f"registry.lan/rec:v0.{number}.0", image),
                    None,
                    now - timedelta(days=60 - number),
                    "mlops",
                    "weekly training" if number % 2 else "",
                    state,
                    error="It never became healthy." if state is ReleaseState.RESTORED else "",
                )
            )

    def run_dialog(self, image: ImageId) -> RunDialog:
        """The dialog that runs a version, open."""
        dialog = RunDialog(self.context, self.version(image), self.service, self.starter, self.page)
        dialog.open()
        return dialog

    def read_library(self) -> None:
        """The library as the engine has it now."""
        self.library.reload(self.engine)
        snapshot = self.library.fill_details(self.engine, Job(), lambda _: None)
        self.context.hub.publish_snapshot(snapshot)

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.touches_containers or changes.touches_images:
            self.read_library()

"""The releases page and the run dialog with what they need, on a fake engine."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QObject

from modeldesk.core.canary.model import Phase, Rollout, RolloutPlan
from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import LOOPBACK, ContainerSummary, Health, PortBinding
from modeldesk.core.deployment_watch.remedies import Remedies
from modeldesk.core.deployments.service import EveryDeployment
from modeldesk.core.engine.model import Connection, ConnectionState
from modeldesk.core.gateway.names import GATEWAY_LABEL
from modeldesk.core.ids import DeploymentName, ImageId, ModelName
from modeldesk.core.images import ImageConfig
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import Version
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    SwarmSettings,
    VersionTarget,
)
from modeldesk.core.releases.targets import target_of
from modeldesk.core.swarm.model import Membership
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.service import SwarmReleases
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.making import at_once
from modeldesk.ui.releases.actions import ReleaseActions
from modeldesk.ui.releases.canary_actions import CanaryActions
from modeldesk.ui.releases.findings import FindingsStore
from modeldesk.ui.releases.following import RolloutFollowing
from modeldesk.ui.releases.page import ReleasesPage
from modeldesk.ui.releases.parts import releases_parts
from modeldesk.ui.releases.store import ReleaseStore
from modeldesk.ui.releases.swarm_following import SwarmFollowing
from modeldesk.ui.run.dialog import RunDialog
from modeldesk.ui.run.starting import Starter
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.fakes.swarm import FakeSwarm
from tests.gui.parts import Heard, make_context
from tests.gui.releases.rollouts import PLAN, FakeRollouts, facts, rollout
from tests.support.releases import release_service, run_as_before

SWARM = SwarmSettings(replicas=3, delay_s=0, monitor_s=0)
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
        self.manages_swarm = False
        """Whether the run dialog is told of it."""
        self.ago = timedelta()
        """How long ago what is released now is to have been."""
        self.probe = FakeAnswerProbe()
        containers = release_service(
            self.records, who=lambda: "mlops", clock=lambda: datetime.now(UTC) - self.ago
        )
        self.swarm = FakeSwarm("gpu-1", "gpu-2", "gpu-3")
        self.swarms = SwarmReleases(
            self.records,
            lambda _: self.swarm,
            containers.gateway,
            lambda engine, _: self._gateway_image(),
            FakeDeploymentLocks(),
            lambda: "mlops",
            lambda: datetime.now(UTC) - self.ago,
        )
        self.service = EveryDeployment(containers, self.swarms)
        self.library = Library(FakeImageRecords())
        self.context.hub.changed.connect(self._changed)
        self.preload = Preload()
        self.rollouts = FakeRollouts()
        self.store = ReleaseStore(self.context, self.service, self.rollouts, self)
        self.canaries = CanaryActions(self.context, self.rollouts, self)
        self.following = RolloutFollowing(self.context, self.rollouts, self)
        self.actions = ReleaseActions(self.context, self.service, lambda: self.swarms, self)
        self.starter = Starter(self.context, self.service, self.probe, self)
        self.findings = FindingsStore(self.context, self._remedies)
        parts = at_once(releases_parts(self.context, self.preload, self.findings))
        self.page = ReleasesPage(
            self.context,
            self.store,
            self.actions,
            self.canaries,
            self.following,
            SwarmFollowing(self.context.require_engine, self._follow),
            parts,
        )

    def add_version(
        self,
        tag: str,
        model: str = "recommendation",
        behaviour: Behaviour = HEALTHY,
        *,
        pushed: bool = False,
    ) -> ImageId:
        """An image of `model` that behaves so when it runs; a registry has it when it is
        `pushed`."""
        digest = f"sha256:{sha256(tag.encode()).hexdigest()}"
        image = self.engine.add_image(
            f"{model}:{tag}" if model.isascii() else f"zh:{tag}",
            steps=[(f"COPY {tag}.safetensors /app/", 20_000_000)],
            labels={"io.modeldesk.model.name": model},
            config=ImageConfig(exposed_ports=("5000/tcp",)),
            behaviour=behaviour,
            digests=(f"registry.lan/{model}@{digest}",) if pushed else (),
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

    def change_settings(self, name: str, why: str, **changes: object) -> None:
        """A new revision of what it runs with."""
        known = self.deployment(name)
        assert known.current is not None
        settings = replace(known.settings, **changes)  # type: ignore[arg-type]
        self.service.deploy(
            self.engine, known.name, known.model, known.current, settings, why, Job()
        )
        self.store.read()

    def deploy_as_before(self, name: str, image: ImageId) -> None:
        """Put a version in service as it was done before there were gateways."""
        version = self.version(image)
        settings = ServiceSettings((PortBinding(5000, 5000),), health_timeout_s=2.0)
        model = ModelName(version.key.model)
        target = target_of(version)
        run_as_before(self.engine, self.records, self.key(name), model, target, settings)
        self.read_library()
        self.store.read()

    def version_containers(self) -> list[ContainerSummary]:
        """All but the gateways."""
        every = self.engine.list_containers()
        return [one for one in every if GATEWAY_LABEL not in one.labels]

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
                    now - timedelta(days=1) - timedelta(days=60) * ((count - number) / count),
                    "mlops",
                    "weekly training" if number % 2 else "",
                    state,
                    error="It never became healthy." if state is ReleaseState.RESTORED else "",
                )
            )

    def canary(
        self,
        name: str,
        image: ImageId,
        phase: Phase = Phase.STEP,
        step: int = 1,
        plan: RolloutPlan = PLAN,
        why: str = "",
        silent: int = 0,
        stable: VersionTarget | None = None,
        ended_by: str = "",
        **more: object,
    ) -> Rollout:
        """A canary beside what serves, so far on its way."""
        beside = stable or self.deployment(name).current
        assert beside is not None
        made = rollout(
            phase,
            step,
            key=self.key(name),
            canary=target_of(self.version(image)),
            stable=beside,
            plan=plan,
            why=why,
            silent=silent,
            ended_by=ended_by,
        )
        self.rollouts.put(facts(made, **more))
        self.store.read()
        return made

    def run_dialog(self, image: ImageId) -> RunDialog:
        """The dialog that runs a version, open."""
        dialog = RunDialog(
            self.context,
            self.version(image),
            self.service,
            self.starter,
            lambda _: self.swarm.membership() is Membership.MANAGER and self.manages_swarm,
            self.page,
        )
        dialog.open()
        return dialog

    def read_library(self) -> None:
        """The library as the engine has it now."""
        self.library.reload(self.engine)
        snapshot = self.library.fill_details(self.engine, Job(), lambda _: None)
        self.context.hub.publish_snapshot(snapshot)

    def _gateway_image(self) -> str:
        return self.engine.add_image("web/nginx:1")

    def _follow(
        self, engine: ImageEngine, name: DeploymentName, token: CancelToken, canary: bool
    ) -> Iterator[Rolling]:
        return self.swarms.follow(engine, name, token, 0.05, canary=canary)

    def stage_on_swarm(self, name: str, image: ImageId) -> Release:
        """A canary's service beside the one that serves, which must have a gateway."""
        target = target_of(self.version(image))
        return self.service.canaries.stage(
            self.engine, self.key(name), target, None, "", Job()
        ).release

    def deploy_on_swarm(
        self, name: str, image: ImageId, swarm: SwarmSettings = SWARM, port: int = 5000
    ) -> None:
        """Put a version in service on the swarm."""
        version = self.version(image)
        ports = (PortBinding(5000, port),)
        settings = ServiceSettings(ports, health_timeout_s=2.0, swarm=swarm)
        self.service.deploy(
            self.engine,
            DeploymentName(name),
            ModelName(version.key.model),
            target_of(version),
            settings,
            "",
            Job(),
        )
        self.store.read()

    def _remedies(self) -> Remedies:
        return Remedies(
            self.service, lambda _event: None, lambda: "mlops", lambda: datetime.now(UTC)
        )

    def _changed(self, changes: Changes, _initiator: object) -> None:
        if changes.touches_containers or changes.touches_images:
            self.read_library()

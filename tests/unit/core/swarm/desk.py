"""A release service on a swarm in memory, with three versions that run and some that don't."""

from datetime import UTC, datetime
from typing import Any

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.ids import DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ServiceSettings,
    SwarmSettings,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.swarm.model import SwarmService, TaskState
from modeldesk.core.swarm.service import SwarmReleases
from modeldesk.core.swarm.wanted import service_name
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.gateway import FakeGateway
from tests.fakes.records import FakeReleaseRecords
from tests.fakes.swarm import Conduct, FakeSwarm

SHOP = DeploymentName("shop")
MODEL = ModelName("team/rec")
QUICK = SwarmSettings(replicas=2, delay_s=0, monitor_s=0)
SETTINGS = ServiceSettings(
    ports=(PortBinding(8000, 8080),), health_timeout_s=0.3, swarm=QUICK, environment={"A": "1"}
)
CRASHES = Conduct(TaskState.FAILED, "task: non-zero exit (3)", 3, ("loading", "no weights"))
SICK = Conduct(TaskState.FAILED, "task: non-zero exit (143): dockerexec: unhealthy container", 143)
VERSIONS = ("v1.0.0", "v1.1.0", "v1.2.0")


class SwarmDesk:
    """A service with its engine, swarm and records. It has one machine, `alone`, unless others
    are named."""

    def __init__(self, *machines: str) -> None:
        self.engine = FakeEngine()
        self.swarm = FakeSwarm(*machines)
        self.gateway = FakeGateway(self.engine)
        self.gateway_image = self.engine.add_image("nginx:1")
        self.records = FakeReleaseRecords()
        self.locks = FakeDeploymentLocks()
        self.logged: list[str] = []
        self.service = self.service_with(self.records, self.swarm)
        self.versions = {name: self.add_version(name, Conduct()) for name in VERSIONS}

    @property
    def here(self) -> EngineId:
        return self.engine.identity().id

    @property
    def key(self) -> DeploymentKey:
        return DeploymentKey(self.here, SHOP)

    def job(self) -> Job:
        return Job(log=self.logged.append)

    def service_with(self, records: Any, swarm: Any) -> SwarmReleases:
        return SwarmReleases(
            records,
            lambda _: swarm,
            lambda _: self.gateway,
            lambda _engine, _job: self.gateway_image,
            self.locks,
            lambda: "ana",
            self.service_time,
        )

    def service_time(self) -> datetime:
        return datetime.now(UTC)

    def add_version(self, name: str, conduct: Conduct, digest: str = "") -> VersionTarget:
        """With `digest` a registry knows it by that."""
        known = (f"registry.lan/team/rec@{digest}",) if digest else ()
        image = self.engine.add_image(f"team/rec:{name}", digests=known)
        running = known[0] if known else image
        self.swarm.conduct[running] = conduct
        return VersionTarget(image, f"team/rec:{name}", digest or image)

    def deploy(
        self, version: str, settings: ServiceSettings = SETTINGS, **secrets: str
    ) -> ReleaseOutcome:
        return self.service.deploy(
            self.engine,
            SHOP,
            MODEL,
            self.versions[version],
            settings,
            "because",
            self.job(),
            secrets,
        )

    def rollback(self, to: str = "") -> ReleaseOutcome:
        target = self.versions[to] if to else None
        return self.service.rollback(self.engine, self.key, target, "back", self.job())

    def deployment(self) -> Deployment:
        found = self.records.deployment(self.key)
        assert found is not None
        return found

    def history(self) -> tuple[Release, ...]:
        return self.records.releases(self.key)

    def runs(self) -> SwarmService:
        return self.swarm.service(service_name(SHOP))

    def serving(self) -> set[str]:
        """The images of tasks that serve."""
        return {task.image for task in self.swarm.tasks(self.runs().id) if task.serves}

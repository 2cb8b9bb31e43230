"""A release service on an engine and gateways in memory, with real records."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.core.containers.model import (
    ContainerSummary,
    Health,
    LogLine,
    PortBinding,
)
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    Deployment,
    DeploymentKey,
    Release,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.service import ReleaseService
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour
from tests.fakes.gateway import FakeGateway
from tests.fakes.records import FakeReleaseRecords
from tests.support.releases import run_as_before

SHOP = DeploymentName("shop")
MODEL = ModelName("team/rec")
PORT = ServiceSettings(ports=(PortBinding(5000, 5000),), health_timeout_s=0.3)
HEALTHY = Behaviour(health=(Health.STARTING, Health.HEALTHY))
SICK = Behaviour(health=(Health.STARTING,), prints=(LogLine("no weights"),))
VERSIONS = ("v1.0.0", "v1.1.0", "v1.2.0")


class Killed(BaseException):
    """What a test raises where a kill would end the process."""


class Life:
    """How many calls are left."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def lose_one(self) -> None:
        if self.left <= 0:
            raise Killed
        self.left -= 1


class Mortal:
    """Passes calls through until its life is over; then every call raises, as nothing runs any
    more after a kill."""

    def __init__(self, behind: object, life: Life) -> None:
        self._behind = behind
        self._life = life

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._behind, name)
        if not callable(call):
            return call

        def counted(*args: object, **named: object) -> object:
            self._life.lose_one()
            return call(*args, **named)

        return counted


class Desk:
    """A service with its engine, gateways, records and three healthy versions."""

    def __init__(self, folder: Path | None = None) -> None:
        """Without a folder the records are in memory."""
        self.engine = FakeEngine()
        self.gateway = FakeGateway(self.engine)
        self.gateway_image = self.engine.add_image("nginx:1")
        self.records: FakeReleaseRecords | SqliteReleaseRecords = FakeReleaseRecords()
        if folder is not None:
            self.database = open_database(folder / "records.sqlite").database
            self.records = SqliteReleaseRecords(self.database)
        self.who = "ana"
        self.later = timedelta()
        """By how much it is later than it is."""
        self.locks = FakeDeploymentLocks()
        self.service = self.service_with(self.records, self.gateway)
        self.versions = {name: self.add_version(name, HEALTHY) for name in VERSIONS}

    @property
    def here(self) -> EngineId:
        return self.engine.identity().id

    @property
    def key(self) -> DeploymentKey:
        return DeploymentKey(self.here, SHOP)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def deployment(self) -> Deployment:
        return self.service.deployment(self.here, SHOP)

    def history(self) -> tuple[Release, ...]:
        return self.service.history(self.key)

    def service_with(self, records: Any, gateway: Any) -> ReleaseService:
        return ReleaseService(
            records,
            lambda _: gateway,
            lambda _engine, _job: self.gateway_image,
            self.locks,
            lambda: self.who,
            self.now,
        )

    def add_version(self, name: str, behaviour: Behaviour) -> VersionTarget:
        image = self.engine.add_image(f"team/rec:{name}", behaviour=behaviour)
        return VersionTarget(image, f"team/rec:{name}", image)

    def deploy(
        self, version: str, settings: ServiceSettings = PORT, job: Job | None = None
    ) -> ReleaseOutcome:
        return self.service.deploy(
            self.engine,
            SHOP,
            MODEL,
            self.versions[version],
            settings,
            "because",
            job or Job(),
        )

    def rollback(self, version: str = "", job: Job | None = None) -> ReleaseOutcome:
        target = self.versions[version] if version else None
        return self.service.rollback(self.engine, self.key, target, "oops", job or Job())

    def stage(self, version: str) -> ReleaseOutcome:
        return self.service.canaries.stage(
            self.engine, self.key, self.versions[version], None, "try it", Job()
        )

    def containers(self) -> list[ContainerSummary]:
        """Those of versions."""
        return [c for c in self.engine.list_containers() if DEPLOYMENT_LABEL in c.labels]

    def gateways(self) -> list[ContainerSummary]:
        return [c for c in self.engine.list_containers() if c.name == gateway_name(SHOP)]

    def answers(self, caller: str = "someone") -> str:
        """The version whose answer a caller gets; else the status, or nothing."""
        sent = self.gateway.send(SHOP, caller)
        if sent is None:
            return ""
        if not sent.by:
            return str(sent.status)
        routing = self.gateway.routing(SHOP)
        assert routing is not None
        return next(one.version for one in routing.backends if one.name == sent.by)

    def assert_serves(self, version: str) -> None:
        """Callers get it, the records say so, and nothing is there that they do not name."""
        deployment = self.deployment()
        assert deployment.current == self.versions[version]
        assert self.answers() == version
        self.assert_agrees()

    def assert_agrees(self) -> None:
        """The engine has what the records name, and nothing else; no release is open."""
        assert self.records.unfinished_releases() == ()
        deployment = self.records.deployment(self.key)
        if deployment is None:
            assert self.containers() == []
            assert self.gateways() == []
            assert self.engine.networks.by_name == {}
            return
        named = {deployment.container, *(k.version.container for k in deployment.kept)}
        if deployment.canary:
            named.add(deployment.canary.version.container)
        assert {c.id for c in self.containers()} == named
        running = {c.id for c in self.containers() if c.running}
        assert deployment.stopped or deployment.container in running

    def run_as_before(self, version: str = "v1.0.0") -> ContainerId:
        """A deployment of before there were gateways: its container owns the ports."""
        target = self.versions[version]
        return run_as_before(self.engine, self.records, self.key, MODEL, target, PORT)


def killed_after(desk: Desk, calls: int, act: Callable[[Any, ReleaseService], object]) -> bool:
    """Run `act` with an engine, gateways and records that die after `calls` calls; whether they
    did. A call of a gateway is several of the engine's, between which it may die too."""
    life = Life(calls)
    engine = Mortal(desk.engine, life)
    gateway = desk.gateway
    gateway.engine = engine  # type: ignore[assignment]
    service = desk.service_with(Mortal(desk.records, life), Mortal(gateway, life))
    try:
        act(engine, service)
    except Killed:
        return True
    finally:
        gateway.engine = desk.engine
        desk.locks.held.clear()
    return False

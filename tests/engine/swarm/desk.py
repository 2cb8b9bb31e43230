"""Releases on a real swarm, with records in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.ids import DeploymentName, ImageId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import (
    DeploymentKey,
    ServiceSettings,
    SwarmSettings,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.service import SwarmReleases
from tests.engine.swarm.bench import RealSwarmBench
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeReleaseRecords
from tests.support.engine import NGINX_NEW, TINY

SHOP = DeploymentName("shop")
QUICK = SwarmSettings(replicas=2, every_machine=False, parallelism=0, delay_s=0, monitor_s=1)
SETTINGS = ServiceSettings(ports=(PortBinding(8000),), health_timeout_s=60, swarm=QUICK)
SERVER = (
    # As the first process it would not hear of SIGTERM, and be waited for.
    "STOPSIGNAL SIGKILL\n"
    "HEALTHCHECK --interval=1s CMD wget -q -O /dev/null http://127.0.0.1:8000/\n"
    'CMD ["sh", "-c", "mkdir -p /tmp/w && echo {said} > /tmp/w/index.html '
    '&& exec httpd -f -p 8000 -h /tmp/w"]'
)


@dataclass
class Desk:
    """The service on the swarm, with records in memory."""

    engine: ImageEngine
    bench: RealSwarmBench
    service: SwarmReleases
    records: FakeReleaseRecords
    locks: FakeDeploymentLocks
    gateways: Callable[[ImageEngine], NginxGateway] = NginxGateway

    def gateway_image(self, _engine: ImageEngine, _job: Job) -> str:
        return NGINX_NEW

    @property
    def key(self) -> DeploymentKey:
        return DeploymentKey(self.engine.identity().id, SHOP)

    def version(self, lines: str, name: str, base: str = TINY) -> VersionTarget:
        image = ImageId(self.bench.build(lines, base))
        return VersionTarget(image, f"team/rec:{name}", image)

    def server(self, said: str) -> VersionTarget:
        return self.version(SERVER.format(said=said), said)

    def deploy(
        self, target: VersionTarget, settings: ServiceSettings = SETTINGS, **secrets: str
    ) -> ReleaseOutcome:
        return self.service.deploy(
            self.engine, SHOP, ModelName("team/rec"), target, settings, "", Job(), secrets
        )

    def state(self) -> Rolling:
        return self.service.state(self.engine, SHOP)


def desk_on(engine: ImageEngine, bench: RealSwarmBench, swarm: SwarmEngine | None = None) -> Desk:
    """`swarm`: another connection to it than the bench's."""
    records, locks = FakeReleaseRecords(), FakeDeploymentLocks()
    service = SwarmReleases(
        records,
        lambda _: swarm or bench.engine,
        NginxGateway,
        lambda _engine, _job: NGINX_NEW,
        locks,
        lambda: "ana",
        lambda: datetime.now(UTC),
    )
    return Desk(engine, bench, service, records, locks)

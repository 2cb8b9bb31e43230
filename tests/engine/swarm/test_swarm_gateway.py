"""Callers of services of a real swarm, who never rest. Behind a gateway no request fails while
canaries come, grow, are promoted or taken back, and hardly one while tasks are replaced."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.canary.model import Limits, Phase, RolloutPlan
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.canary.traffic import ReleaseTraffic
from modeldesk.core.canary.watch import CanaryWatch
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.deployments.service import EveryDeployment
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ReleaseState, ServiceSettings, VersionTarget
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.swarm.model import Order
from modeldesk.core.swarm.wanted import canary_name
from tests.contracts.swarm_contract import until
from tests.engine.bench import connected
from tests.engine.own_engine import OwnEngine
from tests.engine.swarm.bench import CAN_RUN, NEEDS, bench_on
from tests.engine.swarm.desk import QUICK, SETTINGS, SHOP, Desk, desk_on
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.support.engine import NGINX_NEW
from tests.support.load import CALLER_HEADER, Load

pytestmark = pytest.mark.skipif(not CAN_RUN, reason=NEEDS)

PORT = 18_655
HELD = 18_656
CLIENTS = 12
PLAN = RolloutPlan(
    (5_000, 10_000), window_s=3, least_requests=20, limits=Limits(p95_over_stable=None),
    key=SplitKey.HEADER, field=CALLER_HEADER,
)  # fmt: skip
"""Machines of tests are busy with other things, so that latencies tell little."""
SERVER = (
    "RUN printf 'user root; worker_processes 1; error_log stderr crit; pid /tmp/pid; "
    "events {{ worker_connections 4096; }} http {{ access_log off; keepalive_timeout 0; server {{ "
    'listen 8000 backlog=4096; location / {{ return 200 "{said}"; }} }} }}\' > /server.conf\n'
    # It answers what it has begun before it ends, as a server should.
    "STOPSIGNAL SIGQUIT\n"
    'CMD ["nginx", "-c", "/server.conf", "-g", "daemon off;"]'
)


@dataclass
class Front:
    """A desk whose deployment has a gateway, at an address that this machine reaches."""

    desk: Desk
    host: str

    @property
    def settings(self) -> ServiceSettings:
        ports = (PortBinding(8000, PORT, self.host),)
        swarm = replace(QUICK, gateway=True, parallelism=1)
        return replace(SETTINGS, ports=ports, swarm=swarm)

    def server(self, said: str) -> VersionTarget:
        return self.desk.version(SERVER.format(said=said), said, NGINX_NEW)

    def load(self, port: int = PORT) -> Load:
        return Load(port, CLIENTS, host=self.host)


@pytest.fixture
def front(manager: OwnEngine, outside: str) -> Iterator[Front]:
    with bench_on(manager) as bench, connected(manager.url) as engine:
        desk = desk_on(engine, bench)
        yield Front(desk, outside)
        if desk.records.deployment(desk.key):
            desk.service.remove(engine, desk.key, Job())


def now() -> datetime:
    return datetime.now(UTC)


def test_canaries_by_their_service_cost_nobody_an_answer(front: Front) -> None:
    """One that is promoted by its numbers, then one that a person takes back."""
    desk, engine = front.desk, front.desk.engine
    desk.deploy(front.server("one"), front.settings)
    containers = ReleaseService(
        desk.records, desk.gateways, desk.gateway_image, desk.locks, lambda: "ana", now
    )
    traffic = ReleaseTraffic(engine, EveryDeployment(containers, desk.service), desk.locks)
    canaries = CanaryService(FakeRolloutRecords(), traffic, lambda: "ana", now)
    watch = CanaryWatch(canaries, traffic, now, lambda _: None)
    with front.load() as load:
        watch.start()
        try:
            begun = canaries.start(desk.key, front.server("two"), PLAN, "", Job())
            ended = until(lambda: canaries.rollouts(desk.key)[0], lambda one: not one.open)
        finally:
            watch.stop()
        load.phase("promoted")
        second = canaries.start(desk.key, front.server("three"), PLAN, "", Job())
        load.phase("half")
        canaries.abort(desk.key, "as a test", Job())
        load.phase("aborted")
        desk.service.state(engine, SHOP)
        phases = load.finish()
    assert ended.phase is Phase.PROMOTED, ended.why
    failed = sum(phase.failed for phase in phases.values())
    assert failed == 0, {name: one.problems for name, one in phases.items() if one.failed}
    assert sum(phase.sent for phase in phases.values()) > 500
    assert set(phases["steady"].by) == {"r1", f"r{begun.release}"}
    assert set(phases["aborted"].by) == {f"r{begun.release}"}
    states = {one.id: one.state for one in desk.records.releases(desk.key)}
    assert states[begun.release] is ReleaseState.SUCCEEDED
    assert states[second.release] is ReleaseState.ABORTED
    assert canary_name(SHOP) not in [one.spec.name for one in desk.bench.engine.services()]


def test_tasks_are_replaced_and_killed_behind_the_gateway(front: Front) -> None:
    desk = front.desk
    desk.deploy(front.server("one"), front.settings)
    with front.load() as load:
        load.phase("update")
        outcome = desk.deploy(front.server("two"), front.settings)
        load.phase("updated")
        before = desk.state().current
        load.phase("kill")
        desk.bench.kill(before[0])
        until(desk.state, lambda seen: seen.complete and before[0] not in seen.current)
        desk.service.heal(desk.engine, Job())
        load.phase("healed")
        desk.state()
        phases = load.finish()
    assert not outcome.restored
    update = phases["update"]
    assert phases["updated"].failed == 0
    # A task ends a moment before the gateway hears of it: what it had not begun to answer is sent
    # to another, so that hardly a request is lost.
    assert update.failed <= update.sent // 100, update.problems
    assert phases["healed"].failed == 0
    assert set(phases["healed"].by) <= {"r2"}


def test_without_a_gateway_a_port_of_the_machine_is_closed_for_a_while(front: Front) -> None:
    """A task that holds a port of its machine can only be stopped before its successor starts, so
    callers of that machine are refused between the two."""
    desk = front.desk
    swarm = replace(QUICK, replicas=1)
    settings = replace(SETTINGS, ports=(PortBinding(8000, HELD),), swarm=swarm)
    desk.deploy(front.server("one"), settings)
    assert desk.state().service.spec.update.order is Order.STOP_FIRST
    with front.load(HELD) as load:
        load.phase("update")
        outcome = desk.deploy(front.server("two"), settings)
        load.phase("updated")
        desk.state()
        phases = load.finish()
    assert not outcome.restored
    assert phases["steady"].failed == 0
    assert phases["update"].failed > 0
    assert phases["updated"].failed == 0

"""Canaries on a swarm: two services behind a gateway."""

from dataclasses import replace

import pytest

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.errors import ContainerFailed, GatewayError, ReleaseError
from modeldesk.core.gateway.model import Routing, Split
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import ReleaseKind, ReleaseState
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.swarm.model import PublishMode
from modeldesk.core.swarm.wanted import canary_name, network_name, service_name
from tests.unit.core.swarm.desk import CRASHES, QUICK, SETTINGS, SHOP, SwarmDesk

BEHIND = replace(
    SETTINGS, ports=(PortBinding(8000, 8080),), swarm=replace(QUICK, gateway=True, monitor_s=0.05)
)
BY_TASKS = replace(BEHIND, swarm=replace(QUICK, gateway=True, every_machine=False, monitor_s=0.05))


@pytest.fixture(params=[BEHIND, BY_TASKS], ids=["one address", "by tasks"])
def deployed(request: pytest.FixtureRequest, desk: SwarmDesk) -> SwarmDesk:
    desk.deploy("v1.0.0", request.param)
    return desk


def stage(desk: SwarmDesk, version: str) -> ReleaseOutcome:
    return desk.service.canaries.stage(
        desk.engine, desk.key, desk.versions[version], None, "try it", Job()
    )


def routing(desk: SwarmDesk) -> Routing:
    found = desk.gateway.routing(SHOP)
    assert found is not None
    return found


def names(desk: SwarmDesk) -> list[str]:
    return [one.spec.name for one in desk.swarm.services()]


# A gateway in front of a service


def test_the_gateway_owns_the_ports_and_is_on_the_network(deployed: SwarmDesk) -> None:
    service = deployed.runs()
    assert service.spec.ports == ()
    assert service.spec.networks == (network_name(SHOP),)
    (container,) = [
        one for one in deployed.engine.list_containers() if one.name == gateway_name(SHOP)
    ]
    assert container.running
    assert deployed.swarm.joined == {(network_name(SHOP), container.id)}
    (backend,) = routing(deployed).backends
    assert routing(deployed).stable == backend.name == "r1"
    assert backend.version == "v1.0.0"
    tasks = [task for task in deployed.swarm.tasks(service.id) if task.serves]
    found = {backend.address, *backend.others}
    if service.spec.one_address:
        assert found == set(service.virtual.values())
    else:
        assert found == {task.addresses[network_name(SHOP)] for task in tasks}
        assert len(found) == 2


def test_an_update_moves_the_gateway_to_the_new_tasks(deployed: SwarmDesk) -> None:
    deployed.deploy("v1.1.0", deployed.deployment().settings)
    (backend,) = routing(deployed).backends
    assert (backend.name, backend.version) == ("r2", "v1.1.0")
    tasks = [task for task in deployed.swarm.tasks(deployed.runs().id) if task.serves]
    if not deployed.runs().spec.one_address:
        addresses = {task.addresses[network_name(SHOP)] for task in tasks}
        assert {backend.address, *backend.others} == addresses


def test_the_gateway_follows_tasks_while_they_are_replaced(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", BY_TASKS)
    before = len(desk.gateway.routed)
    desk.deploy("v1.1.0", BY_TASKS)
    told = [one for _, one in desk.gateway.routed[before:]]
    assert len({(one.backends[0].address, one.backends[0].others) for one in told}) > 1
    assert all(one.stable for one in told)


def test_a_gateway_that_does_not_start_leaves_nothing(desk: SwarmDesk) -> None:
    desk.gateway.does_not_start = "nginx: bad"
    with pytest.raises(GatewayError):
        desk.deploy("v1.0.0", BEHIND)
    assert desk.swarm.services() == ()
    assert desk.swarm.networks == {}
    assert desk.records.deployment(desk.key) is None
    assert not any(one.name == gateway_name(SHOP) for one in desk.engine.list_containers())


def test_a_routing_that_is_not_proved_is_undone(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", BEHIND)
    desk.gateway.does_not_prove = True
    outcome = desk.deploy("v1.1.0", BEHIND)
    assert outcome.restored
    assert isinstance(outcome.problem, GatewayError)
    assert desk.serving() == {desk.versions["v1.0.0"].image}


def test_a_gateway_that_was_removed_by_hand_is_put_back(deployed: SwarmDesk) -> None:
    for one in deployed.engine.list_containers():
        deployed.engine.remove_container(one.id)
    deployed.service.heal(deployed.engine, Job())
    assert routing(deployed).stable == "r1"
    assert any(one.name == gateway_name(SHOP) for one in deployed.engine.list_containers())


def test_tasks_that_were_replaced_meanwhile_are_told(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", BY_TASKS)
    old = routing(desk).backends[0]
    for task in desk.swarm.tasks(desk.runs().id):
        if task.serves:
            desk.swarm.kill(task.id)
    desk.service.scale(desk.engine, desk.key, 2, Job())
    new = routing(desk).backends[0]
    assert not {old.address, *old.others} & {new.address, *new.others}


def test_scaling_is_told_to_the_gateway(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0", BY_TASKS)
    desk.service.scale(desk.engine, desk.key, 3, Job())
    assert len(routing(desk).backends[0].others) == 2
    desk.service.stop(desk.engine, desk.key, Job())
    assert routing(desk).stable == ""


def test_remove_takes_the_gateway_and_the_network_away(deployed: SwarmDesk) -> None:
    stage(deployed, "v1.1.0")
    deployed.service.remove(deployed.engine, deployed.key, Job())
    assert deployed.swarm.services() == ()
    assert deployed.swarm.networks == {}
    assert not any(one.name == gateway_name(SHOP) for one in deployed.engine.list_containers())


# Canaries


def test_a_canary_stands_beside_what_serves(deployed: SwarmDesk) -> None:
    outcome = stage(deployed, "v1.1.0")
    assert outcome.release.kind is ReleaseKind.CANARY
    assert outcome.release.state is ReleaseState.ROLLING
    assert names(deployed) == sorted([service_name(SHOP), canary_name(SHOP)])
    assert deployed.swarm.service(canary_name(SHOP)).spec.ports == ()
    assert [one.name for one in routing(deployed).backends] == ["r1", "r2"]
    assert routing(deployed).stable == "r1"
    assert routing(deployed).split is None
    assert deployed.deployment().current == deployed.versions["v1.0.0"]
    with pytest.raises(ReleaseError, match="canary already"):
        stage(deployed, "v1.2.0")


def test_its_share_grows(deployed: SwarmDesk) -> None:
    release = stage(deployed, "v1.1.0").release.id
    for share in (1_000, 5_000):
        split = Split(f"r{release}", share, salt="x")
        revision = deployed.service.canaries.shift(
            deployed.engine, deployed.key, release, split, Job()
        )
        assert routing(deployed).split == split
        assert revision
    deployed.service.canaries.shift(
        deployed.engine, deployed.key, release, None, Job(), mirrored=True
    )
    assert routing(deployed).mirror == f"r{release}"
    assert routing(deployed).split is None
    with pytest.raises(ReleaseError, match="not there any more"):
        deployed.service.canaries.shift(deployed.engine, deployed.key, 99, None, Job())


def test_promoted_it_serves_everyone(deployed: SwarmDesk) -> None:
    release = stage(deployed, "v1.1.0").release.id
    before = len(deployed.gateway.routed)
    outcome = deployed.service.canaries.promote(deployed.engine, deployed.key, release, Job())
    assert outcome.release.state is ReleaseState.SUCCEEDED
    assert outcome.release.id == release
    assert deployed.deployment().current == deployed.versions["v1.1.0"]
    assert deployed.deployment().canary is None
    assert names(deployed) == [service_name(SHOP)]
    assert deployed.serving() == {deployed.versions["v1.1.0"].image}
    first, *_, last = [one for _, one in deployed.gateway.routed[before:]]
    # While the first service's tasks are replaced nobody is sent there.
    assert first.split is not None
    assert first.split.share == 10_000
    assert (last.stable, last.split) == (f"r{release}", None)
    assert len(last.backends) == 1


def test_aborted_it_leaves_nothing(deployed: SwarmDesk) -> None:
    release = stage(deployed, "v1.1.0").release.id
    ended = deployed.service.canaries.abort(
        deployed.engine, deployed.key, release, "too many errors", Job()
    )
    assert (ended.state, ended.error) == (ReleaseState.ABORTED, "too many errors")
    assert names(deployed) == [service_name(SHOP)]
    assert [one.name for one in routing(deployed).backends] == ["r1"]
    assert deployed.deployment().canary is None


def test_its_own_service_is_followed_until_it_goes(deployed: SwarmDesk) -> None:
    release = stage(deployed, "v1.1.0").release.id
    stream = deployed.service.follow(
        deployed.engine, SHOP, CancelToken(), every_s=0.001, canary=True
    )
    rolling = next(stream)
    assert rolling.service.spec.name == canary_name(SHOP)
    assert rolling.service.spec.image.endswith(deployed.versions["v1.1.0"].digest)
    deployed.service.canaries.abort(deployed.engine, deployed.key, release, "", Job(), "ann")
    assert deployed.history()[0].ended_by == "ann"
    with pytest.raises(ReleaseError, match="canary"):
        next(stream)
    with pytest.raises(ReleaseError, match="canary"):
        next(deployed.service.follow(deployed.engine, SHOP, CancelToken(), canary=True))


def test_a_canary_that_fails_at_its_start_is_told(deployed: SwarmDesk) -> None:
    deployed.versions["bad"] = deployed.add_version("bad", CRASHES)
    outcome = stage(deployed, "bad")
    assert outcome.restored
    assert isinstance(outcome.problem, ContainerFailed)
    assert "code 3" in outcome.problem.message
    assert names(deployed) == [service_name(SHOP)]
    assert deployed.history()[0].state is ReleaseState.RESTORED
    assert deployed.deployment().canary is None


def test_a_canary_that_cannot_be_promoted_goes_on(deployed: SwarmDesk) -> None:
    release = stage(deployed, "v1.1.0").release.id
    split = Split(f"r{release}", 2_500, salt="x")
    deployed.service.canaries.shift(deployed.engine, deployed.key, release, split, Job())
    deployed.swarm.conduct[deployed.versions["v1.1.0"].image] = CRASHES
    with pytest.raises(ContainerFailed):
        deployed.service.canaries.promote(deployed.engine, deployed.key, release, Job())
    assert deployed.deployment().current == deployed.versions["v1.0.0"]
    assert deployed.deployment().canary is not None
    assert deployed.history()[0].state is ReleaseState.ROLLING
    assert deployed.serving() == {deployed.versions["v1.0.0"].image}


def test_a_canary_needs_a_gateway_and_something_that_runs(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    with pytest.raises(ReleaseError, match="no gateway"):
        stage(desk, "v1.1.0")
    desk.deploy("v1.0.0", BEHIND)
    desk.service.stop(desk.engine, desk.key, Job())
    with pytest.raises(ReleaseError, match="does not run"):
        stage(desk, "v1.1.0")


def test_what_a_kill_left_of_a_canary_is_removed(deployed: SwarmDesk) -> None:
    release = stage(deployed, "v1.1.0").release
    # As if it had ended after the deployment was written down, before the last lines.
    done = replace(deployed.deployment(), canary=None)
    deployed.records.save_deployment(done)
    deployed.service.heal(deployed.engine, Job())
    assert names(deployed) == [service_name(SHOP)]
    assert deployed.history()[0].id == release.id
    assert deployed.history()[0].state is ReleaseState.ABORTED


def test_ports_of_machines_are_still_the_swarms_without_a_gateway(desk: SwarmDesk) -> None:
    desk.deploy("v1.0.0")
    (port,) = desk.runs().spec.ports
    assert port.mode is PublishMode.INGRESS

"""A swarm of two machines: two engines, each in a network of its own, joined by a cable."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from docker import APIClient

from modeldesk.core.errors import ReleaseError
from modeldesk.core.swarm.model import Availability, NodeRole, NodeState, PublishMode, SwarmPort
from modeldesk.core.swarm.rolling import Rolling, troubles
from tests.contracts.swarm_contract import Kind, create, serving, until
from tests.engine.bench import connected
from tests.engine.swarm.bench import (
    CAN_RUN,
    NEEDS,
    RealSwarmBench,
    TwoEngines,
    bench_on,
    swarm_of_two,
)
from tests.engine.swarm.desk import SETTINGS, desk_on

pytestmark = pytest.mark.skipif(not CAN_RUN, reason=NEEDS)


@pytest.fixture(scope="module")
def machines(engine_url: str) -> Iterator[TwoEngines]:
    with swarm_of_two(engine_url) as made:
        yield made


@pytest.fixture
def swarm(machines: TwoEngines) -> Iterator[RealSwarmBench]:
    with bench_on(machines.first) as bench:
        yield bench


@pytest.fixture
def image(machines: TwoEngines, swarm: RealSwarmBench) -> str:
    """One that both have."""
    made = swarm.image(Kind.SERVER)
    other: Any = APIClient(machines.second.url)
    try:
        other.load_image(b"".join(swarm.client.get_image(made)))
    finally:
        other.close()
    return made


def look(swarm: RealSwarmBench, service: str) -> Rolling:
    found = swarm.engine.service(service)
    return Rolling(found, swarm.engine.tasks(found.id), swarm.engine.nodes())


def places(rolling: Rolling) -> dict[str, int]:
    """How many tasks each machine has."""
    names = {node.id: node.name for node in rolling.nodes}
    return {names[node]: len(tasks) for node, tasks in rolling.by_node.items()}


def availability(swarm: RealSwarmBench, name: str, wanted: str) -> None:
    node = next(one for one in swarm.client.nodes() if one["Description"]["Hostname"] == name)
    spec = {**node["Spec"], "Availability": wanted}
    swarm.client.update_node(node["ID"], node["Version"]["Index"], spec)


def test_both_are_told_apart(swarm: RealSwarmBench) -> None:
    nodes = until(swarm.engine.nodes, lambda seen: all(one.takes_tasks for one in seen))
    one, two = nodes
    assert (one.name, two.name) == ("one", "two")
    assert (one.role, two.role) == (NodeRole.MANAGER, NodeRole.WORKER)
    assert (one.leader, two.leader) == (True, False)
    assert one.id == swarm.engine.own_node()
    assert (one.address, two.address) == ("10.77.0.1", "10.77.0.2")


def test_tasks_are_spread_and_reach_each_other(swarm: RealSwarmBench, image: str) -> None:
    name = swarm.name()
    swarm.engine.ensure_network(name, {})
    service = create(swarm, image=image, replicas=4, networks=(name,))
    tasks = serving(swarm, service, 4)
    rolling = look(swarm, service)
    assert places(rolling) == {"one": 2, "two": 2}
    here = next(task for task in tasks if task.node == swarm.engine.own_node())
    there = next(task for task in tasks if task.node != here.node)
    made = swarm.client.exec_create(
        here.container, ["ping", "-c", "1", "-W", "5", there.addresses[name]]
    )
    said = swarm.client.exec_start(made["Id"])
    assert swarm.client.exec_inspect(made["Id"])["ExitCode"] == 0, said
    swarm.engine.remove_service(service)


def test_a_port_of_the_machine_is_held_on_each(swarm: RealSwarmBench, image: str) -> None:
    port = SwarmPort(8000, 18434, PublishMode.HOST)
    service = create(swarm, image=image, replicas=2, ports=(port,))
    serving(swarm, service, 2)
    assert places(look(swarm, service)) == {"one": 1, "two": 1}


def test_an_image_of_one_machine_alone_is_refused(
    swarm: RealSwarmBench, machines: TwoEngines
) -> None:
    with connected(machines.first.url) as engine:
        desk = desk_on(engine, swarm)
        with pytest.raises(ReleaseError) as caught:
            desk.deploy(desk.server("v1"), replace(SETTINGS, ports=()))
        assert "two" in caught.value.message
        assert "Push it to a registry" in caught.value.hint


def test_its_tasks_fail_where_the_image_is_not(swarm: RealSwarmBench) -> None:
    service = create(swarm, replicas=2)
    seen = until(
        lambda: look(swarm, service),
        lambda rolling: rolling.last_failure is not None and rolling.ready == 2,
    )
    assert "two has not got the image" in " ".join(
        troubles(replace(seen, tasks=tuple(t for t in seen.tasks if not t.serves)))
    )
    assert places(seen)["one"] == 2


def test_a_drained_machine_gives_its_tasks_away(swarm: RealSwarmBench, image: str) -> None:
    service = create(swarm, image=image, replicas=2)
    serving(swarm, service, 2)
    try:
        availability(swarm, "two", "drain")
        seen = until(
            lambda: look(swarm, service),
            lambda rolling: rolling.complete and places(rolling) == {"one": 2, "two": 0},
        )
        two = next(node for node in seen.nodes if node.name == "two")
        assert two.availability is Availability.DRAIN
        assert troubles(seen) == ("The machine two is drained: its tasks go to others.",)
    finally:
        availability(swarm, "two", "active")


def test_a_machine_that_goes_down_is_told(
    swarm: RealSwarmBench, image: str, machines: TwoEngines
) -> None:
    """The last test here: the machine does not come back."""
    service = create(swarm, image=image, replicas=2)
    serving(swarm, service, 2)
    machines.second.kill()
    seen = until(
        lambda: look(swarm, service),
        lambda rolling: rolling.complete and places(rolling) == {"one": 2, "two": 0},
    )
    two = next(node for node in seen.nodes if node.name == "two")
    assert two.state is NodeState.DOWN
    assert troubles(seen) == ("The machine two is down.",)

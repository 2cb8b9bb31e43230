"""Releases on a real swarm of one machine."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.errors import ContainerFailed, NoSwarm, ReleaseError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import (
    ReleaseState,
)
from modeldesk.core.swarm.model import Membership, UpdateState
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.wanted import service_name
from tests.contracts.swarm_contract import until
from tests.engine.bench import connected
from tests.engine.own_engine import OwnEngine
from tests.engine.swarm.bench import CAN_RUN, NEEDS, RealSwarmBench, own_swarm
from tests.engine.swarm.desk import QUICK, SETTINGS, SHOP, Desk, desk_on

pytestmark = pytest.mark.skipif(not CAN_RUN, reason=NEEDS)


@pytest.fixture
def desk(manager: OwnEngine, swarm: RealSwarmBench) -> Iterator[Desk]:
    with connected(manager.url) as engine:
        made = desk_on(engine, swarm)
        yield made
        with suppress(Exception):
            made.service.remove(engine, made.key, Job())


def test_updates_and_both_ways_back(desk: Desk) -> None:
    first, second, third = (desk.server(f"v{number}") for number in (1, 2, 3))
    assert desk.deploy(first).release.state is ReleaseState.SUCCEEDED
    state = desk.state()
    assert (state.wanted, state.ready, state.updated) == (2, 2, 2)
    assert state.service.spec.image == first.image
    assert len({port.published for task in state.current for port in task.ports}) == 2
    # One after the other, as tasks are replaced for people.
    one_by_one = replace(QUICK, parallelism=1)
    outcome = desk.deploy(second, replace(SETTINGS, swarm=one_by_one))
    assert outcome.release.state is ReleaseState.SUCCEEDED
    assert {task.image for task in desk.state().current} == {second.image}
    back = desk.service.rollback(desk.engine, desk.key, None, "", Job())
    assert back.release.state is ReleaseState.SUCCEEDED
    assert desk.state().service.update is UpdateState.ROLLED_BACK
    assert {task.image for task in desk.state().current} == {first.image}
    assert "swarm roll back" in {one.step for one in desk.records.journal(back.release.id)}
    desk.deploy(third)
    earlier = desk.service.rollback(desk.engine, desk.key, second, "", Job())
    assert {task.image for task in desk.state().current} == {second.image}
    assert "swarm update" in {one.step for one in desk.records.journal(earlier.release.id)}


def test_a_failing_update_is_told_as_restored(desk: Desk) -> None:
    good = desk.server("v1")
    desk.deploy(good)
    bad = desk.version('CMD ["sh", "-c", "echo no weights >&2; exit 3"]', "bad")
    outcome = desk.deploy(bad)
    assert outcome.restored
    assert outcome.release.state is ReleaseState.RESTORED
    assert isinstance(outcome.problem, ContainerFailed)
    assert "ended with code 3" in outcome.problem.message
    assert outcome.problem.detail == "no weights"
    assert "no weights" in desk.records.releases(desk.key)[0].error
    state = desk.state()
    assert {task.image for task in state.current} == {good.image}
    assert state.service.update is UpdateState.ROLLED_BACK


def test_one_that_is_never_healthy_is_told_as_restored(desk: Desk) -> None:
    good = desk.server("v1")
    desk.deploy(good)
    sick = desk.version(
        'STOPSIGNAL SIGKILL\nCMD ["sleep", "3600"]\n'
        "HEALTHCHECK --interval=1s --retries=1 CMD false",
        "sick",
    )
    outcome = desk.deploy(sick)
    assert outcome.restored
    assert outcome.problem is not None
    assert "health check" in outcome.problem.message
    assert {task.image for task in desk.state().current} == {good.image}


def test_a_first_deploy_that_fails_leaves_no_service(desk: Desk) -> None:
    bad = desk.version('CMD ["sh", "-c", "echo no weights >&2; exit 3"]', "bad")
    with pytest.raises(ContainerFailed, match="code 3") as caught:
        desk.deploy(bad)
    assert caught.value.detail == "no weights"
    assert desk.bench.engine.services() == ()


def test_killed_tasks_come_back(desk: Desk) -> None:
    desk.deploy(desk.server("v1"))
    before = desk.state().current
    for task in before:
        desk.bench.kill(task)
    after = until(desk.state, lambda state: state.complete and _none_of(before, state))
    assert {task.slot for task in after.current} == {1, 2}


def test_secrets_reach_the_program_as_files(desk: Desk) -> None:
    reads = desk.version(
        'STOPSIGNAL SIGKILL\nCMD ["sleep", "3600"]\n'
        "HEALTHCHECK --interval=1s CMD grep -q s3cret $TOKEN_FILE",
        "reads",
    )
    settings = replace(SETTINGS, secret_names=("TOKEN",), ports=())
    assert not desk.deploy(reads, settings, TOKEN="s3cret").restored
    assert desk.state().complete


def test_more_replicas_than_the_port_allows_are_told(desk: Desk) -> None:
    held = replace(
        SETTINGS,
        ports=(PortBinding(8000, 18533),),
        health_timeout_s=4,
        swarm=replace(QUICK, replicas=1),
    )
    desk.deploy(desk.server("v1"), held)
    with pytest.raises(ReleaseError) as caught:
        desk.service.scale(desk.engine, desk.key, 2, Job())
    assert "1 of 2" in caught.value.message
    assert "host-mode port already in use" in caught.value.hint
    assert desk.service.scale(desk.engine, desk.key, 1, Job()).ready == 1


def test_stop_start_and_remove(desk: Desk) -> None:
    desk.deploy(desk.server("v1"))
    desk.service.stop(desk.engine, desk.key, Job())
    assert desk.state().current == ()
    desk.service.start(desk.engine, desk.key, Job())
    assert desk.state().ready == 2
    desk.service.remove(desk.engine, desk.key, Job())
    assert desk.bench.engine.services() == ()
    assert service_name(SHOP) not in [one.spec.name for one in desk.bench.engine.services()]


def test_the_rolling_state_is_a_stream(desk: Desk) -> None:
    desk.deploy(desk.server("v1"))
    token, seen = CancelToken(), list[Rolling]()

    def listen() -> None:
        seen.extend(desk.service.follow(desk.engine, SHOP, token, every_s=0.1))

    listener = threading.Thread(target=listen, name="swarm-listener")
    listener.start()
    one_by_one = replace(QUICK, parallelism=1)
    try:
        desk.deploy(desk.server("v2"), replace(SETTINGS, swarm=one_by_one))
        until(lambda: tuple(seen), lambda so_far: so_far[-1].service.update is _DONE)
    finally:
        token.cancel()
        listener.join()
    told = [state.service.update for state in seen]
    assert told[0] is UpdateState.NONE
    assert UpdateState.UPDATING in told
    assert min(state.ready for state in seen) == 2
    assert any(state.updated == 1 for state in seen)


_DONE = UpdateState.COMPLETED


def _none_of(before: tuple[object, ...], state: Rolling) -> bool:
    return not {task.id for task in state.current} & {task.id for task in before}  # type: ignore[attr-defined]


def test_a_swarm_that_was_left_is_told(engine_url: str) -> None:
    with own_swarm(engine_url) as manager, connected(manager.url) as engine:
        from modeldesk.adapters.docker_engine.swarm import swarm_of

        with RealSwarmBench(manager.url, swarm_of(engine)) as bench:
            desk = desk_on(engine, bench)
            desk.deploy(desk.server("v1"))
            bench.client.leave_swarm(force=True)
            assert bench.engine.membership() is Membership.NONE
            for ask in (
                desk.state,
                bench.engine.nodes,
                bench.engine.own_node,
                bench.engine.services,
                bench.engine.secrets,
                lambda: desk.service.scale(engine, desk.key, 1, Job()),
            ):
                with pytest.raises(NoSwarm) as caught:
                    ask()
                assert "swarm" in caught.value.message
                assert caught.value.hint
            assert desk.service.deployments(desk.key.engine) != ()
            bench.client.init_swarm(advertise_addr="10.77.0.1", listen_addr="10.77.0.1")

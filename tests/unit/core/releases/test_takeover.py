"""A deployment of before there were gateways: its container owns the ports until its next release,
in which alone there is a moment without answers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modeldesk.core.containers.model import ContainerSpec, Health
from modeldesk.core.errors import (
    Cancelled,
    ContainerFailed,
    EngineUnavailable,
    GatewayError,
    NothingRuns,
    PortTaken,
    ReleaseError,
)
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    JournalEntry,
    Release,
    ReleaseState,
    StepPhase,
)
from modeldesk.core.releases.recovery import LeftOpen, left_text
from modeldesk.core.releases.tools import release_label
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.releases.desk import SHOP, SICK, Desk, Killed

SLOW = Behaviour(health=(*(Health.STARTING,) * 3, Health.HEALTHY))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.run_as_before("v1.0.0")
    yield made
    made.database.close()


def owner_runs(desk: Desk) -> bool:
    """Whether the container that owns the ports runs."""
    return any(one.running and one.ports for one in desk.containers())


def assert_as_before(desk: Desk) -> None:
    """The container of before owns the ports, and nothing is there beside it."""
    (container,) = desk.containers()
    assert container.running
    assert container.ports
    assert desk.deployment().container == container.id
    assert desk.gateways() == []
    assert desk.engine.networks.by_name == {}
    assert desk.records.unfinished_releases() == ()


def act_after_stop(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, act: Callable[[ContainerId], object]
) -> None:
    """`act` as soon as a release has stopped what ran."""
    stop = desk.engine.stop_container

    def stop_and_act(container: ContainerId, *given: Any) -> None:
        stop(container, *given)
        act(container)

    monkeypatch.setattr(desk.engine, "stop_container", stop_and_act)


@pytest.fixture
def stuck(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> NothingRuns:
    """Another program took the port while neither the container nor the gateway had it."""
    with monkeypatch.context() as meanwhile:
        act_after_stop(desk, meanwhile, lambda _: desk.engine.taken_ports.add(5000))
        with pytest.raises(NothingRuns) as caught:
            desk.deploy("v1.1.0")
    assert not owner_runs(desk)
    return caught.value


def newest(desk: Desk) -> Release:
    return desk.history()[0]


def test_its_next_release_puts_it_behind_a_gateway(desk: Desk) -> None:
    lines: list[str] = []
    desk.deploy("v1.1.0", job=Job(log=lines.append))
    desk.assert_serves("v1.1.0")
    assert lines == [
        "Preparing v1.1.0",
        "Starting v1.1.0 beside what runs",
        "Stopping what owns the ports",
        "Giving the ports to the gateway: nobody answers for a moment",
        "Writing it down",
        "Cleaning up",
    ]
    # The container of before can't stand behind a gateway; its version can be gone back to.
    assert desk.deployment().kept == ()
    desk.rollback()
    desk.assert_serves("v1.0.0")


def test_until_then_it_is_looked_at_stopped_and_removed_as_it_is(desk: Desk) -> None:
    assert desk.service.heal(desk.engine, Job()).mended == ()
    assert not desk.service.recover(desk.engine, Job()).changes
    assert_as_before(desk)
    desk.service.stop(desk.engine, desk.key, Job())
    assert not owner_runs(desk)
    desk.service.remove(desk.engine, desk.key, Job())
    desk.assert_agrees()


def test_once_it_was_stopped_its_start_puts_it_behind_a_gateway(desk: Desk) -> None:
    desk.service.stop(desk.engine, desk.key, Job())
    desk.service.start(desk.engine, desk.key, Job())
    desk.assert_serves("v1.0.0")


def test_a_target_that_is_sick_is_no_reason_to_stop_what_runs(desk: Desk) -> None:
    desk.engine.behaves(desk.versions["v1.1.0"].image, SICK)
    stops = desk.engine.calls.get("stop_container", 0)
    outcome = desk.deploy("v1.1.0")
    assert isinstance(outcome.problem, ContainerFailed)
    assert desk.engine.calls.get("stop_container", 0) == stops
    assert_as_before(desk)


def test_a_gateway_that_does_not_start_gives_the_ports_back(desk: Desk) -> None:
    desk.gateway.does_not_start = "no nginx"
    outcome = desk.deploy("v1.1.0")
    assert isinstance(outcome.problem, GatewayError)
    assert_as_before(desk)
    assert newest(desk).state is ReleaseState.RESTORED


def test_that_nothing_runs_is_said(desk: Desk, stuck: NothingRuns) -> None:
    assert stuck.message.startswith("“shop” runs nothing now: Port 5000")
    assert "v1.0.0 is started again as soon as" in stuck.hint
    assert newest(desk).state is ReleaseState.RUNNING
    assert "Port 5000" in newest(desk).error


@pytest.mark.usefixtures("stuck")
def test_it_is_tried_again_until_it_can_be_done(desk: Desk) -> None:
    for _ in range(2):
        recovered = desk.service.recover(desk.engine, Job())
        assert recovered.healed == ()
        (left,) = recovered.left
        assert isinstance(left.problem, PortTaken)
        assert left.release.id == newest(desk).id
    desk.engine.taken_ports.clear()
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.RESTORED
    assert "Port 5000" in healed.error
    assert_as_before(desk)
    assert not desk.service.recover(desk.engine, Job()).changes


@pytest.mark.usefixtures("stuck")
def test_one_that_can_not_be_undone_does_not_keep_others_waiting(desk: Desk) -> None:
    other = replace(newest(desk), deployment=DeploymentName("till"))
    desk.records.add_release(other)
    recovered = desk.service.recover(desk.engine, Job())
    assert [release.deployment for release in recovered.healed] == ["till"]
    assert [left.release.deployment for left in recovered.left] == ["shop"]


@pytest.mark.usefixtures("stuck")
def test_what_a_person_stops_afterwards_stays_stopped(desk: Desk) -> None:
    desk.engine.taken_ports.clear()
    desk.service.stop(desk.engine, desk.key, Job())
    assert newest(desk).state is ReleaseState.FAILED
    assert desk.service.recover(desk.engine, Job()).healed == ()
    assert not owner_runs(desk)


@pytest.mark.usefixtures("stuck")
@pytest.mark.parametrize(
    ("act", "serves"),
    [
        (lambda desk: desk.service.start(desk.engine, desk.key, Job()), "v1.0.0"),
        (lambda desk: desk.deploy("v1.2.0"), "v1.2.0"),
        (lambda desk: desk.rollback("v1.1.0"), "v1.1.0"),
    ],
    ids=["start", "deploy", "rollback"],
)
def test_whoever_decides_anew_ends_it(
    desk: Desk, act: Callable[[Desk], object], serves: str
) -> None:
    desk.engine.taken_ports.clear()
    act(desk)
    desk.assert_serves(serves)
    states = [release.state for release in desk.history()]
    assert states == [ReleaseState.SUCCEEDED, ReleaseState.FAILED, ReleaseState.SUCCEEDED]


@pytest.mark.usefixtures("stuck")
def test_an_open_release_of_long_ago_starts_nothing(desk: Desk) -> None:
    """As an older program has left it: another version since, and stopped on purpose."""
    open_one = newest(desk)
    desk.engine.taken_ports.clear()
    desk.deploy("v1.2.0")
    desk.service.stop(desk.engine, desk.key, Job())
    desk.records.finish_release(open_one)
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.id == open_one.id
    assert not any(one.running for one in (*desk.containers(), *desk.gateways()))


def leave_open(desk: Desk, *steps: str) -> Release:
    """A release that an older program was killed in, after these steps: what ran is stopped, and
    its own container is there."""
    container = desk.deployment().container
    assert container is not None
    began = replace(newest(desk), target=desk.versions["v1.1.0"], state=ReleaseState.RUNNING)
    release = replace(began, id=desk.records.add_release(began))
    for number, step in enumerate(steps):
        which = container if step == "stop previous" else None
        entry = JournalEntry(release.id, number, step, StepPhase.STARTED, which, desk.now())
        desk.records.write_journal(entry)
    labels = {DEPLOYMENT_LABEL: SHOP, RELEASE_LABEL: release_label(release)}
    desk.engine.create_container(ContainerSpec(release.target.image, labels=labels))
    desk.engine.stop_container(container)
    return release


def test_what_an_older_program_left_open_is_undone(desk: Desk) -> None:
    release = leave_open(desk, "rehearse", "create", "stop previous", "start")
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert (healed.id, healed.state) == (release.id, ReleaseState.RESTORED)
    assert_as_before(desk)


def test_what_an_older_program_found_stopped_stays_so(desk: Desk) -> None:
    leave_open(desk, "create", "stop previous", "start")
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.FAILED
    assert not owner_runs(desk)
    assert len(desk.containers()) == 1


def test_what_an_older_program_had_recorded_is_finished(desk: Desk) -> None:
    before = desk.deployment().container
    release = leave_open(desk, "rehearse", "create", "stop previous", "start", "record")
    label = release_label(release)
    made = next(one for one in desk.containers() if one.labels[RELEASE_LABEL] == label)
    desk.engine.start_container(made.id)
    desk.records.save_deployment(
        replace(desk.deployment(), container=made.id, current=release.target)
    )
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.SUCCEEDED
    assert [one.id for one in desk.containers()] == [made.id]
    assert before != made.id


def test_an_engine_that_is_gone_says_so_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    act_after_stop(desk, monkeypatch, lambda _: desk.engine.stop())
    with pytest.raises(EngineUnavailable):
        desk.deploy("v1.1.0")
    desk.engine.come_back()
    assert [one.state for one in desk.service.recover(desk.engine, Job()).healed] == [
        ReleaseState.RESTORED
    ]
    assert_as_before(desk)


def crash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ends just when it has stopped what ran."""

    def die(*_: object) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(desk.engine, "list_containers", die)
        raise Killed

    act_after_stop(desk, monkeypatch, die)
    with pytest.raises(Killed):
        desk.deploy("v1.1.0")
    monkeypatch.undo()
    assert not owner_runs(desk)


def owner(desk: Desk) -> Any:
    """The container that owns the ports, as the fake engine has it."""
    container = desk.deployment().container
    assert container is not None
    return desk.engine._containers[container]


def test_put_right_is_said_once_it_is_well(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crash(desk, monkeypatch)
    owner(desk).behaviour = SLOW
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.RESTORED
    assert owner(desk).health is Health.HEALTHY


def test_what_runs_again_but_is_not_well_is_not_called_put_right(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(desk, monkeypatch)
    owner(desk).behaviour = SICK
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.FAILED
    assert healed.error.startswith("v1.0.0 did not become healthy")


def test_a_release_that_failed_says_that_what_ran_before_is_not_well(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sicken(_: ContainerId) -> None:
        owner(desk).behaviour = SICK

    act_after_stop(desk, monkeypatch, sicken)
    desk.gateway.does_not_start = "no nginx"
    with pytest.raises(ReleaseError, match="What ran before was started again") as caught:
        desk.deploy("v1.1.0")
    assert "The gateway did not start." in caught.value.message
    assert "v1.0.0 did not become healthy" in caught.value.message
    assert newest(desk).state is ReleaseState.FAILED


def test_a_cancel_waits_until_what_ran_before_is_well(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = CancelToken()
    act_after_stop(desk, monkeypatch, lambda _: token.cancel())
    owner(desk).behaviour = SLOW
    with pytest.raises(Cancelled):
        desk.service.rollback(desk.engine, desk.key, desk.versions["v1.1.0"], "", Job(token))
    assert newest(desk).state is ReleaseState.RESTORED
    assert owner(desk).health is Health.HEALTHY
    assert_as_before(desk)


def test_what_can_not_be_undone_yet_is_said(desk: Desk) -> None:
    problem = EngineUnavailable("The engine is busy.")
    first = newest(desk)
    waits = "The release of v1.0.0 for shop can’t be undone yet: The engine is busy."
    assert left_text(LeftOpen(first, problem)) == waits
    later = replace(first, previous=desk.versions["v1.1.0"])
    assert left_text(LeftOpen(later, problem)) == (
        "shop may run nothing: v1.1.0 can’t be started again yet. The engine is busy."
    )
    assert left_text(LeftOpen(later, problem, serves=True)) == waits

"""A release that can't be undone at once: what is said, and what happens until it can."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modeldesk.core.containers.model import Health
from modeldesk.core.errors import (
    Cancelled,
    EngineUnavailable,
    NothingRuns,
    PortTaken,
    ReleaseError,
)
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import Release, ReleaseState
from modeldesk.core.releases.recovery import LeftOpen, left_text
from tests.fakes.engine_containers import Behaviour
from tests.unit.core.releases.test_service import SICK, Desk

SLOW = Behaviour(health=(*(Health.STARTING,) * 3, Health.HEALTHY))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.deploy("v1.0.0")
    yield made
    made.database.close()


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
    """Another program took the port while neither version had it."""
    with monkeypatch.context() as meanwhile:
        act_after_stop(desk, meanwhile, lambda _: desk.engine.taken_ports.add(5000))
        with pytest.raises(NothingRuns) as caught:
            desk.deploy("v1.1.0")
    assert desk.serving() == []
    return caught.value


def newest(desk: Desk) -> Release:
    return desk.history()[0]


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
    desk.assert_serves_only("v1.0.0")
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
    assert desk.serving() == []


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
    desk.assert_serves_only(serves)
    assert desk.records.unfinished_releases() == ()
    states = [release.state for release in desk.history()]
    assert states == [ReleaseState.SUCCEEDED, ReleaseState.FAILED, ReleaseState.SUCCEEDED]


@pytest.mark.usefixtures("stuck")
def test_an_open_release_of_long_ago_starts_nothing(desk: Desk) -> None:
    """As an older program has left it: stopped on purpose after it, or another version since."""
    open_one = newest(desk)
    desk.engine.taken_ports.clear()
    desk.deploy("v1.2.0")
    desk.service.stop(desk.engine, desk.key, Job())
    desk.records.finish_release(open_one)
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.id == open_one.id
    assert desk.serving() == []


@pytest.mark.usefixtures("stuck")
def test_what_the_release_did_not_stop_is_not_started(desk: Desk) -> None:
    (stopped,) = desk.containers()
    other = desk.engine.create_container(
        replace(desk.engine._containers[stopped.id].spec, name="another")
    )
    desk.records.save_deployment(replace(desk.deployment(), container=other))
    desk.engine.taken_ports.clear()
    desk.service.recover(desk.engine, Job())
    assert desk.serving() == []


def test_an_engine_that_is_gone_says_so_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    act_after_stop(desk, monkeypatch, lambda _: desk.engine.stop())
    with pytest.raises(EngineUnavailable):
        desk.deploy("v1.1.0")
    desk.engine.come_back()
    assert [one.state for one in desk.service.recover(desk.engine, Job()).healed] == [
        ReleaseState.RESTORED
    ]
    desk.assert_serves_only("v1.0.0")


def crash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ends just when it has stopped what ran."""

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(desk.engine, "list_containers", die)
        raise Killed

    act_after_stop(desk, monkeypatch, die)
    with pytest.raises(Killed):
        desk.deploy("v1.1.0")
    monkeypatch.undo()
    assert desk.serving() == []


def test_put_right_is_said_once_it_is_well(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    crash(desk, monkeypatch)
    container = desk.deployment().container
    assert container is not None
    desk.engine._containers[container].behaviour = SLOW
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.RESTORED
    assert desk.engine._containers[container].health is Health.HEALTHY


def test_what_runs_again_but_is_not_well_is_not_called_put_right(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(desk, monkeypatch)
    container = desk.deployment().container
    assert container is not None
    desk.engine._containers[container].behaviour = SICK
    (healed,) = desk.service.recover(desk.engine, Job()).healed
    assert healed.state is ReleaseState.FAILED
    assert healed.error.startswith("v1.0.0 did not become healthy")


def test_a_release_that_failed_says_that_what_ran_before_is_not_well(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = desk.versions["v1.1.0"]

    def sicken(stopped: ContainerId) -> None:
        for container in desk.engine._containers.values():
            if container.id == stopped or container.image == target.image:
                container.behaviour = SICK

    act_after_stop(desk, monkeypatch, sicken)
    with pytest.raises(ReleaseError, match="What ran before was started again") as caught:
        desk.deploy("v1.1.0")
    assert "v1.1.0 did not become healthy" in caught.value.message
    assert "v1.0.0 did not become healthy" in caught.value.message
    assert newest(desk).state is ReleaseState.FAILED


def test_a_cancel_waits_until_what_ran_before_is_well(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = CancelToken()
    act_after_stop(desk, monkeypatch, lambda _: token.cancel())
    container = desk.deployment().container
    assert container is not None
    desk.engine._containers[container].behaviour = SLOW
    with pytest.raises(Cancelled):
        desk.service.rollback(desk.engine, desk.key, desk.versions["v1.1.0"], "", Job(token))
    assert newest(desk).state is ReleaseState.RESTORED
    assert desk.engine._containers[container].health is Health.HEALTHY


def test_what_runs_is_not_started_again(desk: Desk) -> None:
    container = desk.deployment().container
    outcome = desk.service.start(desk.engine, desk.key, Job())
    assert outcome.problem is None
    assert outcome.release == newest(desk)
    assert desk.deployment().container == container
    assert len(desk.history()) == 1


def test_a_first_release_that_can_not_be_undone_is_said(desk: Desk) -> None:
    problem = EngineUnavailable("The engine is busy.")
    first = newest(desk)
    assert left_text(LeftOpen(first, problem)) == (
        "The release of v1.0.0 for shop can’t be undone yet: The engine is busy."
    )
    later = replace(first, previous=desk.versions["v1.1.0"])
    assert left_text(LeftOpen(later, problem)) == (
        "shop may run nothing: v1.1.0 can’t be started again yet. The engine is busy."
    )

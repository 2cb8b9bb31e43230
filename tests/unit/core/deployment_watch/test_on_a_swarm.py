"""What is wrong with a deployment on a swarm, by what its managers say; and what helps."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.deployment_watch.look import ASK_GATEWAY_S, Looker
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy
from modeldesk.core.deployment_watch.remedies import Remedies
from modeldesk.core.deployments.service import EveryDeployment
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.swarm import following
from modeldesk.core.swarm.model import Availability, FailureAction, NodeState
from tests.unit.core.deployment_watch.bench import FakeFollowed, problems
from tests.unit.core.swarm.desk import CRASHES, QUICK, SETTINGS, SHOP, SwarmDesk

BEHIND = replace(
    SETTINGS, ports=(PortBinding(8000, 8080),), swarm=replace(QUICK, gateway=True, monitor_s=0)
)


class Watched(SwarmDesk):
    """A desk that is looked at."""

    def __init__(self, *machines: str) -> None:
        super().__init__(*machines)
        self.every = EveryDeployment(
            ReleaseService(
                self.records,
                lambda _: self.gateway,
                lambda _engine, _job: self.gateway_image,
                self.locks,
                lambda: "ana",
                self.service_time,
            ),
            self.service,
        )
        self.ticks = 0.0
        self.looker = Looker(self.every, self.service.state, FakeFollowed(), lambda: self.ticks)
        self.remedies = Remedies(
            self.every, lambda _event: None, lambda: "ana", lambda: datetime.now(UTC)
        )

    def look(self) -> tuple[Finding, ...]:
        self.ticks += ASK_GATEWAY_S
        return self.looker.look(self.engine, Changes(), CancelToken())

    def found(self) -> Finding:
        (found,) = self.look()
        return found

    def help(self, remedy: Remedy) -> None:
        self.remedies.take(self.engine, self.found(), remedy, Job())


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Watched:
    monkeypatch.setattr(following, "_PAUSE_S", 0.001)
    made = Watched("one", "two")
    for name in made.versions:
        digest = "sha256:" + name[1:].replace(".", "") * 21 + "0"
        made.versions[name] = made.add_version(name, made.swarm.conduct[made.versions[name].image],
                                               digest)  # fmt: skip
    made.deploy("v1.0.0", BEHIND)
    return made


def test_what_is_well(desk: Watched) -> None:
    assert desk.look() == ()


def test_one_that_is_stopped_is_no_news(desk: Watched) -> None:
    desk.service.stop(desk.engine, desk.key, Job())
    desk.swarm.remove_service(desk.runs().id)
    assert desk.look() == ()


def test_a_service_that_went(desk: Watched) -> None:
    desk.swarm.remove_service(desk.runs().id)
    found = desk.found()
    assert found.problem is Problem.SERVICE_GONE
    assert "not in the swarm any more" in found.detail
    assert found.remedies == (Remedy.RUN_AGAIN,)
    desk.help(Remedy.RUN_AGAIN)
    assert desk.look() == ()


def test_a_swarm_that_was_left(desk: Watched) -> None:
    desk.swarm.leave()
    found = desk.found()
    assert found.problem is Problem.SERVICE_GONE
    assert "swarm" in found.detail


def test_replicas_that_are_missing(desk: Watched) -> None:
    desk.deploy("v1.1.0", BEHIND)
    desk.swarm.stands_still = True
    task = next(one for one in desk.swarm.tasks(desk.runs().id) if one.serves)
    desk.swarm.kill(task.id, 9)
    found = desk.found()
    assert found.problem is Problem.REPLICAS_MISSING
    assert found.text == "1 of 2 tasks of shop are ready."
    assert "ended with code 9" in found.detail
    assert found.remedies == (Remedy.ROLL_BACK,)
    assert found.target == desk.versions["v1.0.0"]
    desk.swarm.stands_still = False
    desk.help(Remedy.ROLL_BACK)
    assert desk.serving() == {"registry.lan/team/rec@" + desk.versions["v1.0.0"].digest}
    assert desk.look() == ()


def test_a_machine_that_went_down(desk: Watched) -> None:
    desk.swarm.set_node("two", NodeState.DOWN)
    desk.service.scale(desk.engine, desk.key, 2, Job())
    found = desk.found()
    assert found.problem is Problem.MACHINE_DOWN
    assert not found.problem.grave
    assert found.detail == "The machine two is down."
    assert found.remedies == ()
    desk.swarm.set_node("two", NodeState.READY, Availability.DRAIN)
    assert desk.look() == ()


def test_an_update_that_the_swarm_has_stopped(desk: Watched) -> None:
    service = desk.runs()
    paused = replace(service.spec.update, failure_action=FailureAction.PAUSE)
    bad = desk.add_version("bad", CRASHES)
    desk.swarm.update_service(service, replace(service.spec, image=bad.image, update=paused))
    desk.service.follow(desk.engine, SHOP, CancelToken())
    for _ in range(40):
        desk.swarm.service(service.id)
        desk.swarm.tasks(service.id)
    assert Problem.UPDATE_STOPPED in problems(desk.look())
    stopped = next(one for one in desk.look() if one.problem is Problem.UPDATE_STOPPED)
    assert stopped.remedies == (Remedy.REPLACE,)
    desk.remedies.take(desk.engine, stopped, Remedy.REPLACE, Job())
    assert desk.look() == ()


def test_an_update_that_the_swarm_took_back(desk: Watched) -> None:
    """By hand: what the records say was deployed is not what runs."""
    desk.deploy("v1.1.0", BEHIND)
    desk.swarm.roll_back_service(desk.runs())
    for _ in range(40):
        desk.swarm.service(desk.runs().id)
        desk.swarm.tasks(desk.runs().id)
    found = desk.found()
    assert found.problem is Problem.UPDATE_UNDONE
    assert found.text == "The swarm took shop back from v1.1.0 to what ran before."
    desk.help(Remedy.REPLACE)
    assert desk.look() == ()


def test_our_own_rollback_is_no_news(desk: Watched) -> None:
    desk.deploy("v1.1.0", BEHIND)
    desk.rollback()
    assert desk.look() == ()


def test_a_gateway_that_went(desk: Watched) -> None:
    gateway = next(one for one in desk.engine.list_containers() if one.name == gateway_name(SHOP))
    desk.engine.remove_container(gateway.id)
    assert problems(desk.look()) == [Problem.GATEWAY_GONE]
    desk.help(Remedy.RUN_AGAIN)
    assert desk.look() == ()

"""Canaries by their service, on a swarm in memory: what a deployment runs as says who does it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modeldesk.core.canary.model import Phase, RolloutPlan, VersionNumbers
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.canary.traffic import ReleaseTraffic
from modeldesk.core.containers.model import PortBinding
from modeldesk.core.deployments.service import EveryDeployment
from modeldesk.core.errors import ContainerFailed
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ReleaseState
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.swarm import following
from modeldesk.core.swarm.wanted import canary_name, service_name
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.unit.core.canary.rollouts import BAD, GOOD, measured
from tests.unit.core.releases.desk import Killed, Life, Mortal
from tests.unit.core.swarm.desk import CRASHES, QUICK, SETTINGS, SHOP, SwarmDesk

PLAN = RolloutPlan(steps=(2_000, 5_000, 10_000), window_s=10.0, least_requests=10)
BEHIND = replace(SETTINGS, ports=(PortBinding(8000, 8080),))
OLD, NEW = "v1.0.0", "v1.1.0"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_PAUSE_S", 0.001)


class Counter(SwarmDesk):
    """A desk with canaries, of which one deployment stands behind a gateway."""

    def __init__(self, monitor_s: float = 0) -> None:
        super().__init__()
        self.rollouts = FakeRolloutRecords()
        self.later = timedelta()
        settings = replace(QUICK, gateway=True, monitor_s=monitor_s)
        self.deploy(OLD, replace(BEHIND, swarm=settings))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    def every(self, life: Life | None = None) -> EveryDeployment:
        """Both services; with a life, on what dies with it."""
        records: Any = Mortal(self.records, life) if life else self.records
        swarm: Any = Mortal(self.swarm, life) if life else self.swarm
        gateway: Any = Mortal(self.gateway, life) if life else self.gateway
        containers = ReleaseService(
            records,
            lambda _: gateway,
            lambda _engine, _job: self.gateway_image,
            self.locks,
            lambda: "ana",
            self.now,
        )
        swarms = self.service_with(records, swarm)
        return EveryDeployment(containers, swarms)

    def canaries(self, life: Life | None = None) -> CanaryService:
        traffic = ReleaseTraffic(self.engine, self.every(life), self.locks)
        rollouts: Any = Mortal(self.rollouts, life) if life else self.rollouts
        return CanaryService(rollouts, traffic, lambda: "ana", self.now)

    def traffic(self) -> ReleaseTraffic:
        return ReleaseTraffic(self.engine, self.every(), self.locks)

    def go(self, service: CanaryService, numbers: VersionNumbers) -> None:
        """From wherever it is to the end."""
        if not self.rollouts.rollouts(self.key):
            service.start(self.key, self.versions[NEW], PLAN, "try it", Job())
        for _ in range(40):
            last = self.rollouts.rollouts(self.key)[0]
            if not last.open:
                return
            self.later += timedelta(seconds=4)
            service.tick(last.id, measured(numbers), Job())

    def shares(self) -> list[int]:
        """Those that the canary had, in turn."""
        found = [one.split.share if one.split else 0 for _, one in self.gateway.routed]
        return [one for one, before in zip(found, [None, *found], strict=False) if one != before]

    def names(self) -> list[str]:
        return [one.spec.name for one in self.swarm.services()]

    def assert_ended(self, phase: Phase, version: str) -> None:
        """All agree that it did so, and nothing is left of it."""
        (rollout,) = self.rollouts.rollouts(self.key)
        assert rollout.phase is phase
        assert self.names() == [service_name(SHOP)]
        assert self.serving() == {self.versions[version].image}
        deployment = self.deployment()
        assert deployment.canary is None
        assert deployment.current == self.versions[version]
        routing = self.gateway.routing(SHOP)
        assert routing is not None
        assert [one.version for one in routing.backends] == [version]
        assert routing.split is None
        state = ReleaseState.SUCCEEDED if phase is Phase.PROMOTED else ReleaseState.ABORTED
        assert self.history()[0].state is state
        assert self.records.unfinished_releases() == ()


def test_its_whole_course_to_the_promotion() -> None:
    counter = Counter()
    service = counter.canaries()
    begun = service.start(counter.key, counter.versions[NEW], PLAN, "try it", Job())
    assert counter.names() == sorted([service_name(SHOP), canary_name(SHOP)])
    assert counter.history()[0].state is ReleaseState.ROLLING
    assert counter.traffic().rolling(counter.key) == (begun.release, counter.versions[NEW])
    assert counter.traffic().problem(begun) == ""
    routed = counter.gateway.applied(gateway_spec(counter.deployment()))
    assert counter.traffic().revision(counter.key) == routed
    counter.go(service, GOOD)
    # For as long as the first service's tasks are replaced, the canary's have all callers.
    assert counter.shares() == [0, 2_000, 5_000, 10_000, 0]
    counter.assert_ended(Phase.PROMOTED, NEW)


def test_one_whose_numbers_are_bad_is_taken_back() -> None:
    counter = Counter()
    counter.go(counter.canaries(), BAD)
    counter.assert_ended(Phase.ABORTED, OLD)
    assert counter.history()[0].error.startswith("30 % of 1,000 requests failed")


def test_paused_resumed_skipped_and_aborted_by_a_person() -> None:
    counter = Counter()
    service = counter.canaries()
    service.start(counter.key, counter.versions[NEW], PLAN, "", Job())
    service.pause(counter.key, "", Job())
    service.resume(counter.key, Job())
    service.skip(counter.key, Job())
    assert counter.shares()[-1] == 5_000
    service.abort(counter.key, "a person said so", Job())
    counter.assert_ended(Phase.ABORTED, OLD)


def test_one_that_crashes_before_it_is_ready_leaves_nothing() -> None:
    counter = Counter(monitor_s=0.05)
    counter.swarm.conduct[counter.versions[NEW].image] = CRASHES
    service = counter.canaries()
    with pytest.raises(ContainerFailed, match="ended with code 3"):
        service.start(counter.key, counter.versions[NEW], PLAN, "", Job())
    assert counter.names() == [service_name(SHOP)]
    assert counter.serving() == {counter.versions[OLD].image}


@pytest.mark.parametrize(
    ("numbers", "end", "serves"), [(GOOD, Phase.PROMOTED, NEW), (BAD, Phase.ABORTED, OLD)]
)
def test_a_kill_at_any_moment_loses_nothing(
    numbers: VersionNumbers, end: Phase, serves: str
) -> None:
    """Between any two calls of the swarm, the gateway, or the records of both."""
    for calls in range(1, 2_000):
        counter = Counter()
        killed = False
        try:
            counter.go(counter.canaries(Life(calls)), numbers)
        except Killed:
            killed = True
        finally:
            counter.locks.held.clear()
        every = counter.every()
        assert every.recover(counter.engine, Job()).left == ()
        service = counter.canaries()
        service.recover(Job())
        every.heal(counter.engine, Job())
        counter.go(service, numbers)
        try:
            counter.assert_ended(end, serves)
        except AssertionError as error:
            raise AssertionError(f"killed after {calls} calls") from error
        if not killed:
            break
    else:
        pytest.fail("it never came to its end in one life")
    assert calls > 40

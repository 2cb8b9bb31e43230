"""Canaries over the releases of an engine in memory, with callers, kills and all."""

import time
from datetime import timedelta

import pytest

from modeldesk.core.canary.model import Phase, Rollout, RolloutPlan, VersionNumbers
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.canary.traffic import ReleaseTraffic
from modeldesk.core.canary.watch import CanaryWatch
from modeldesk.core.gateway.ports import GatewayAnswer
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import ReleaseState
from modeldesk.core.releases.service import ReleaseService
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.unit.core.canary.rollouts import BAD, GOOD, measured
from tests.unit.core.canary.test_following import until
from tests.unit.core.releases.desk import SHOP, Desk, Life, Mortal, killed_after

PLAN = RolloutPlan(steps=(2_000, 10_000), window_s=10.0, least_requests=10)
OLD, NEW = "v1.0.0", "v1.1.0"


class Counter(Desk):
    """A desk with canaries."""

    def __init__(self) -> None:
        super().__init__()
        self.rollouts = FakeRolloutRecords()
        self.deploy(OLD)

    def canaries(
        self,
        engine: object = None,
        releases: ReleaseService | None = None,
        records: object = None,
    ) -> CanaryService:
        traffic = self.traffic(engine, releases)
        return CanaryService(
            records or self.rollouts,  # type: ignore[arg-type]
            traffic,
            lambda: "ana",
            self.now,
        )

    def traffic(
        self, engine: object = None, releases: ReleaseService | None = None
    ) -> ReleaseTraffic:
        return ReleaseTraffic(
            engine or self.engine,  # type: ignore[arg-type]
            releases or self.service,
            self.locks,
        )

    def begin(self, service: CanaryService, plan: RolloutPlan = PLAN) -> Rollout:
        return service.start(self.key, self.versions[NEW], plan, "try it", Job())

    def go(self, service: CanaryService, numbers: VersionNumbers) -> None:
        """From wherever it is to the end."""
        if not self.rollouts.rollouts(self.key):
            self.begin(service)
        for _ in range(30):
            last = self.rollouts.rollouts(self.key)[0]
            if not last.open:
                return
            self.later += timedelta(seconds=4)
            service.tick(last.id, measured(numbers), Job())


def test_a_canary_that_somebody_paused_on_the_engine_is_not_well() -> None:
    counter = Counter()
    begun = counter.begin(counter.canaries())
    assert counter.traffic().problem(begun) == ""
    (canary,) = (one for one in counter.containers() if one.image_id == begun.target.image)
    counter.engine.pause(canary.id)
    assert counter.traffic().problem(begun) == "v1.1.0 is paused on the engine and answers nobody."


@pytest.mark.parametrize(
    ("numbers", "end", "serves"), [(GOOD, Phase.PROMOTED, NEW), (BAD, Phase.ABORTED, OLD)]
)
def test_a_kill_at_any_moment_loses_nothing(
    numbers: VersionNumbers, end: Phase, serves: str
) -> None:
    """Between any two calls of the engine, the gateway, or the records of both."""

    def life(counter: Counter, calls: int) -> bool:
        def act(engine: object, releases: ReleaseService) -> None:
            mortal = Mortal(counter.rollouts, Life(calls))
            counter.go(counter.canaries(engine, releases, mortal), numbers)

        return killed_after(counter, calls, act)

    for calls in range(1, 2_000):
        counter = Counter()
        killed = life(counter, calls)
        counter.service.recover(counter.engine, Job())
        service = counter.canaries()
        service.recover(Job())
        counter.go(service, numbers)
        ended = counter.rollouts.rollouts(counter.key)
        assert [one.phase for one in ended] == [end], calls
        counter.assert_serves(serves)
        states = [one.state for one in counter.history()]
        assert ReleaseState.ROLLING not in states
        assert states.count(ReleaseState.ABORTED) == (end is Phase.ABORTED)
        if not killed:
            break
    else:
        pytest.fail("it never came to its end in one life")


def test_callers_of_a_bad_one_get_the_stable_one_again_by_themselves() -> None:
    counter = Counter()
    counter.gateway.answers[NEW] = GatewayAnswer(500, b"", 0.01)
    service = counter.canaries()
    watch = CanaryWatch(service, counter.traffic(), counter.now)
    begun = counter.begin(service)
    watch.start()
    try:
        until(lambda: _calls(counter) and not service.open_rollouts())
    finally:
        watch.stop()
    ended = counter.rollouts.rollout(begun.id)
    assert ended is not None
    assert ended.phase is Phase.ABORTED
    assert "failed (5xx or no answer)" in ended.why
    counter.assert_serves(OLD)
    assert {counter.answers(f"caller {n}") for n in range(50)} == {OLD}


def test_a_canary_killed_outright_is_taken_back_and_no_caller_notices() -> None:
    counter = Counter()
    service = counter.canaries()
    watch = CanaryWatch(service, counter.traffic(), counter.now)
    counter.begin(service)
    service.skip(counter.key, Job())
    canary = counter.deployment().canary
    assert canary is not None
    counter.engine.stop_container(canary.version.container)
    watch.start()
    statuses: list[int] = []

    def over() -> bool:
        statuses.extend(_calls(counter))
        return not service.open_rollouts()

    try:
        until(over)
    finally:
        watch.stop()
    assert set(statuses) == {200}
    assert counter.rollouts.rollouts(counter.key)[0].phase is Phase.ABORTED
    counter.assert_serves(OLD)


def _calls(counter: Counter) -> list[int]:
    time.sleep(0.02)
    sent = [counter.gateway.send(SHOP, f"caller {n}") for n in range(40)]
    return [one.status for one in sent if one is not None]

"""Canaries that are watched."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from modeldesk.core.canary.following import LOST_S
from modeldesk.core.canary.model import Phase, Rollout, RolloutPlan, Verdict
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.canary.shares import Wanted
from modeldesk.core.canary.watch import UNWELL_S, UP_AGAIN_S, CanaryWatch
from modeldesk.core.errors import EngineUnavailable, GatewayError, RecordsError
from modeldesk.core.jobs import CancelToken, Job
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.fakes.traffic import FakeTraffic
from tests.unit.core.canary.rollouts import KEY, V1, V2, answered
from tests.unit.core.canary.test_following import until

PLAN = RolloutPlan(steps=(1_000, 10_000), window_s=3.0, least_requests=5)


class Site:
    """A watch in a thread, over callers who never rest."""

    def __init__(self) -> None:
        self.records = FakeRolloutRecords()
        self.traffic = FakeTraffic(KEY.engine, {KEY: V1})
        self.changed: list[Rollout] = []
        self.ticks = 0.0
        self.service = self._service()
        self.watch = self._watch()
        self.status = 200
        self.stop_calling = threading.Event()
        self._number = 0
        self._caller = threading.Thread(target=self._call, name="callers")

    def _service(self) -> CanaryService:
        return CanaryService(self.records, self.traffic, lambda: "mei", self.now)

    def _watch(self) -> CanaryWatch:
        return CanaryWatch(
            self.service, self.traffic, self.now, self.changed.append, lambda: self.ticks
        )

    def looked(self) -> Rollout:
        """The rollout, after another look."""
        self.watch.look(Job())
        return self.rollout

    def restart_watch(self) -> None:
        """The program ends, and another begins, which looks when it is told to."""
        self.watch.run(Job(_cancelled()))
        self.service, self.watch = self._service(), self._watch()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def restart(self) -> None:
        """The program ends, and another begins."""
        self.watch.stop()
        self.service, self.watch = self._service(), self._watch()
        self.watch.start()

    def call(self, count: int = 10) -> None:
        """Some callers of both versions ask."""
        revision = self.traffic.revision(KEY)
        lines = []
        for _ in range(count):
            self._number += 1
            backend = "r12" if self._number % 2 else "r7"
            status = self.status if backend == "r12" else 200
            lines.append(
                answered(
                    self._number, backend, status, theirs=status, time=time.time(),
                    revision=revision,
                )
            )  # fmt: skip
        self.traffic.tell(*lines)

    def begin_calling(self) -> None:
        self._caller.start()

    def end(self) -> None:
        self.stop_calling.set()
        if self._caller.is_alive():
            self._caller.join()
        self.watch.stop()

    def _call(self) -> None:
        while not self.stop_calling.wait(0.05):
            self.call()

    @property
    def rollout(self) -> Rollout:
        found = self.records.rollout(1)
        assert found is not None
        return found

    def start(self, plan: RolloutPlan = PLAN) -> Rollout:
        return self.service.start(KEY, V2, plan, "", Job())


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.end()


def test_a_good_one_goes_on_by_itself(site: Site) -> None:
    site.start()
    site.begin_calling()
    site.watch.start()
    until(lambda: not site.rollout.open)
    assert site.rollout.phase is Phase.PROMOTED, site.rollout.why
    assert site.traffic.current[KEY] == V2
    assert [one.step for one in site.changed][-1] == 1
    assert {check.verdict for check in site.records.checks(1)} == {Verdict.PASSED}
    assert site.changed[-1] == site.rollout


def test_one_that_fails_is_back_within_its_window(site: Site) -> None:
    site.status = 500
    site.start(replace(PLAN, window_s=300.0))
    begun = time.monotonic()
    site.begin_calling()
    site.watch.start()
    until(lambda: not site.rollout.open)
    assert time.monotonic() - begun < 30
    assert site.rollout.phase is Phase.ABORTED
    assert "requests failed (5xx or no answer)" in site.rollout.why
    assert site.traffic.current[KEY] == V1


def test_a_restart_in_the_middle_changes_nothing(site: Site) -> None:
    site.start()
    site.begin_calling()
    site.watch.start()
    until(lambda: site.records.checks(1))
    site.restart()
    until(lambda: not site.rollout.open)
    assert site.rollout.phase is Phase.PROMOTED, site.rollout.why


def test_the_numbers_are_there_for_charts(site: Site) -> None:
    begun = site.start(replace(PLAN, window_s=300.0))
    job = Job()
    assert site.watch.series(1) == ()
    assert site.watch.measured(begun) is None
    site.watch.look(job)
    site.call(20)
    until(lambda: site.watch.series(1))
    until(lambda: sum(p.canary.requests for p in site.watch.series(1)) == 10)
    seen = site.watch.measured(site.rollout)
    assert seen is not None
    assert (seen.window.canary.requests, seen.window.stable.requests) == (10, 10)
    site.service.abort(KEY, "", job)
    site.watch.look(job)
    assert site.watch.series(1) == ()
    assert not any(one.name == "canary-follow" for one in threading.enumerate())


def test_a_target_that_is_not_well_for_a_while_is_taken_back(site: Site) -> None:
    site.start(replace(PLAN, window_s=300.0))
    site.traffic.problems[12] = "v1.4.0 ended with exit code 137."
    site.watch.look(Job())
    site.ticks += UNWELL_S - 0.1
    site.watch.look(Job())
    # It came back by itself, as after a restart of the engine.
    site.traffic.problems.clear()
    site.watch.look(Job())
    site.traffic.problems[12] = "v1.4.0 ended with exit code 137."
    site.ticks += UNWELL_S
    site.watch.look(Job())
    assert site.rollout.open
    site.ticks += UNWELL_S
    site.watch.look(Job())
    assert (site.rollout.phase, site.rollout.why) == (
        Phase.ABORTED, "v1.4.0 ended with exit code 137.",
    )  # fmt: skip
    site.watch.run(Job(_cancelled()))


def test_one_is_not_blamed_for_an_engine_that_was_started_anew(site: Site) -> None:
    begun = site.start(replace(PLAN, window_s=300.0))
    site.watch.look(Job())
    site.traffic.up_s, site.traffic.up = 0.0, False
    site.traffic.problems[12] = "v1.4.0 ended with exit code 0."
    site.status = 502
    site.call(40)
    until(lambda: sum(p.canary.requests for p in site.watch.series(1)) == 20)
    for _ in range(3):
        site.ticks += UNWELL_S
        site.watch.look(Job())
    assert site.rollout == begun
    site.traffic.up = True
    site.traffic.problems.clear()
    until(lambda: site.looked().since > begun.since)
    # What comes from now on counts.
    site.traffic.up_s = 86_400.0
    assert site.looked().open
    site.call(40)
    until(lambda: not site.looked().open)
    assert site.rollout.phase is Phase.ABORTED
    assert "requests failed (5xx or no answer)" in site.rollout.why
    site.watch.run(Job(_cancelled()))


def test_an_engine_that_is_up_again_without_its_versions_is_waited_for_only_so_long(
    site: Site,
) -> None:
    begun = site.start(replace(PLAN, window_s=300.0))
    site.watch.look(Job())
    site.traffic.up_s, site.traffic.up = 0.0, False
    site.traffic.problems[12] = "v1.4.0 ended with exit code 0."
    site.watch.look(Job())
    assert site.rollout == begun
    later = timedelta(seconds=UP_AGAIN_S + 1)
    site.now = lambda: datetime.now(UTC) + later  # type: ignore[method-assign]
    site.traffic.up_s = UP_AGAIN_S
    site.restart_watch()
    for _ in range(3):
        site.ticks += UNWELL_S
        site.watch.look(Job())
    assert site.rollout.phase is Phase.ABORTED
    site.restart_watch()


def test_two_watch_and_each_forgets_what_an_engine_s_start_did(site: Site) -> None:
    other = CanaryWatch(site._service(), site.traffic, site.now)
    begun = site.start(replace(PLAN, window_s=300.0))
    for watch in (site.watch, other):
        watch.look(Job())
    site.traffic.up_s = 0.0
    site.status = 502
    site.call(40)
    for watch in (site.watch, other):
        until(partial(_has_counted, watch, 20))
    until(lambda: site.looked().since > begun.since)
    # It was started before that, by who knows how much.
    site.traffic.up_s = (datetime.now(UTC) - begun.since).total_seconds() - 0.001
    for watch in (site.watch, other, other):
        watch.look(Job())
    assert site.rollout.open
    changes = [one.why for one in site.records.changes(1)]
    assert sum("started anew" in one for one in changes) == 1
    for watch in (site.watch, other):
        watch.run(Job(_cancelled()))


def test_a_share_that_went_astray_is_put_right(site: Site) -> None:
    begun = site.start(replace(PLAN, window_s=300.0))
    site.traffic.shift(begun, Wanted(9_999))
    site.watch.look(Job())
    assert site.traffic.routed(begun) == Wanted(1_000)
    site.traffic.take_back(KEY, "rolled back")
    site.watch.look(Job())
    assert (site.rollout.phase, site.rollout.why) == (Phase.ABORTED, "rolled back")


def test_what_goes_wrong_is_told_and_tried_again(site: Site) -> None:
    begun = site.start(replace(PLAN, window_s=300.0))
    site.watch.look(Job())
    site.traffic.shift(begun, Wanted(0))
    site.traffic.failures["route"] = [GatewayError("The gateway refused.")]
    site.watch.look(Job())
    assert site.watch.problem(1) == "The gateway refused."
    site.watch.look(Job())
    until(lambda: not site.watch.problem(1))
    assert site.watch.problem(99) == ""
    site.watch.run(Job(_cancelled()))


def test_a_scheduled_one_begins(site: Site) -> None:
    site.records.saved = lambda _: None
    site.start(replace(PLAN, starts=datetime.now(UTC).replace(year=2999)))
    site.watch.look(Job())
    assert site.traffic.calls == []
    site.service.skip(KEY, Job())
    site.watch.look(Job())
    assert site.rollout.phase is Phase.STEP
    site.watch.run(Job(_cancelled()))


def test_it_goes_on_where_records_or_engine_were_away(site: Site) -> None:
    site.start()
    site.begin_calling()
    site.records.failure = RecordsError("They are in use by another program.")
    site.traffic.failures["route"] = [EngineUnavailable("gone")]
    site.watch.start()
    time.sleep(0.1)
    site.records.failure = None
    until(lambda: not site.rollout.open)
    assert site.rollout.phase is Phase.PROMOTED


def test_two_watch_the_same_and_what_is_due_is_done_once(site: Site) -> None:
    other = CanaryWatch(site._service(), site.traffic, site.now)
    site.start()
    site.begin_calling()
    site.watch.start()
    other.start()
    try:
        until(lambda: not site.rollout.open)
    finally:
        other.stop()
    assert site.rollout.phase is Phase.PROMOTED, site.rollout.why
    assert site.traffic.calls.count("promote") == 1
    phases = [(one.phase, one.share) for one in site.records.changes(1)]
    assert phases == [
        (Phase.SCHEDULED, 0), (Phase.STEP, 1_000), (Phase.STEP, 10_000), (Phase.PROMOTED, 10_000),
    ]  # fmt: skip


def test_a_gateway_that_is_gone_is_told_and_pauses_it(site: Site) -> None:
    site.traffic.broken = True
    site.start()
    site.watch.start()
    until(lambda: site.traffic.followed)
    site.ticks += LOST_S
    until(lambda: site.rollout.phase is Phase.PAUSED, "it was never paused")
    assert "could not be had" in site.rollout.why
    assert site.traffic.routed(site.rollout) == Wanted(1_000)
    assert site.traffic.followed > 1


def _cancelled() -> CancelToken:
    token = CancelToken()
    token.cancel()
    return token


def _has_counted(watch: CanaryWatch, count: int) -> bool:
    return sum(point.canary.requests for point in watch.series(1)) == count

"""Canaries from their beginning to their end."""

from dataclasses import replace

import pytest

from modeldesk.core.canary.evaluation_set import EvaluationSet, read_evaluation_set
from modeldesk.core.canary.feedback import Feedback, parse_feedback
from modeldesk.core.canary.model import (
    Limits,
    Phase,
    RolloutChange,
    RolloutPlan,
    Verdict,
)
from modeldesk.core.canary.ports import Standing
from modeldesk.core.canary.shares import Wanted
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    ContainerFailed,
    EngineUnavailable,
    GatewayError,
    InvalidInput,
    NoSuchDeployment,
    RecordsError,
    ReleaseError,
)
from modeldesk.core.gateway.model import FeedbackPosted
from modeldesk.core.gateway.ports import GatewayAnswer
from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import DeploymentKey
from tests.unit.core.canary.bench import Bench
from tests.unit.core.canary.rollouts import (
    BAD,
    GOOD,
    KEY,
    NOW,
    PLAN,
    V1,
    V2,
    after,
    measured,
    rollout,
)
from tests.unit.core.releases.desk import Killed, Life, Mortal


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_canary_begins_with_its_first_share(bench: Bench) -> None:
    begun = bench.start()
    assert (begun.phase, begun.step, begun.release) == (Phase.STEP, 0, 12)
    assert (begun.stable, begun.target, begun.salt, begun.who) == (V1, V2, "salt", "mei")
    assert bench.traffic.calls == ["begin", "route 1000"]
    assert bench.rollout() == begun == bench.service.open_rollout(KEY)
    assert bench.service.open_rollouts() == (begun,)
    assert bench.phases == [(Phase.SCHEDULED, 0), (Phase.STEP, 1_000)]
    assert bench.told == list(bench.records.changes(1))
    assert bench.told[0].why == "try it"


def test_it_goes_on_to_the_end(bench: Bench) -> None:
    bench.start()
    for _ in range(3):
        assert bench.tick(50).phase is Phase.STEP
        ended = bench.tick(50)
    assert (ended.phase, ended.finished) == (Phase.PROMOTED, bench.now)
    assert bench.traffic.current[KEY] == V2
    assert bench.traffic.calls[1:] == ["route 1000", "route 5000", "route 10000", "promote"]
    assert [phase for phase, _ in bench.phases][-2:] == [Phase.STEP, Phase.PROMOTED]
    assert [check.verdict for check in bench.records.checks(1)] == [Verdict.PASSED] * 6
    assert bench.service.open_rollout(KEY) is None
    assert bench.service.rollouts(KEY) == (ended,)
    assert bench.tick(1) == ended


def test_it_goes_back_by_itself_with_the_numbers_that_caused_it(bench: Bench) -> None:
    bench.start()
    for _ in range(3):
        ended = bench.tick(10, measured(BAD))
    assert (ended.phase, ended.finished) == (Phase.ABORTED, after(30))
    assert bench.traffic.current[KEY] == V1
    assert bench.traffic.calls[-1] == "abort"
    assert bench.traffic.standing(ended).why == ended.why
    assert "30 % of 1,000 requests failed; 1 % may." in ended.why
    last = bench.records.checks(1)[-1]
    assert last.numbers is not None
    assert last.numbers.canary == BAD


def test_a_person_says_what_becomes_of_it(bench: Bench) -> None:
    bench.start()
    assert bench.service.pause(KEY, "lunch", Job()).phase is Phase.PAUSED
    assert bench.tick(500).phase is Phase.PAUSED
    assert bench.service.resume(KEY, Job()).since == bench.now
    assert bench.service.skip(KEY, Job()).step == 1
    promoted = bench.service.promote(KEY, "good enough", Job())
    assert (promoted.phase, bench.traffic.current[KEY]) == (Phase.PROMOTED, V2)
    assert [one.who for one in bench.records.changes(1)] == ["mei", "", "mei", "mei", "mei", "mei"]
    with pytest.raises(ReleaseError):
        bench.service.abort(KEY, "too late", Job())


def test_a_person_changes_the_plan(bench: Bench) -> None:
    bench.start()
    finer = replace(PLAN, steps=(500, 1_000, 10_000))
    assert bench.service.replan(KEY, finer, Job()).step == 1
    assert bench.rollout().plan == finer
    with pytest.raises(InvalidInput):
        bench.service.replan(KEY, replace(PLAN, window_s=0.1), Job())


def test_a_person_aborts_it(bench: Bench) -> None:
    bench.start()
    aborted = bench.service.abort(KEY, "I don’t like it", Job())
    assert (aborted.phase, aborted.why) == (Phase.ABORTED, "I don’t like it")
    assert bench.traffic.calls[-1] == "abort"
    assert bench.start().id == 2


def test_a_person_waits_for_a_tick_that_is_under_way(bench: Bench) -> None:
    bench.start()
    token = CancelToken()
    with bench.traffic.hold(KEY):
        token.cancel()
        with pytest.raises(Cancelled):
            bench.service.pause(KEY, "", Job(token))
        with pytest.raises(AlreadyRunning):
            bench.service.tick(1, measured(), Job())
    assert bench.rollout().phase is Phase.STEP


def test_a_person_waits_for_whoever_changes_the_deployment(bench: Bench) -> None:
    busy = AlreadyRunning("It is being changed.")
    bench.traffic.failures["begin"] = [busy]
    bench.start()
    for act in ("route", "promote"):
        bench.traffic.failures[act] = [busy, busy]
    bench.service.skip(KEY, Job())
    assert bench.traffic.routed(bench.rollout()) == Wanted(5_000)
    assert bench.service.promote(KEY, "", Job()).phase is Phase.PROMOTED


def test_a_person_is_told_that_it_was_rolled_back_meanwhile(bench: Bench) -> None:
    bench.start()
    bench.traffic.take_back(KEY, "rolled back", "ann")
    with pytest.raises(ReleaseError, match="was aborted"):
        bench.service.promote(KEY, "", Job())
    assert (bench.rollout().phase, bench.rollout().why) == (Phase.ABORTED, "rolled back")
    assert bench.rollout().ended_by == "ann"
    history = bench.service.history(bench.rollout().id)
    assert history is not None
    assert history.changes[-1].who == "ann"


@pytest.mark.parametrize(
    ("plan", "error"),
    [(RolloutPlan(steps=(1000,)), InvalidInput), (RolloutPlan(window_s=0.1), InvalidInput)],
)
def test_a_plan_that_can_not_be_begins_nothing(
    bench: Bench, plan: RolloutPlan, error: type[Exception]
) -> None:
    with pytest.raises(error):
        bench.start(plan)
    assert bench.records.open_rollouts() == ()


def test_what_can_not_have_a_canary_is_refused(bench: Bench) -> None:
    other = DeploymentKey(KEY.engine, DeploymentName("none"))
    with pytest.raises(NoSuchDeployment):
        bench.service.start(other, V2, PLAN, "", Job())
    with pytest.raises(ReleaseError, match="already runs v1"):
        bench.service.start(KEY, V1, PLAN, "", Job())
    with pytest.raises(ReleaseError, match="no canary"):
        bench.service.pause(KEY, "", Job())
    with pytest.raises(ReleaseError, match="no canary"):
        bench.service.evaluate(KEY, EvaluationSet("s", ()), Job())
    assert bench.service.history(1) is None
    assert bench.records.open_rollouts() == ()
    bench.start()
    with pytest.raises(ReleaseError, match=r"a canary already: v1\.4\.0"):
        bench.start()


def test_a_target_that_does_not_start_leaves_no_canary(bench: Bench) -> None:
    bench.traffic.failures["begin"] = [ContainerFailed("It ended with code 1.")]
    with pytest.raises(ContainerFailed):
        bench.start()
    assert (bench.rollout().phase, bench.rollout().why) == (Phase.ABORTED, "It ended with code 1.")
    assert bench.phases == [(Phase.SCHEDULED, 0), (Phase.ABORTED, 0)]
    assert bench.start().phase is Phase.STEP


@pytest.mark.parametrize("problem", [EngineUnavailable("gone"), Cancelled()])
def test_one_that_a_person_began_does_not_begin_later_by_surprise(
    bench: Bench, problem: EngineUnavailable | Cancelled
) -> None:
    bench.traffic.failures["begin"] = [problem]
    with pytest.raises(type(problem)):
        bench.start()
    assert bench.rollout().phase is Phase.ABORTED


def test_a_scheduled_one_begins_at_its_time_however_often_it_takes(bench: Bench) -> None:
    scheduled = bench.start(replace(PLAN, starts=after(60)))
    assert scheduled.phase is Phase.SCHEDULED
    assert not bench.service.calls_for(scheduled, None)
    assert bench.tick(59).phase is Phase.SCHEDULED
    assert bench.traffic.calls == []
    bench.later(1)
    assert bench.service.calls_for(scheduled, None)
    bench.traffic.failures["begin"] = [EngineUnavailable("gone"), AlreadyRunning("busy")]
    for error in (EngineUnavailable, AlreadyRunning):
        with pytest.raises(error):
            bench.tick()
        assert bench.rollout().phase is Phase.SCHEDULED
    assert bench.tick().phase is Phase.STEP
    assert bench.told[0].why == "try it"


def test_a_scheduled_one_that_fails_for_good_is_over(bench: Bench) -> None:
    bench.start(replace(PLAN, starts=after(60)))
    bench.traffic.failures["begin"] = [ContainerFailed("It ended with code 1.")]
    with pytest.raises(ContainerFailed):
        bench.tick(60)
    assert bench.rollout().phase is Phase.ABORTED


def test_a_scheduled_one_is_aborted_before_it_began(bench: Bench) -> None:
    bench.start(replace(PLAN, starts=after(60)))
    assert bench.service.abort(KEY, "", Job()).phase is Phase.ABORTED
    assert bench.traffic.calls == []


def test_a_share_that_the_gateway_refused_is_given_at_the_next_tick(bench: Bench) -> None:
    bench.start()
    bench.traffic.failures["route"] = [GatewayError("no"), GatewayError("no")]
    with pytest.raises(GatewayError):
        bench.tick(100)
    stuck = bench.rollout()
    assert (stuck.step, bench.traffic.routed(stuck)) == (1, Wanted(1_000))
    assert bench.service.astray(stuck)
    with pytest.raises(GatewayError):
        bench.tick(1)
    # Its window counts from when it is there.
    assert bench.tick(70).since == after(171)
    assert bench.traffic.routed(stuck) == Wanted(5_000)
    assert not bench.service.astray(bench.rollout())


def test_a_promotion_that_fails_is_told_and_waits_for_a_person(bench: Bench) -> None:
    bench.start()
    bench.traffic.failures["promote"] = [GatewayError("The gateway refused.")]
    with pytest.raises(GatewayError):
        bench.service.promote(KEY, "", Job())
    stays = bench.rollout()
    assert (stays.phase, stays.why) == (Phase.PAUSED, "The gateway refused.")
    assert bench.traffic.routed(stays) == Wanted(1_000)
    bench.traffic.failures["promote"] = [EngineUnavailable("gone")]
    with pytest.raises(EngineUnavailable):
        bench.service.promote(KEY, "", Job())
    assert bench.tick(1).phase is Phase.PROMOTED


def test_a_promotion_that_a_person_cancels_is_none(bench: Bench) -> None:
    bench.start()
    bench.traffic.failures["promote"] = [Cancelled(), Cancelled()]
    with pytest.raises(Cancelled):
        bench.service.promote(KEY, "", Job())
    assert bench.rollout().phase is Phase.PAUSED
    # A watch that ends leaves it to the next one.
    bench.service.resume(KEY, Job())
    for _ in range(2):
        bench.tick(100)
    with pytest.raises(Cancelled):
        bench.tick(100)
    assert bench.rollout().ending is Phase.PROMOTED
    assert bench.tick(1).phase is Phase.PROMOTED


def test_an_abort_is_tried_until_it_is_done(bench: Bench) -> None:
    bench.start()
    bench.traffic.failures["abort"] = [GatewayError("no"), EngineUnavailable("gone")]
    with pytest.raises(GatewayError):
        bench.service.abort(KEY, "", Job())
    with pytest.raises(EngineUnavailable):
        bench.tick(1)
    assert bench.rollout().phase is Phase.STEP
    assert bench.tick(1).phase is Phase.ABORTED
    assert bench.traffic.calls.count("abort") == 3


def test_a_target_that_died_is_taken_back(bench: Bench) -> None:
    bench.start()
    ended = bench.service.target_unwell(1, "v1.4.0 ended with exit code 137.", Job())
    assert ended is not None
    assert (ended.phase, ended.why) == (Phase.ABORTED, "v1.4.0 ended with exit code 137.")
    assert bench.service.target_unwell(99, "x", Job()) is None


def test_one_that_was_rolled_back_elsewhere_ends(bench: Bench) -> None:
    bench.start()
    bench.traffic.take_back(KEY, "rolled back")
    assert bench.service.astray(bench.rollout())
    ended = bench.service.put_right(1, Job())
    assert ended is not None
    assert (ended.phase, ended.why) == (Phase.ABORTED, "rolled back")
    assert bench.phases[-1] == (Phase.ABORTED, 0)
    assert bench.service.put_right(1, Job()) == ended
    assert bench.service.put_right(99, Job()) is None


def test_an_evaluation_counts_for_the_accuracy(bench: Bench) -> None:
    bench.start(replace(PLAN, limits=Limits(accuracy=0.9)))
    lines = [f'{{"input": {n}, "truth": {n % 2}}}' for n in range(4)]
    questions = read_evaluation_set("set", "\n".join(lines).encode())
    bench.traffic.answers = lambda _, _request: GatewayAnswer(200, b'{"outputs": [1]}', 0.01)
    found = bench.service.evaluate(KEY, questions, Job())
    assert found.canary.accuracy == 0.5
    history = bench.service.history(1)
    assert history is not None
    assert history.evaluation == found
    for _ in range(3):
        ended = bench.tick(50)
    assert ended.phase is Phase.ABORTED
    assert "50.0 % (evaluation set); 90.0 % is asked for" in ended.why


def test_truth_is_told_to_the_gateway(bench: Bench) -> None:
    feedback = [Feedback("a1", 1, 1), Feedback("a2", "é", None)]
    bench.service.post(KEY, feedback, Job())
    bodies = [one.body for one in bench.traffic.lines if isinstance(one, FeedbackPosted)]
    assert [parse_feedback(body) for body in bodies] == feedback
    bench.traffic.failures["post_feedback"] = [GatewayError("no")]
    with pytest.raises(GatewayError):
        bench.service.post(KEY, feedback, Job())


def test_a_tick_is_called_for_when_something_is_due(bench: Bench) -> None:
    begun = bench.start()
    assert not bench.service.calls_for(begun, measured())
    assert bench.service.calls_for(begun, measured(recent_errors=10))
    bench.later(10)
    assert bench.service.calls_for(begun, measured())
    assert not bench.service.calls_for(bench.tick(), measured())


def test_records_that_fail_leave_everything_as_it_is(bench: Bench) -> None:
    bench.start()
    bench.later(100)
    bench.records.failure = RecordsError("no room")
    with pytest.raises(RecordsError):
        bench.service.tick(1, measured(), Job())
    bench.records.failure = None
    assert bench.traffic.calls == ["begin", "route 1000"]
    assert bench.tick().step == 1


def test_those_of_another_engine_are_left_alone(bench: Bench) -> None:
    bench.records.add_rollout(
        rollout(deployment=DeploymentKey(EngineId("engine-2"), KEY.name)),
        bench_change(),
    )
    assert bench.service.open_rollouts() == ()
    assert bench.service.recover(Job()) == ()


def bench_change() -> RolloutChange:
    return RolloutChange(NOW, Phase.SCHEDULED, -1, 0, "mei")


# --- after a restart


def test_a_restart_gives_the_stored_share_again(bench: Bench) -> None:
    begun = bench.start()
    bench.tick(50)
    before = bench.rollout()
    service = bench.begin_anew()
    bench.later(5)
    assert service.recover(Job()) == (before,)
    assert bench.rollout() == before
    assert bench.traffic.calls[-1] == "route 1000"
    bench.traffic.shift(begun, Wanted(9_999))
    assert service.recover(Job()) == (before,)
    assert bench.traffic.routed(begun) == Wanted(1_000)
    assert bench.rollout().since == bench.now


def test_what_can_not_be_put_right_keeps_nobody_from_the_rest(bench: Bench) -> None:
    begun = bench.start()
    bench.traffic.failures["route"] = [GatewayError("no")]
    assert bench.begin_anew().recover(Job()) == ()
    with bench.traffic.hold(KEY):
        assert bench.service.recover(Job()) == ()
    bench.traffic.failures["route"] = [EngineUnavailable("gone")]
    with pytest.raises(EngineUnavailable):
        bench.service.recover(Job())
    assert bench.traffic.standing(begun) == Standing()


def _go(bench: Bench, numbers: object) -> None:
    """From nothing to the end, as far as the program lives."""
    if not bench.records.rollouts(KEY):
        bench.start(replace(PLAN, mirror_first=True))
    for _ in range(60):
        if not bench.rollout().open:
            return
        bench.later(25)
        bench.service.tick(1, numbers, Job())  # type: ignore[arg-type]


@pytest.mark.parametrize(("numbers", "end"), [(GOOD, Phase.PROMOTED), (BAD, Phase.ABORTED)])
def test_a_kill_at_any_moment_is_gone_on_from(numbers: object, end: Phase) -> None:
    """Between any two calls of the records or the engine, and twice."""
    for calls in range(1, 500):
        bench, finished = Bench(), False
        for lives in (calls, calls // 2 + 1):
            life = Life(lives)
            bench.begin_anew(Mortal(bench.records, life), Mortal(bench.traffic, life))
            try:
                _go(bench, measured(numbers))  # type: ignore[arg-type]
                finished = True
                break
            except Killed:
                assert len(bench.records.open_rollouts()) <= 1
        bench.begin_anew()
        bench.service.recover(Job())
        _go(bench, measured(numbers))  # type: ignore[arg-type]
        assert bench.rollout().phase is end, calls
        assert bench.traffic.current[KEY] == (V2 if end is Phase.PROMOTED else V1)
        assert bench.traffic.rolling(KEY) is None
        assert bench.traffic.calls.count("begin") == 1
        assert [phase for phase, _ in bench.phases].count(end) == 1
        shares = [share for phase, share in bench.phases if phase is Phase.STEP]
        assert shares == sorted(set(shares))
        if finished:
            break
    else:
        pytest.fail("it never came to its end in one life")


def test_reasons_that_hold_a_secret_are_refused_before_anything_is_done(bench: Bench) -> None:
    secret = "for ghp_0123456789abcdefghijABCDEFGHIJ012345"
    with pytest.raises(InvalidInput, match="as if it held a secret"):
        bench.service.start(KEY, V2, PLAN, secret, Job())
    assert bench.traffic.calls == []
    begun = bench.start()
    for act in (bench.service.pause, bench.service.promote, bench.service.abort):
        with pytest.raises(InvalidInput, match="as if it held a secret"):
            act(KEY, secret, Job())
    assert bench.rollout() == begun

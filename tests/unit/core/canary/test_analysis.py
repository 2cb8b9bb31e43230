"""Numbers held against limits."""

from dataclasses import replace

import pytest

from modeldesk.core.canary.analysis import hard_stop, judge
from modeldesk.core.canary.model import (
    Evaluation,
    Limits,
    Measure,
    RolloutPlan,
    Verdict,
    VersionEvaluation,
    VersionNumbers,
    WindowNumbers,
)
from modeldesk.core.canary.numbers import Recent
from modeldesk.core.gateway.model import SplitKey
from tests.unit.core.canary.rollouts import BAD, FEW, GOOD, NOW, SLOW

PLAN = RolloutPlan()


def window(canary: VersionNumbers, stable: VersionNumbers = GOOD) -> WindowNumbers:
    return WindowNumbers(0.0, 300.0, stable, canary)


def found(
    canary: VersionNumbers,
    stable: VersionNumbers = GOOD,
    part: float = 1.0,
    limits: Limits | None = None,
    evaluation: Evaluation | None = None,
) -> dict[Measure, Verdict]:
    plan = replace(PLAN, limits=limits or PLAN.limits)
    judged = judge(window(canary, stable), plan, part, evaluation)
    return {one.measure: one.verdict for one in judged.limits} | {Measure.REQUESTS: judged.verdict}


def verdict(*args: object, **kwargs: object) -> Verdict:
    return found(*args, **kwargs)[Measure.REQUESTS]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("recent", "stops"),
    [
        (Recent(20, 10), True),
        (Recent(20, 9), False),
        (Recent(20, 20), True),
        (Recent(10, 10), True),
        (Recent(9, 9), False),
        (Recent(0, 0), False),
        (Recent(15, 10), True),
    ],
)
def test_half_of_the_last_twenty_stop_it(recent: Recent, stops: bool) -> None:
    stopped = hard_stop(recent)
    assert (stopped is not None) is stops
    if stopped:
        assert stopped.said.startswith(f"{recent.errors} of the last {recent.requests} requests")


@pytest.mark.parametrize(("unanswered", "stops"), [(19, False), (20, True), (300, True)])
def test_that_nobody_gets_an_answer_stops_it(unanswered: int, stops: bool) -> None:
    stopped = hard_stop(Recent(20, 0, unanswered))
    assert (stopped is not None) is stops
    if stopped:
        assert stopped.said == f"The last {unanswered} callers had no answer and left."


def test_callers_who_left_are_told_of_where_requests_lack() -> None:
    judged = judge(window(VersionNumbers(cancelled=135)), PLAN, 1.0)
    assert judged.why == (
        "The canary had 0 requests; a window needs 50. 135 more callers left before the answer."
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (SplitKey.ADDRESS, "Do all callers have one address, as behind a proxy and"),
        (SplitKey.HEADER, "Do requests have the header X-User?"),
        (SplitKey.COOKIE, "Do requests have the cookie X-User?"),
    ],
)
def test_a_split_that_sends_all_callers_to_the_stable_version_is_asked_about(
    key: SplitKey, said: str
) -> None:
    plan = replace(PLAN, key=key, field="X-User")
    assert said in judge(window(VersionNumbers()), plan, 1.0).why


@pytest.mark.parametrize(
    ("canary", "stable"),
    [
        (VersionNumbers(), VersionNumbers(requests=PLAN.least_requests - 1)),
        (VersionNumbers(requests=1), GOOD),
        (VersionNumbers(refused=1), GOOD),
    ],
)
def test_it_is_not_where_too_few_called_or_some_came(
    canary: VersionNumbers, stable: VersionNumbers
) -> None:
    assert "?" not in judge(window(canary, stable), PLAN, 1.0).why


def test_good_numbers_pass_and_say_what_they_were() -> None:
    judged = judge(window(GOOD), PLAN, 1.0)
    assert judged.verdict is Verdict.PASSED
    assert [one.said for one in judged.limits] == [
        "1,000 requests.",
        "0.2 % of 1,000 requests failed; 1 % may.",
        "0.2 % of 1,000 requests failed, of the stable version’s 0.2 %; it may be 1 point more.",
        "p95 is 40 ms, 1.00 × the stable version’s 40 ms; it may be 1.5 ×.",
    ]


def test_too_many_errors_fail_with_the_numbers() -> None:
    judged = judge(window(BAD), PLAN, 1.0)
    assert judged.verdict is Verdict.FAILED
    assert judged.why == (
        "30 % of 1,000 requests failed; 1 % may. 30 % of 1,000 requests failed, of the stable "
        "version’s 0.2 %; it may be 1 point more."
    )


def test_what_the_limit_allows_is_allowed() -> None:
    edge = replace(GOOD, errors=10)
    assert verdict(edge) is Verdict.PASSED
    assert verdict(replace(edge, errors=11)) is Verdict.FAILED
    against = Limits(error_rate=None, error_rate_over_stable=0.01)
    stable = replace(GOOD, errors=50)
    assert verdict(replace(GOOD, errors=60), stable, limits=against) is Verdict.PASSED
    assert verdict(replace(GOOD, errors=61), stable, limits=against) is Verdict.FAILED


def test_before_the_end_errors_must_be_too_many_for_the_whole_window() -> None:
    one_of_fifty = VersionNumbers(50, 1, p95_ms=40.0)
    assert verdict(one_of_fifty, part=0.1) is Verdict.PASSED
    assert verdict(one_of_fifty, part=1.0) is Verdict.FAILED
    assert verdict(replace(one_of_fifty, errors=6), part=0.1) is Verdict.FAILED


def test_a_slow_one_fails_against_stable_and_against_a_figure() -> None:
    assert found(SLOW)[Measure.P95_OVER_STABLE] is Verdict.FAILED
    assert found(SLOW, SLOW)[Measure.P95_OVER_STABLE] is Verdict.PASSED
    absolute = Limits(p95_ms=100.0, p95_over_stable=None)
    assert verdict(SLOW, SLOW, limits=absolute) is Verdict.FAILED
    assert verdict(GOOD, limits=absolute) is Verdict.PASSED
    # A few requests at the beginning say little of a latency.
    assert Measure.P95_OVER_STABLE not in found(SLOW, part=0.3)


def test_one_without_a_success_has_no_latency_but_errors() -> None:
    dead = VersionNumbers(100, 100)
    assert Measure.P95_OVER_STABLE not in found(dead)
    assert verdict(dead) is Verdict.FAILED


def test_too_few_requests_are_no_data_however_they_went() -> None:
    judged = judge(window(replace(FEW, errors=3, refused=9)), PLAN, 1.0)
    assert judged.verdict is Verdict.NO_DATA
    assert judged.why == (
        "The canary had 7 requests; a window needs 50. 9 more were refused (4xx)."
    )
    assert verdict(VersionNumbers()) is Verdict.NO_DATA


def test_a_stable_version_without_callers_is_not_compared() -> None:
    alone = found(GOOD, VersionNumbers())
    assert alone[Measure.ERROR_RATE_OVER_STABLE] is Verdict.NOT_MEASURED
    assert alone[Measure.P95_OVER_STABLE] is Verdict.NOT_MEASURED
    assert alone[Measure.REQUESTS] is Verdict.PASSED


def test_nothing_is_asked_where_no_limit_is_set() -> None:
    nothing = Limits(None, None, None, None, None, None)
    assert found(BAD, limits=nothing) == {Measure.REQUESTS: Verdict.PASSED}


ACCURATE = Limits(accuracy=0.9, accuracy_under_stable=0.02)


def test_accuracy_is_held_against_both() -> None:
    stable = replace(GOOD, labelled=100, right=97)
    right = found(replace(GOOD, labelled=100, right=95), stable, limits=ACCURATE)
    assert right[Measure.ACCURACY] is right[Measure.ACCURACY_UNDER_STABLE] is Verdict.PASSED
    less = found(replace(GOOD, labelled=100, right=94), stable, limits=ACCURATE)
    assert less[Measure.ACCURACY] is Verdict.PASSED
    assert less[Measure.ACCURACY_UNDER_STABLE] is Verdict.FAILED
    wrong = judge(
        window(replace(GOOD, labelled=100, right=40), stable), replace(PLAN, limits=ACCURATE), 1.0
    )
    assert wrong.why == (
        "The accuracy is 40.0 % (100 labelled requests); 90.0 % is asked for. The accuracy is "
        "40.0 % (100 labelled requests), the stable version’s 97.0 %; it may be 2 points less."
    )


def test_a_limit_of_accuracy_without_truth_is_no_data() -> None:
    assert verdict(replace(GOOD, labelled=19, right=19), limits=ACCURATE) is Verdict.NO_DATA
    # Before the middle of the window nobody waits for it.
    assert verdict(GOOD, limits=ACCURATE, part=0.2) is Verdict.PASSED
    untold = found(replace(GOOD, labelled=50, right=50), limits=ACCURATE)
    assert untold[Measure.ACCURACY_UNDER_STABLE] is Verdict.NOT_MEASURED


def test_an_evaluation_stands_in_for_truth_that_lacks() -> None:
    evaluation = Evaluation(
        NOW, "set.jsonl", VersionEvaluation(100, 0, 0, 97), VersionEvaluation(100, 0, 0, 60)
    )
    assert verdict(GOOD, limits=ACCURATE, evaluation=evaluation) is Verdict.FAILED
    # Truth about callers' requests is better.
    told = replace(GOOD, labelled=100, right=97)
    assert verdict(told, told, limits=ACCURATE, evaluation=evaluation) is Verdict.PASSED

"""What a person says of a plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.canary.model import Limits, RolloutPlan
from modeldesk.core.canary.plan import (
    check_plan,
    parse_ms,
    parse_percent,
    parse_steps,
    parse_times,
    parse_window,
    share_text,
    window_text,
)
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import SplitKey


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("10,25,50,100", (1000, 2500, 5000, 10000)),
        (" 2.5 , 10% ,33.33 %, 100", (250, 1000, 3333, 10000)),
        ("0.01,100.00", (1, 10000)),
        ("10,50", (1000, 5000, 10000)),
        ("100", (10000,)),
    ],
)
def test_steps_grow_until_all_callers_are_the_last(text: str, steps: tuple[int, ...]) -> None:
    assert parse_steps(text) == steps


@pytest.mark.parametrize(
    "text",
    ["", "0", "0,100", "10,10", "50,25,100", "100,100", "10,101", "1.234", "-5", "١٠", "10;20",
     "1e1", "10,,20", ",".join(str(n) for n in range(1, 60)), "9" * 5000],
)  # fmt: skip
def test_steps_that_can_not_be_are_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_steps(text)
    assert caught.value.hint
    assert len(caught.value.message) < 1200


@given(st.sets(st.integers(1, 10_000), min_size=1, max_size=40))
def test_steps_are_read_as_they_are_written(shares: set[int]) -> None:
    steps = tuple(sorted({*shares, 10_000}))
    assert parse_steps(", ".join(map(share_text, steps))) == steps


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300), ("30s", 30), ("1h30m", 5400), ("1h 5m 3s", 3903), ("90s", 90), (" 5min ", 300)],
)
def test_a_window_is_read(text: str, seconds: float) -> None:
    assert parse_window(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m5", "5x", "1s", "0s", "8000h", "-5m", "1.5m", "٥m"])
def test_a_window_that_can_not_be_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_window(text)
    assert caught.value.hint


@given(st.integers(3, 604_800))
def test_a_window_is_read_as_it_is_written(seconds: int) -> None:
    assert parse_window(window_text(seconds)) == seconds


def test_limits_are_read() -> None:
    assert parse_percent("1") == parse_percent("1 %") == 0.01
    assert parse_percent("97.5%") == 0.975
    assert parse_ms("250") == parse_ms("250 ms") == 250
    assert parse_ms("1.5s") == 1500
    assert parse_times("1.5") == parse_times("1.5x") == parse_times("1.5 ×") == 1.5


def test_limits_that_can_not_be_are_refused() -> None:
    for read, text in (
        (parse_percent, "101"),
        (parse_percent, "-1"),
        (parse_percent, "nan"),
        (parse_ms, "0"),
        (parse_ms, "inf"),
        (parse_ms, "fast"),
        (parse_times, "0.5"),
        (parse_times, "1e400"),
        (parse_times, ""),
    ):
        with pytest.raises(InvalidInput) as caught:
            read(text)
        assert caught.value.hint, text


@pytest.mark.parametrize(
    "plan",
    [
        RolloutPlan(steps=()),
        RolloutPlan(steps=(1000, 5000)),
        RolloutPlan(steps=(0, 10000)),
        RolloutPlan(steps=(5000, 1000, 10000)),
        RolloutPlan(window_s=1.0),
        RolloutPlan(window_s=float("nan")),
        RolloutPlan(least_requests=0),
        RolloutPlan(failed_checks=0),
        RolloutPlan(limits=Limits(error_rate=1.5)),
        RolloutPlan(limits=Limits(accuracy=-0.1)),
        RolloutPlan(limits=Limits(p95_ms=0.0)),
        RolloutPlan(limits=Limits(p95_over_stable=0.5)),
        RolloutPlan(limits=Limits(p95_ms=float("inf"))),
        RolloutPlan(key=SplitKey.HEADER),
        RolloutPlan(key=SplitKey.COOKIE, field="a b"),
        RolloutPlan(key=SplitKey.COOKIE, field="a;} evil"),
        RolloutPlan(key=SplitKey.COOKIE, field="session-id"),
        RolloutPlan(key=SplitKey.HEADER, field="X_User"),
        RolloutPlan(key=SplitKey.HEADER, field="x" * 65),
        RolloutPlan(key=SplitKey.COOKIE, field="x" * 65),
    ],
)
def test_a_plan_is_checked_whoever_made_it(plan: RolloutPlan) -> None:
    with pytest.raises(InvalidInput):
        check_plan(plan)


def test_the_default_plan_and_an_odd_one_are_fine() -> None:
    check_plan(RolloutPlan())
    nothing = Limits(None, None, None, None, None, None)
    check_plan(replace(RolloutPlan(), limits=nothing, key=SplitKey.HEADER, field="X-User-Id"))
    assert share_text(1) == "0.01 %"
    assert share_text(250) == "2.5 %"
    assert share_text(10_000) == "100 %"

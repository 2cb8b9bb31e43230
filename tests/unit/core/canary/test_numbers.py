"""The numbers of both versions."""

import json
import statistics
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.canary.model import VersionNumbers
from modeldesk.core.canary.numbers import Numbers, Recent
from modeldesk.core.gateway.model import FeedbackPosted
from tests.unit.core.canary.rollouts import NOW, answered

START = NOW.timestamp()


def begun(window_s: float = 100.0) -> Numbers:
    numbers = Numbers("r12", window_s)
    numbers.begin("one")
    return numbers


def seen(numbers: Numbers, seconds: float = 100.0) -> tuple[VersionNumbers, VersionNumbers]:
    window = numbers.measured(START, START + seconds).window
    return window.stable, window.canary


def truth(request: int, prediction: object, truth: object, time: float = START) -> FeedbackPosted:
    content = {"id": f"{request:032x}", "prediction": prediction, "truth": truth}
    return FeedbackPosted(time, json.dumps(content))


@pytest.mark.parametrize(
    ("status", "theirs", "kind"),
    [
        (200, 200, "requests"),
        (302, 302, "requests"),
        (200, 502, "errors"),
        (200, None, "errors"),
        (504, None, "errors"),
        (500, 500, "errors"),
        (503, 503, "errors"),
        (404, 404, "refused"),
        (422, 422, "refused"),
        # It gave no answer to what the stable version then refused.
        (400, None, "errors"),
        (413, None, "errors"),
        (499, None, "cancelled"),
        (499, 200, "cancelled"),
        (499, 500, "errors"),
        (404, None, "errors"),
    ],
)
def test_each_answer_counts_as_what_it_is(status: int, theirs: int | None, kind: str) -> None:
    numbers = begun()
    seconds = None if theirs is None else 0.02
    numbers.add([answered(1, status=status, theirs=theirs, seconds=seconds)])
    _, canary = seen(numbers)
    counts = {
        "errors": canary.errors,
        "refused": canary.refused,
        "cancelled": canary.cancelled,
        "requests": canary.requests - canary.errors,
    }
    assert {name for name, count in counts.items() if count} == {kind}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "refused"), (413, "refused"), (500, "refused"), (501, "refused"), (505, "refused"),
     (499, "cancelled")],
)  # fmt: skip
def test_what_no_version_was_asked_is_held_against_none(status: int, kind: str) -> None:
    numbers = begun()
    numbers.add(
        [answered(n, status=status, theirs=None, seconds=None, passed_on=False) for n in range(30)]
    )
    _, canary = seen(numbers)
    assert (canary.requests, canary.errors) == (0, 0)
    assert getattr(canary, kind) == 30
    assert numbers.measured(START, START + 100).recent == Recent()
    assert (canary.p95_ms is not None) is (kind == "requests")


def test_requests_that_tell_nothing_of_the_split_are_left_out() -> None:
    numbers = begun()
    numbers.add([answered(1, forced=True), answered(2, revision="zero"), answered(3)])
    numbers.add([answered(4, backend="r7"), answered(5, backend="another")])
    stable, canary = seen(numbers)
    assert (stable.requests, canary.requests) == (2, 1)
    numbers.accept("two")
    numbers.add([answered(6, revision="two"), answered(7, revision="one")])
    assert seen(numbers)[1].requests == 3


def test_one_that_is_told_of_twice_counts_once() -> None:
    numbers = begun()
    numbers.add([answered(1), answered(2), answered(1)])
    numbers.add([answered(2)])
    assert seen(numbers)[1].requests == 2
    nameless = replace(answered(3), request="")
    numbers.add([nameless, nameless])
    assert seen(numbers)[1].requests == 4


def test_latencies_are_the_successes_alone() -> None:
    numbers = begun()
    fast = [answered(n, seconds=0.010) for n in range(90)]
    slow = [answered(100 + n, seconds=0.200) for n in range(10)]
    dead = [answered(200 + n, theirs=None, status=502, seconds=0.0) for n in range(500)]
    numbers.add([*fast, *slow, *dead])
    _, canary = seen(numbers)
    assert canary.p50_ms == pytest.approx(10, rel=0.011)
    assert canary.p95_ms == pytest.approx(200, rel=0.011)
    assert canary.errors == 500


def test_a_window_is_what_lies_in_it() -> None:
    numbers = begun()
    numbers.add([answered(n, time=START + n) for n in range(100)])
    late = numbers.measured(START + 50, START + 100).window
    assert late.canary.requests == 50
    assert numbers.measured(START, START + 100).window.canary.requests == 100


def test_a_clock_of_the_gateway_that_is_ahead_hides_nothing() -> None:
    numbers = begun()
    numbers.add([answered(1, time=START + 130)])
    assert numbers.measured(START, START + 10).window.canary.requests == 1
    assert numbers.newest == START + 130


def test_a_new_window_begins_without_what_was_before() -> None:
    numbers = begun()
    numbers.add([answered(n, status=500, theirs=500) for n in range(9)])
    numbers.begin("two")
    numbers.add([answered(20), answered(21, revision="two")])
    measured = numbers.measured(START, START + 100)
    assert (measured.window.canary.requests, measured.window.canary.errors) == (1, 0)
    assert measured.recent == Recent(10, 9)
    assert sum(point.canary.requests for point in numbers.series()) == 10


def test_the_newest_requests_are_the_canarys_and_only_so_many() -> None:
    numbers = begun()
    numbers.add([answered(n, backend="r7", theirs=500) for n in range(30)])
    numbers.add([answered(100 + n, theirs=500) for n in range(30)])
    numbers.add([answered(200 + n) for n in range(8)])
    numbers.add([answered(300 + n, status=404, theirs=404) for n in range(30)])
    assert numbers.measured(START, START + 1).recent == Recent(20, 12)


def test_callers_who_got_no_answer_are_counted_while_nobody_gets_one() -> None:
    numbers = begun()
    left = [answered(n, status=499, theirs=None, seconds=None) for n in range(50)]
    numbers.add([*left[:9], answered(100), *left[9:21]])
    assert numbers.measured(START, START + 1).recent == Recent(1, 0, 12)
    numbers.add([*left[21:29], answered(101, backend="r7")])
    assert numbers.measured(START, START + 1).recent == Recent(1, 0, 20)
    numbers.add([answered(102, status=404, theirs=404)])
    assert numbers.measured(START, START + 1).recent == Recent(1, 0, 0)


def test_truth_finds_its_request_and_counts_once() -> None:
    numbers = begun()
    numbers.add([answered(1), answered(2), answered(3, backend="r7")])
    numbers.add([truth(1, "cat", "cat"), truth(2, "cat", "dog"), truth(3, 1.0, 1)])
    numbers.add([truth(1, "cat", "cat"), truth(2, "dog", "dog"), truth(9, 1, 1)])
    numbers.add([FeedbackPosted(START, "rubbish"), FeedbackPosted(START, "[" * 4000)])
    stable, canary = seen(numbers)
    assert (canary.labelled, canary.right) == (2, 1)
    assert (stable.labelled, stable.right) == (1, 1)
    assert canary.accuracy == 0.5


def test_truth_may_come_before_its_request_and_after_its_window() -> None:
    numbers = begun()
    numbers.add([truth(1, 1, 1), answered(1), answered(2)])
    assert seen(numbers)[1].labelled == 1
    numbers.begin("two")
    numbers.add([truth(2, 1, 0)])
    canary = seen(numbers)[1]
    assert (canary.requests, canary.labelled, canary.right) == (0, 1, 0)


def test_truth_about_forced_requests_is_about_none() -> None:
    numbers = begun()
    numbers.add([answered(1, forced=True), truth(1, 1, 1)])
    assert seen(numbers)[1].labelled == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["r12", "r7"]),
            st.sampled_from([200, 204, 404, 500, None]),
            st.floats(0.0001, 50),
            st.floats(0, 99),
        ),
        max_size=120,
    ),
    st.integers(1, 7),
)
def test_they_are_what_counting_by_hand_gives(
    lines: list[tuple[str, int | None, float, float]], batch: int
) -> None:
    numbers = begun()
    told = [
        answered(
            n,
            backend,
            status or 502,
            theirs=status,
            seconds=None if status is None else took,
            time=START + at,
        )
        for n, (backend, status, took, at) in enumerate(lines)
    ]
    for begin in range(0, len(told), batch):
        numbers.add(told[begin : begin + batch])
    for name, found in zip(("r7", "r12"), seen(numbers), strict=True):
        mine = [line for line in lines if line[0] == name]
        good = [took * 1000 for _, status, took, _ in mine if status in (200, 204)]
        bad = sum(status in (500, None) for _, status, _, _ in mine)
        assert found.errors == bad
        assert found.requests == bad + len(good)
        assert found.refused == sum(status == 404 for _, status, _, _ in mine)
        if good:
            assert found.p50_ms == pytest.approx(statistics.median_low(good), rel=0.0101)
        else:
            assert found.p50_ms is None
    points = numbers.series()
    assert sum(point.canary.requests + point.stable.requests for point in points) == sum(
        one.requests for one in seen(numbers)
    )


def test_memory_stays_small_whatever_comes() -> None:
    """An hour at 5,000 requests a second has the same buckets as this, and as many ids."""
    numbers = begun(3600.0)
    tracemalloc.start()
    try:
        for second in range(0, 7200, 6):
            numbers.add(
                [
                    answered(
                        second * 1000 + n,
                        "r12" if n % 2 else "r7",
                        time=START + second,
                        seconds=0.001 * (1 + (second * 7 + n * 13) % 5000),
                    )
                    for n in range(180)
                ]
            )
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 80_000_000
    points = numbers.series()
    assert 100 <= len(points) <= 240
    assert sum(point.canary.requests for point in points) == 1200 * 90
    assert [point.time for point in points] == sorted(point.time for point in points)


def test_a_series_bears_times_far_apart() -> None:
    numbers = begun()
    numbers.add([answered(n, time=float(10**n)) for n in range(12)])
    numbers.add([answered(100 + n, time=START + 5 * n) for n in range(1000)])
    assert len(numbers.series()) <= 240


def test_newest_requests_from_before_a_time_are_forgotten() -> None:
    numbers = begun()
    numbers.add([answered(1, status=500, theirs=500, time=START)])
    numbers.forget_recent(START + 10)
    # Told late.
    numbers.add([answered(2, status=500, theirs=500, time=START + 9)])
    numbers.add([answered(3, status=200, theirs=200, time=START + 10)])
    assert numbers.measured(START, START + 100).recent == Recent(1, 0)

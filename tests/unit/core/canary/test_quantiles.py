"""Quantiles in little memory."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.canary.quantiles import (
    ERROR,
    LARGEST_MS,
    SMALLEST_MS,
    Bins,
    bin_of,
    merged,
    middle_of,
    quantiles,
)

LATENCIES = st.lists(st.floats(SMALLEST_MS, LARGEST_MS), min_size=1, max_size=300)


def binned(values: list[float]) -> Bins:
    return merged({bin_of(value): 1} for value in values)


@given(LATENCIES, st.sampled_from([0.5, 0.95, 0.99, 0.0, 1.0]))
def test_a_quantile_is_within_the_error_of_the_exact_one(values: list[float], share: float) -> None:
    exact = sorted(values)[max(1, math.ceil(share * len(values) - 1e-9)) - 1]
    found = quantiles(binned(values), share)[0]
    assert found == pytest.approx(exact, rel=ERROR * 1.001)


@given(LATENCIES, LATENCIES)
def test_parts_together_are_what_the_whole_is(some: list[float], others: list[float]) -> None:
    assert merged((binned(some), binned(others))) == binned(some + others)


def test_there_are_none_of_nothing() -> None:
    assert quantiles({}, 0.5, 0.95) == (None, None)


def test_there_are_not_many_bins_whatever_comes() -> None:
    assert bin_of(1e30) - bin_of(0.0) < 1300
    assert middle_of(bin_of(-5.0)) == pytest.approx(SMALLEST_MS, rel=0.011)

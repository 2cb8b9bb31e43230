"""Quantiles of very many latencies in little memory (pure)."""

import math
from collections.abc import Iterable
from itertools import accumulate

ERROR = 0.01
"""How far a quantile may be from the exact one, as a share of it."""
_STEP = math.log((1 + ERROR) / (1 - ERROR))
_MIDDLE = 2 / (math.exp(_STEP) + 1)
SMALLEST_MS, LARGEST_MS = 0.001, 86_400_000.0
"""What is less or more counts as that."""

Bins = dict[int, int]
"""How many values lie in each; bins are as wide as their values are large, so that the middle of
one is within `ERROR` of all that is in it. There are no more than 1,300 of them."""


def bin_of(ms: float) -> int:
    """The bin that a value is counted in."""
    return math.ceil(math.log(min(max(ms, SMALLEST_MS), LARGEST_MS)) / _STEP)


def middle_of(bin_number: int) -> float:
    """What stands for the values in a bin."""
    return math.exp(bin_number * _STEP) * _MIDDLE


def merged(parts: Iterable[Bins]) -> Bins:
    """All of them together."""
    whole: Bins = {}
    for part in parts:
        for number, count in part.items():
            whole[number] = whole.get(number, 0) + count
    return whole


def quantiles(bins: Bins, *shares: float) -> tuple[float | None, ...]:
    """For each share (0 to 1), the smallest value that so many are not over, within `ERROR`;
    None where there is no value."""
    total = sum(bins.values())
    if not total:
        return (None,) * len(shares)
    ordered = sorted(bins.items())
    return tuple(_at(ordered, max(1, math.ceil(share * total - 1e-9))) for share in shares)


def _at(ordered: list[tuple[int, int]], rank: int) -> float:
    seen = accumulate(count for _, count in ordered)
    reached = (one for (one, _), until in zip(ordered, seen, strict=True) if until >= rank)
    return middle_of(next(reached))

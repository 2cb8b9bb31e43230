"""Counts by time, in so many buckets at most."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from modeldesk.core.canary.model import VersionNumbers
from modeldesk.core.canary.quantiles import Bins, merged, quantiles


@dataclass(slots=True)
class Bucket:
    """What one version did in a short time."""

    requests: int = 0
    errors: int = 0
    refused: int = 0
    cancelled: int = 0
    labelled: int = 0
    right: int = 0
    latencies: Bins = field(default_factory=dict)
    """Of the successes."""


@dataclass(slots=True)
class Pair:
    """What both versions did in a short time."""

    stable: Bucket = field(default_factory=Bucket)
    canary: Bucket = field(default_factory=Bucket)


def numbers_of(buckets: Iterable[Bucket]) -> VersionNumbers:
    """All of them together."""
    found = list(buckets)
    p50, p95, p99 = quantiles(merged(one.latencies for one in found), 0.5, 0.95, 0.99)
    return VersionNumbers(
        sum(one.requests for one in found),
        sum(one.errors for one in found),
        sum(one.refused for one in found),
        sum(one.cancelled for one in found),
        p50,
        p95,
        p99,
        sum(one.labelled for one in found),
        sum(one.right for one in found),
    )


class Sliding:
    """The newest `most` buckets of `width_s`; older ones are forgotten."""

    def __init__(self, width_s: float, most: int) -> None:
        self._width_s = width_s
        self._most = most
        self._buckets: dict[int, Bucket] = {}
        self._newest = 0

    def at(self, time: float) -> Bucket | None:
        """What is counted at `time`; None when that is forgotten."""
        index = int(time / self._width_s)
        found = self._buckets.get(index)
        if found is None:
            if index <= self._newest - self._most:
                return None
            found = self._buckets[index] = Bucket()
            if index > self._newest:
                self._newest = index
                self._forget()
        return found

    def between(self, begin: float, end: float) -> VersionNumbers:
        """From the bucket that `begin` lies in to the one that `end` lies in."""
        first, last = int(begin / self._width_s), int(end / self._width_s)
        return numbers_of(one for index, one in self._buckets.items() if first <= index <= last)

    def _forget(self) -> None:
        limit = self._newest - self._most
        for index in [index for index in self._buckets if index <= limit]:
            del self._buckets[index]


class Thinning:
    """Both versions since the beginning: buckets become twice as wide whenever there would be more
    than `most`."""

    def __init__(self, width_s: float, most: int) -> None:
        self._width_s = width_s
        self._most = most
        self._pairs: dict[int, Pair] = {}

    def at(self, time: float) -> Pair:
        """What is counted at `time`."""
        while int(time / self._width_s) not in self._pairs and len(self._pairs) >= self._most:
            self._widen()
        return self._pairs.setdefault(int(time / self._width_s), Pair())

    def points(self) -> list[tuple[float, Pair]]:
        """When each bucket begins, and what is in it, in the order of time."""
        return [(index * self._width_s, pair) for index, pair in sorted(self._pairs.items())]

    def _widen(self) -> None:
        wide: dict[int, list[Pair]] = {}
        for index, pair in self._pairs.items():
            wide.setdefault(index // 2, []).append(pair)
        self._width_s *= 2
        self._pairs = {
            index: Pair(
                _together([pair.stable for pair in pairs]),
                _together([pair.canary for pair in pairs]),
            )
            for index, pairs in wide.items()
        }


def _together(buckets: list[Bucket]) -> Bucket:
    return Bucket(
        sum(one.requests for one in buckets),
        sum(one.errors for one in buckets),
        sum(one.refused for one in buckets),
        sum(one.cancelled for one in buckets),
        sum(one.labelled for one in buckets),
        sum(one.right for one in buckets),
        merged(one.latencies for one in buckets),
    )

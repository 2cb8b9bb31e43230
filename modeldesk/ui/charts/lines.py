"""What a chart of figures over the time of day shows, and how many points of it are worth drawing
(no Qt)."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import isfinite, isnan, nan

from modeldesk.ui.charts.scale import nice_step, ticks

_TIME_STEPS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
)  # fmt: skip
"""What labels of a time axis may lie apart, in seconds."""
_LABEL_GAP = 10.0
_EACH_COLUMN = 2
"""More points than this in a column say nothing more."""


class LineRole(Enum):
    """What a line stands for: how it is drawn, and whether the legend names it."""

    STABLE = "stable"
    CANARY = "canary"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure over time: seconds since the epoch, growing, and values; one that is not a number
    breaks the line."""

    name: str
    role: LineRole
    times: tuple[float, ...] = ()
    values: tuple[float, ...] = ()

    @property
    def newest(self) -> float:
        """The last value; not a number where there is none now."""
        return self.values[-1] if self.values else nan

    def at(self, time: float) -> float:
        """The value nearest to `time`; not a number where there is none."""
        place = self.nearest(time)
        return nan if place is None else self.values[place]

    def nearest(self, time: float) -> int | None:
        """The place of the point nearest to `time`."""
        if not self.times:
            return None
        right = bisect_left(self.times, time)
        near = [n for n in (right - 1, right) if 0 <= n < len(self.times)]
        return min(near, key=lambda n: abs(self.times[n] - time))


@dataclass(frozen=True, slots=True)
class LinesSpec:
    """The title, how a value is said (exactly, and at the axis), and what round numbers of it are
    made of. An axis that is not `from_zero` begins below the lowest value."""

    title: str
    say: Callable[[float], str]
    mark: Callable[[float], str]
    unit: str
    """The head of a column of a CSV file."""
    base: float = 1.0
    least_top: float = 1.0
    most: float | None = None
    """What no value exceeds."""
    from_zero: bool = True


@dataclass(frozen=True, slots=True)
class Extent:
    """What an axis of values reaches from and to, and its marks."""

    low: float
    high: float
    marks: tuple[float, ...]


def extent(spec: LinesSpec, lines: Sequence[Line], limit: float | None) -> Extent:
    """An axis on which all values and the limit have their place."""
    known = [v for line in lines for v in line.values if isfinite(v)]
    if limit is not None:
        known.append(limit)
    if spec.from_zero:
        top = max((*known, spec.least_top), default=1.0)
        # A limit must not lie on the edge.
        top = max(top, (limit or 0.0) * 1.1)
        marks = [mark * spec.base for mark in ticks(top / spec.base, 3)]
        return Extent(0.0, marks[-1], tuple(marks))
    high = spec.most if spec.most is not None else max(known, default=1.0)
    lowest = min(known, default=high - spec.least_top)
    step = nice_step(max(high - lowest, spec.least_top), 3)
    count = 1
    while high - count * step > lowest - step * 0.1 and count < 8:
        count += 1
    low = high - count * step
    return Extent(low, high, tuple(low + n * step for n in range(count + 1)))


def span(lines: Sequence[Line], least: float) -> tuple[float, float]:
    """The first and the last time of all lines, at least `least` seconds apart."""
    ends = [(line.times[0], line.times[-1]) for line in lines if line.times]
    if not ends:
        return 0.0, least
    last = max(end for _, end in ends)
    return min(*(begin for begin, _ in ends), last - least), last


def time_marks(begin: float, end: float, most: int, offset: float) -> list[float]:
    """Round times of day between `begin` and `end`, at most about `most`. `offset` is what the
    local time is ahead, in seconds."""
    wanted = (end - begin) / max(most, 1)
    step = next((one for one in _TIME_STEPS if one >= wanted), _TIME_STEPS[-1])
    first = -(-(begin + offset) // step) * step - offset
    return [first + n * step for n in range(int((end - first) // step) + 1)]


def label_places(
    centres: Sequence[float], widths: Sequence[float], edges: tuple[float, float]
) -> list[tuple[int, float]]:
    """Which labels have room below their marks, and where each begins: none is cut at an edge, and
    one that would touch the label before it is left out."""
    places: list[tuple[int, float]] = []
    free = edges[0]
    for number, (centre, width) in enumerate(zip(centres, widths, strict=True)):
        left = min(max(centre - width / 2, edges[0]), edges[1] - width)
        if left >= free:
            places.append((number, left))
            free = left + width + _LABEL_GAP
    return places


def worth_drawing(
    times: Sequence[float], values: Sequence[float], columns: int
) -> Iterator[tuple[float, float]]:
    """The points that make the picture: of many in one column the lowest and the highest, in their
    order, and both ends of the line. So no peak is lost."""
    count = len(times)
    if count <= _EACH_COLUMN * max(columns, 1):
        yield from zip(times, values, strict=True)
        return
    yield times[0], values[0]
    begin, end = times[0], times[-1]
    width = (end - begin) / max(columns, 1) or 1.0
    first = 0
    for column in range(max(columns, 1)):
        edge = begin + (column + 1) * width
        last = count if column == columns - 1 else bisect_left(times, edge, first)
        if last > first:
            yield from _of_column(times, values, first, last)
        first = last
    yield times[-1], values[-1]


def _of_column(
    times: Sequence[float], values: Sequence[float], first: int, last: int
) -> Iterator[tuple[float, float]]:
    part = values[first:last]
    if any(isnan(v) for v in part):
        # A gap stays a gap.
        yield from zip(times[first:last], part, strict=True)
        return
    places = {first + part.index(min(part)), first + part.index(max(part))}
    for place in sorted(places):
        yield times[place], values[place]

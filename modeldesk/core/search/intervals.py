"""Comparisons of figures as what lies between two bounds: the same for one version and for an
index of many."""

from dataclasses import dataclass

from modeldesk.core.search.model import Number, Operator, Span
from modeldesk.core.search.times import microseconds


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`; None is no bound."""

    low: float | None = None
    with_low: bool = True
    high: float | None = None
    with_high: bool = True

    def __contains__(self, figure: float) -> bool:
        if self.low is not None and not (
            figure >= self.low if self.with_low else figure > self.low
        ):
            return False
        return self.high is None or (figure <= self.high if self.with_high else figure < self.high)


def interval(operator: Operator, value: Number | Span) -> Interval:
    """The figures of which `operator` with `value` is true; of one that denies, those of which
    its opposite is. Dates are in microseconds since 1970."""
    if isinstance(value, Number):
        low = high = value.value
        ends = True
    else:
        # A day is more than another from its end on, and less before its beginning.
        low, high = microseconds(value.start), microseconds(value.end)
        ends = False
    match operator:
        case Operator.LESS:
            return Interval(high=low, with_high=False)
        case Operator.AT_MOST:
            return Interval(high=high, with_high=ends)
        case Operator.MORE:
            return Interval(low=high, with_low=not ends)
        case Operator.AT_LEAST:
            return Interval(low=low)
    return Interval(low, True, high, ends)

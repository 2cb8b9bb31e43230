"""What a live chart shows, free of any chart library."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimeSeriesSpec:
    """The title (empty: no head), the unit and the names of the lines.

    `unit` follows a number, or is a function that says a value with its unit; `base` is then
    what the axis's round numbers are made of (1e6 for values in bytes that are read in MB).
    The axis reaches at least `least_top`, and `limit` where there is one.
    """

    title: str
    unit: str | Callable[[float], str] = ""
    series: tuple[str, ...] = ("",)
    limit: float | None = None
    least_top: float = 1.0
    base: float = 1.0
    seconds: float = 120.0

    def say(self, value: float) -> str:
        """`value` for a person."""
        if not isinstance(self.unit, str):
            return self.unit(value)
        rounded = f"{value:.0f}" if abs(value) >= 10 or value == round(value) else f"{value:.1f}"
        return f"{rounded} {self.unit}".strip()

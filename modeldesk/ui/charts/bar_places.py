"""Where bars stand, in pixels. Narrow ones touch, and those that share a pixel are drawn as the
tallest of them: gaps narrower than a pixel are there or not as rounding has it, which makes a
pattern that the figures have not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

WIDEST_BAR = 44.0
_BAR_SHARE = 0.6
_GAPLESS_BELOW = 6.0
"""Pixels from one bar to the next, below which none are left between."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the bars stand: the plot's pixels and the range of bar numbers it shows."""

    plot: QRectF
    first: float
    last: float
    top: float

    @property
    def slot(self) -> float:
        """Pixels from one bar to the next."""
        return self.plot.width() / max(self.last - self.first, 1e-9)

    def x(self, number: float) -> float:
        """The pixel of the middle of a bar."""
        return self.plot.left() + (number - self.first) * self.slot

    def y(self, amount: float) -> float:
        """The pixel of an amount of bytes. Where all are zero, so is the top."""
        return self.plot.bottom() - self.plot.height() * amount / (self.top or 1.0)

    def number_at(self, x: float) -> int:
        """The bar whose column a pixel is in; it may lie outside the data."""
        return round(self.first + (x - self.plot.left()) / self.slot)


@dataclass(frozen=True, slots=True)
class Place:
    """A bar that is drawn, and its pixels."""

    number: int
    left: int
    width: int


def places(frame: Frame, totals: NDArray[np.float64], chosen: int | None) -> Sequence[Place]:
    """The bars in sight, left to right. The chosen one is there whatever shares its pixel."""
    first = max(0, int(np.floor(frame.first + 0.5)))
    last = min(len(totals) - 1, int(np.ceil(frame.last - 0.5)))
    if last < first:
        return ()
    if frame.slot < 1:
        return _merged(frame, totals, first, last, chosen)
    if frame.slot < _GAPLESS_BELOW:
        edges = [round(frame.x(number - 0.5)) for number in range(first, last + 2)]
        return [
            Place(number, left, right - left)
            for number, (left, right) in enumerate(pairwise(edges), first)
        ]
    width = round(min(frame.slot * _BAR_SHARE, WIDEST_BAR))
    return [
        Place(number, round(frame.x(number) - width / 2), width)
        for number in range(first, last + 1)
    ]


def _merged(
    frame: Frame, totals: NDArray[np.float64], first: int, last: int, chosen: int | None
) -> Sequence[Place]:
    """One for each pixel: the tallest of those whose middle lies in it, or the chosen one."""
    pixels = np.floor(frame.x(0) + np.arange(first, last + 1) * frame.slot).astype(int)
    begins = np.flatnonzero(np.diff(pixels, prepend=pixels[0] - 1)) + first
    found = []
    for begin, end in pairwise([*begins.tolist(), last + 1]):
        tallest = begin + int(totals[begin:end].argmax())
        number = chosen if chosen is not None and begin <= chosen < end else tallest
        found.append(Place(number, int(pixels[begin - first]), 1))
    return found

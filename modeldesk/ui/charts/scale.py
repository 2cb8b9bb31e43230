"""Round numbers for axes, and how many labels fit beside each other."""

import math
from collections.abc import Sequence

_WORTH_CUTTING = 4


def nice_step(top: float, most: int = 5) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten that reaches `top` in at most `most`."""
    if top <= 0:
        return 1.0
    raw = top / most
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 2.5, 5):
        if factor * power >= raw * (1 - 1e-9):
            return factor * power
    return 10 * power


def ticks(top: float, most: int = 5) -> list[float]:
    """Ticks from 0 to the first at or above `top`, evenly apart."""
    step = nice_step(top, most)
    return [n * step for n in range(math.ceil(top / step - 1e-9) + 1)]


def distinct_parts(labels: Sequence[str]) -> list[str]:
    """`labels` without the words that all of them begin and end with, which dots stand for."""
    if len(set(labels)) < 2:
        return list(labels)
    begin = _shared_words(labels)
    end = _shared_words([label[begin:][::-1] for label in labels])
    return [
        ("…" if begin else "") + label[begin : len(label) - end] + ("…" if end else "")
        for label in labels
    ]


def _shared_words(labels: Sequence[str]) -> int:
    """How many characters all begin with, up to the end of a word; 0 when it is not worth it."""
    length = 0
    for letters in zip(*labels, strict=False):
        if len(set(letters)) > 1:
            break
        length += 1
    first = labels[0]
    while length and first[length - 1].isalnum():
        length -= 1
    return length if length >= _WORTH_CUTTING else 0


def labels_that_fit(
    centres: Sequence[float], widths: Sequence[float], gap: float, keep: int | None = None
) -> list[int]:
    """Which labels to draw so that none touches another: every n-th, counted from the end.

    The one at `keep` is always drawn, and those it would touch are not.
    """
    count = len(centres)
    every = 1
    while every < count:
        chosen = range(count - 1, -1, -every)
        if all(
            centres[right] - centres[left] >= (widths[right] + widths[left]) / 2 + gap
            for right, left in zip(chosen, list(chosen)[1:], strict=False)
        ):
            break
        every += 1
    shown = sorted(range(count - 1, -1, -every))
    if keep is None:
        return shown
    clear = [
        n for n in shown if abs(centres[n] - centres[keep]) >= (widths[n] + widths[keep]) / 2 + gap
    ]
    return sorted({*clear, keep})

"""Which layers two images share, and which stand in each other's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from modeldesk.core.contents.model import LayerContents

T = TypeVar("T")
_MOST_PAIRS = 4_000_000
"""No image a program made has so many layers that this is reached."""


class PairState(Enum):
    """How a line of the alignment reads."""

    SHARED = "shared"
    CHANGED = "changed"
    """Made by the same instruction, and something else came of it."""
    REMOVED = "removed"
    """Only in the left image."""
    ADDED = "added"
    """Only in the right one."""


@dataclass(frozen=True, slots=True)
class LayerPair:
    """One line of the alignment, with one layer or two."""

    left: LayerContents | None
    right: LayerContents | None

    @property
    def state(self) -> PairState:
        if self.left is None:
            return PairState.ADDED
        if self.right is None:
            return PairState.REMOVED
        same = self.left.blob.diff_id == self.right.blob.diff_id
        return PairState.SHARED if same else PairState.CHANGED


def align_layers(
    left: Sequence[LayerContents], right: Sequence[LayerContents]
) -> tuple[LayerPair, ...]:
    """All layers of both, base first, each in its image's order: shared ones side by side, and
    between those the ones of equal instructions."""
    pairs: list[LayerPair] = []
    a = b = 0
    shared = _common([one.blob.diff_id for one in left], [one.blob.diff_id for one in right])
    for end_a, end_b in (*shared, (len(left), len(right))):
        pairs += _by_instruction(left[a:end_a], right[b:end_b])
        if end_a < len(left) and end_b < len(right):
            pairs.append(LayerPair(left[end_a], right[end_b]))
        a, b = end_a + 1, end_b + 1
    return tuple(pairs)


def _by_instruction(
    left: Sequence[LayerContents], right: Sequence[LayerContents]
) -> list[LayerPair]:
    # A layer of which nobody knows what made it is like no other.
    ours = [one.instruction or f"left {n}" for n, one in enumerate(left)]
    theirs = [one.instruction or f"right {n}" for n, one in enumerate(right)]
    pairs: list[LayerPair] = []
    a = b = 0
    for end_a, end_b in (*_common(ours, theirs), (len(left), len(right))):
        pairs += [LayerPair(one, None) for one in left[a:end_a]]
        pairs += [LayerPair(None, one) for one in right[b:end_b]]
        if end_a < len(left) and end_b < len(right):
            pairs.append(LayerPair(left[end_a], right[end_b]))
        a, b = end_a + 1, end_b + 1
    return pairs


def _common(left: Sequence[T], right: Sequence[T]) -> list[tuple[int, int]]:
    """Places of the longest row of items that both have in that order."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    found = [(place, place) for place in range(start)]
    rows, columns = len(left) - start, len(right) - start
    if rows * columns > _MOST_PAIRS:
        return found
    # lengths[i][j]: the longest such row from i and j on.
    lengths = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            lengths[i][j] = (
                lengths[i + 1][j + 1] + 1
                if left[start + i] == right[start + j]
                else max(lengths[i + 1][j], lengths[i][j + 1])
            )
    i = j = 0
    while i < rows and j < columns:
        if left[start + i] == right[start + j]:
            found.append((start + i, start + j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return found

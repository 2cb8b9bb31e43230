"""Long lists in pieces come out as in one go."""

import random
from array import array
from itertools import accumulate

import pytest

from modeldesk.core.contents.columns import sums, taken
from modeldesk.core.contents.pieces import PIECE, both, in_order, pieces, without


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE + 1, 5 * PIECE + 17])
@pytest.mark.parametrize("spread", [1, 5, 10**9])
def test_order_is_that_of_sorting(length: int, spread: int) -> None:
    rnd = random.Random(length)
    keys = [rnd.randrange(spread) for _ in range(length)]
    assert list(in_order(keys)) == sorted(range(length), key=keys.__getitem__)
    assert list(in_order(keys, largest_first=True)) == sorted(
        range(length), key=keys.__getitem__, reverse=True
    )


def test_marks_of_two_lists() -> None:
    rnd = random.Random(3)
    first, second = (bytes(rnd.randrange(2) for _ in range(1001)) for _ in range(2))
    assert both(first, second) == bytes(a & b for a, b in zip(first, second, strict=True))
    assert without(first, second) == bytes(a > b for a, b in zip(first, second, strict=True))
    assert both(b"", b"") == without(b"", b"") == b""


def test_sums_and_taking() -> None:
    length = 2 * PIECE + 5
    amounts = array("Q", range(length))
    counted = bytes(number % 3 == 0 for number in range(length))
    wanted = accumulate((a * c for a, c in zip(amounts, counted, strict=True)), initial=0)
    assert list(sums(amounts, counted)) == list(wanted)
    places = array("I", range(length - 1, -1, -2))
    assert list(taken(amounts, places)) == [amounts[place] for place in places]
    assert [part.stop - part.start for part in pieces(length)] == [PIECE, PIECE, 5]

"""Where bars stand: no pixel between narrow ones is empty by chance, and none is drawn twice."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from modeldesk.ui.charts.bar_places import Frame, places


def frame(first: float, last: float, width: float = 620.0) -> Frame:
    return Frame(QRectF(46, 30, width, 144), first, last, 1.0)


@pytest.mark.parametrize("count", [110, 300, 500, 619])
def test_narrow_bars_touch_and_none_is_left_out(count: int) -> None:
    found = places(frame(-0.5, count - 0.5), np.ones(count), None)
    assert [place.number for place in found] == list(range(count))
    assert found[0].left == 46
    assert found[-1].left + found[-1].width == 46 + 620
    for one, following in pairwise(found):
        assert one.left + one.width == following.left


@pytest.mark.parametrize("count", [621, 1000, 5000])
def test_of_those_that_share_a_pixel_the_tallest_stands_for_all(count: int) -> None:
    totals = np.random.default_rng(7).permutation(count).astype(float)
    found = places(frame(-0.5, count - 0.5), totals, None)
    assert [place.left for place in found] == list(range(46, 46 + 620))
    assert {place.width for place in found} == {1}
    sharing = defaultdict[int, list[int]](list)
    for number in range(count):
        sharing[int(frame(-0.5, count - 0.5).x(number))].append(number)
    for place in found:
        assert place.number == max(sharing[place.left], key=totals.__getitem__)


def test_the_chosen_one_is_there_whatever_shares_its_pixel() -> None:
    totals = np.arange(5000, dtype=float)
    for chosen in (0, 2001, 2002, 2003, 2004, 4999):
        found = places(frame(-0.5, 4999.5), totals, chosen)
        assert chosen in [place.number for place in found]
        assert len(found) == 620


@given(
    st.integers(1, 6000),
    st.floats(0, 1),
    st.floats(0.001, 1),
    st.floats(80, 1600),
)
def test_any_part_of_any_history(count: int, begin: float, share: float, width: float) -> None:
    first = -0.5 + begin * count
    found = places(frame(first, first + max(1.0, share * count), width), np.ones(count), None)
    numbers = [place.number for place in found]
    assert numbers == sorted(set(numbers))
    assert all(place.width >= 1 for place in found)
    for one, following in pairwise(found):
        assert one.left + one.width <= following.left

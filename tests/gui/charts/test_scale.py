"""Round ticks from zero, and labels that do not touch."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.ui.charts.scale import distinct_parts, labels_that_fit, nice_step, ticks


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (2.5, [0, 0.5, 1.0, 1.5, 2.0, 2.5]),
        (2.51, [0, 1, 2, 3]),
        (904, [0, 200, 400, 600, 800, 1000]),
        (0, [0]),
        (1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)
def test_ticks(top: float, expected: list[float]) -> None:
    assert ticks(top) == pytest.approx(expected)


@given(st.floats(min_value=1e-6, max_value=1e15), st.integers(2, 8))
def test_ticks_are_few_even_and_reach_the_top(top: float, most: int) -> None:
    marks = ticks(top, most)
    assert marks[0] == 0
    assert marks[-1] >= top * (1 - 1e-6)
    assert len(marks) <= most + 1
    step = nice_step(top, most)
    assert all(b - a == pytest.approx(step) for a, b in pairwise(marks))


def test_labels_all_fit_where_there_is_room() -> None:
    assert labels_that_fit([0, 100, 200], [40, 40, 40], 8) == [0, 1, 2]


def test_labels_are_thinned_from_the_newest_back() -> None:
    assert labels_that_fit([0, 30, 60, 90, 120], [40] * 5, 8) == [0, 2, 4]


def test_the_chosen_label_pushes_its_neighbours_away() -> None:
    assert labels_that_fit([0, 30, 60, 90, 120], [40] * 5, 8, keep=1) == [1, 4]


@given(
    st.lists(st.floats(1, 200), max_size=60),
    st.floats(1, 50),
    st.data(),
)
def test_no_two_labels_touch(widths: list[float], slot: float, data: st.DataObject) -> None:
    centres = [n * slot for n in range(len(widths))]
    keep = data.draw(st.none() | st.sampled_from(range(len(widths)))) if widths else None
    shown = labels_that_fit(centres, widths, 8, keep)
    assert keep is None or keep in shown
    for left, right in pairwise(shown):
        assert centres[right] - centres[left] >= (widths[left] + widths[right]) / 2 + 8 - 1e-9


def test_what_all_names_share_is_cut() -> None:
    assert distinct_parts(["2025-票据-1-production", "2025-票据-12-production"]) == ["…1…", "…12…"]
    assert distinct_parts(["v1.0", "v1.1"]) == ["v1.0", "v1.1"]
    assert distinct_parts(["same name", "same name"]) == ["same name", "same name"]
    assert distinct_parts(["aaaaa", "aaaaaa"]) == ["aaaaa", "aaaaaa"]
    assert distinct_parts(["a very long name 1", "a very long name 2"]) == ["…1", "…2"]

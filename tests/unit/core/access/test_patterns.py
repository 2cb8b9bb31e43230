"""Patterns that name models."""

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.access.patterns import check_pattern, matches
from modeldesk.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("pattern", "model", "named"),
    [
        ("*", "team/fraud", True),
        ("team/*", "team/fraud", True),
        ("team/*", "team/a/b", True),
        ("team/*", "team", False),
        ("team/*", "teams/fraud", False),
        ("team/fraud", "team/fraud", True),
        ("team/fraud", "team/fraud2", False),
        ("*/fraud", "team/fraud", True),
        ("a*a", "a", False),
        ("a*b*c", "a1b2c", True),
        ("a*b*c", "acb", False),
        ("", "", True),
    ],
)
def test_a_star_is_any_characters(pattern: str, model: str, named: bool) -> None:
    assert matches(pattern, model) is named


@given(st.text("ab/*", max_size=8), st.text("ab/", max_size=8))
def test_it_is_as_shells_do(pattern: str, model: str) -> None:
    assert matches(pattern, model) is fnmatch.fnmatchcase(model, pattern)


def test_no_pattern_takes_long() -> None:
    begin = time.monotonic()
    assert not matches("*a" * 100 + "b", "a" * 10_000)
    assert time.monotonic() - begin < 0.5


@pytest.mark.parametrize("pattern", ["", "Team/*", "a b", "../x?", "a" * 256, "team/**", "a\n"])
def test_what_names_no_model_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput):
        check_pattern(pattern)


def test_what_names_one_is_taken() -> None:
    assert check_pattern("team/*-v_1.0") == "team/*-v_1.0"

"""Limits for waste, as dive's users write them."""

import pytest

from modeldesk.core.contents.dive import DiveScore
from modeldesk.core.contents.gate import Limits, judge, read_limits, share, size, unknown_rules
from modeldesk.core.errors import InvalidInput

SCORE = DiveScore(0.93, 1000, 500, 80, 0.16, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50MB", 50_000_000), ("1.5 GiB", 1_610_612_736), ("0", 0), ("12", 12), ("3kb", 3000)],
)
def test_sizes(text: str, expected: int) -> None:
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "MB", "-1", "5 apples", "1e3"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(InvalidInput):
        size(text)


@pytest.mark.parametrize("text", ["", "-0.1", "1.1", "10%", "nan", "inf"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(InvalidInput):
        share(text)


def test_the_defaults_are_dives() -> None:
    found = {one.rule: one.passed for one in judge(SCORE, Limits())}
    assert found == {"lowestEfficiency": True, "highestUserWastedPercent": False}


def test_a_file_as_dive_documents_it() -> None:
    text = """
rules:
  # If the efficiency is measured below X%, mark as failed.
  lowestEfficiency: 0.95
  highestWastedBytes: 20MB   # of all
  highestUserWastedPercent: "disabled"
  somethingElse: 7
"""
    limits = read_limits(text, Limits(), ".dive-ci")
    assert unknown_rules(text) == ("somethingElse",)
    assert limits == Limits(0.95, 20_000_000, None)
    found = {one.rule: one.passed for one in judge(SCORE, limits)}
    assert found == {"lowestEfficiency": False, "highestWastedBytes": True}
    with pytest.raises(InvalidInput, match="lowestEfficiency in my-ci: “high” is no share"):
        read_limits("lowestEfficiency: high", Limits(), "my-ci")


@pytest.mark.parametrize(
    "text",
    [
        "rules: {lowestEfficiency: 0.5, highestWastedBytes: 1kB, highestUserWastedPercent: .2}",
        (
            "rules: # all\r\n  lowestefficiency: 0.5\r\n  HIGHESTWASTEDBYTES: '1kB'\r\n"
            "  'highestUserWastedPercent' : 0.2#"
        ),
        (
            '{"rules": {"lowestEfficiency": 0.5,\n "highestWastedBytes": "1kB",\n'
            ' "highestUserWastedPercent": 0.2}}'
        ),
    ],
)
def test_other_ways_to_write_the_same(text: str) -> None:
    if text.endswith("#"):
        # A comment begins behind a blank only.
        with pytest.raises(InvalidInput):
            read_limits(text, Limits(), ".dive-ci")
        text = text[:-1] + " # or so"
    assert read_limits(text, Limits(), ".dive-ci") == Limits(0.5, 1000, 0.2)


def test_a_rule_in_a_comment_is_none() -> None:
    text = "# lowestEfficiency: 0.5\nx: 1 # {lowestEfficiency: 0.4}"
    assert read_limits(text, Limits(), ".dive-ci") == Limits()


def test_the_limit_itself_passes() -> None:
    limits = Limits(0.93, 80, 0.16)
    assert all(one.passed for one in judge(SCORE, limits))


def test_figures_are_told_for_a_person() -> None:
    score = DiveScore(0.93, 10_000_000, 5_000_000, 1_998_700, 0.1599, ())
    told = [(one.text(one.value), one.text(one.limit)) for one in judge(score, Limits(0.9, 10**8))]
    assert told == [("93.00%", "90.00%"), ("2.00 MB", "100 MB"), ("15.99%", "10.00%")]


@pytest.mark.parametrize("text", ["rules: [a", "rules:\n- lowestEfficiency: 0.99\n", "hello"])
def test_a_file_of_which_nothing_can_be_read_is_told(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"Nothing in \.dive-ci can be read"):
        read_limits(text, Limits(), ".dive-ci")


@pytest.mark.parametrize("text", ["", "# none\n", "---\nrules:\n", "rules: {}\n"])
def test_a_file_that_says_nothing_changes_nothing(text: str) -> None:
    assert read_limits(text, Limits(), ".dive-ci") == Limits()

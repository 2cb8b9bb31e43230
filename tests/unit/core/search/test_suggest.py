"""What is offered while a query is written."""

import pytest

from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import Field, Names
from modeldesk.core.search.suggest import Suggestion, suggestions

NAMES = Names(
    ((Section.METRIC, "accuracy"), (Section.PARAMETER, "lr"), (Section.TAG, "accuracy"),
     (Section.TAG, "my note"), (Section.METRIC, "model")),
    {Field.CHANNEL: ("stable", "deprecated"), Field.DATASET: ("clicks 2025", "and")},
)  # fmt: skip


def offered(text: str) -> list[str]:
    return [one.text for one in suggestions(text, len(text), NAMES)]


def test_at_first_what_there_is() -> None:
    assert offered("")[:5] == ["accuracy", "lr", '"my note"', "tag.accuracy", "metric.model"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ac", ["accuracy", "tag.accuracy"]),
        ("metric.m", ["metric.model"]),
        ("tag.", ["tag.accuracy", 'tag."my note"']),
        ("channel = ", ["stable", "deprecated"]),
        ("channel != d", ["deprecated"]),
        ("dataset=", ['"clicks 2025"', '"and"']),
        ("created > ", ["today", "yesterday"]),
        ("accuracy > 0.9 a", ["accuracy", "and"]),
        ("accuracy > 0.9 and (fr", ["framework"]),
        ("SIZ", ["size"]),
        ('dataset = "cli', []),
        ('dataset = "clicks 2025"', []),
        ('dataset = "clicks 2025" an', ["and"]),
        ("(accuracy > 0.9)", []),
        ("accuracy > ", []),
        ("channel", []),
    ],
)
def test_offers(text: str, first: list[str]) -> None:
    assert offered(text)[: len(first) or None] == first


def test_where_it_would_stand() -> None:
    found = suggestions("lr = 1 and ac and x", len("lr = 1 and ac"), NAMES)
    assert found[0] == Suggestion(len("lr = 1 and "), "accuracy", "metric")

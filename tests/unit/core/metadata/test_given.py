"""Metadata as programs give it."""

import pytest

from modeldesk.core.errors import InvalidInput
from modeldesk.core.metadata.given import from_mapping
from modeldesk.core.metadata.keys import parse_key


def test_names_mean_what_their_values_say() -> None:
    found = from_mapping(
        {
            "accuracy": 0.943,
            "owner": "mia",
            "dataset": "clicks-2025-11",
            "training_time": "90min",
            "param.lr": 0.01,
            "params": {"optimizer": "adam", "layers": 3},
            "metrics": {"f1": 1},
            "tags": {"reviewed": True},
        }
    )
    assert {key.text: value for key, value in found.items()} == {
        "metric.accuracy": 0.943,
        "tag.owner": "mia",
        "training.dataset": "clicks-2025-11",
        "training.time": 5400.0,
        "param.lr": 0.01,
        "param.optimizer": "adam",
        "param.layers": 3,
        "metric.f1": 1,
        "tag.reviewed": "true",
    }


def test_seconds_of_a_training_may_be_a_number() -> None:
    assert from_mapping({"training_time": 90}) == {parse_key("training_time"): 90}


@pytest.mark.parametrize(
    "given",
    [
        {"metrics": {"accuracy": "good"}},
        {"accuracy": float("nan")},
        {"accuracy": float("inf")},
        {"things": {"a": 1}},
        {"a": [1, 2]},
        {"a": None},
        {"metrics": {"a": {"b": 1}}},
        {"": 1},
        {"training_time": -1},
        {"training_time": "soon"},
        {"training.epochs": 3},
        {"metrics": {"accuracy": True}},
    ],
)
def test_what_can_not_be(given: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        from_mapping(given)

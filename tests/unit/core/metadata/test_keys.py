"""Keys and values as they are written, and documents as they are kept."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.errors import InvalidInput
from modeldesk.core.images import Labels
from modeldesk.core.metadata.document import LARGEST, edit_id, from_bytes, to_bytes
from modeldesk.core.metadata.keys import parse_key, read_value, value_text
from modeldesk.core.metadata.labels import from_labels, to_labels, with_values
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Edit, Key, Section, Value
from modeldesk.core.text import duration_of, duration_text

METRIC, PARAMETER, TAG = Section.METRIC, Section.PARAMETER, Section.TAG
NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("metric.accuracy", Key(METRIC, "accuracy")),
        ("params.a.b", Key(PARAMETER, "a.b")),
        ("tag.所有者", Key(TAG, "所有者")),
        ("dataset", DATASET),
        ("training.dataset", DATASET),
        ("training_time", TRAINING_TIME),
    ],
)
def test_keys(text: str, key: Key) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    "text", ["", "accuracy", "colour.x", "metric.", "tag. x", "tag.a\nb", "training.seed",
             "tag." + "x" * 200]
)  # fmt: skip
def test_no_keys(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_key(text)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("metric.a", " 0.9 ", 0.9),
        ("metric.a", "12", 12),
        ("param.lr", "1e-3", 0.001),
        ("param.opt", "adam", "adam"),
        ("tag.build", "42", "42"),
        ("dataset", "2025", "2025"),
        ("training_time", "1h30min", 5400.0),
        ("training_time", "0.5s", 0.5),
    ],
)
def test_values(key: str, text: str, value: Value) -> None:
    found = read_value(parse_key(key), text)
    assert found == value
    assert type(found) is type(value)
    assert read_value(parse_key(key), value_text(parse_key(key), found)) == value


@pytest.mark.parametrize(
    ("key", "text"),
    [("metric.a", "high"), ("metric.a", "nan"), ("metric.a", ""), ("training_time", "90"),
     ("training_time", "soon"), ("tag.x", "  "), ("tag.x", "x" * 20_000)],
)  # fmt: skip
def test_no_values(key: str, text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_value(parse_key(key), text)
    assert caught.value.hint


@given(st.floats(0, 1e9, allow_nan=False))
def test_a_training_s_time_is_written_as_it_is_read(seconds: float) -> None:
    seconds = round(seconds, 6)
    assert read_value(TRAINING_TIME, value_text(TRAINING_TIME, seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (1.5, "1.5s"), (59.96, "1min"), (90, "1min30s"), (3600, "1h"), (5400, "1h30min"),
     (90_000, "1d1h"), (86_400 * 30, "30d")],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
    assert duration_of(text) == pytest.approx(seconds, abs=0.05)


def edit(values: dict[Key, Value] | None = None) -> Edit:
    return Edit(NOON, "Ann", "why", values or {Key(METRIC, "a"): 0.5}, frozenset((DATASET,)))


def test_a_document_is_the_same_bytes_for_the_same_edit() -> None:
    one, other = Key(TAG, "a"), Key(TAG, "b")
    assert to_bytes(edit({one: "1", other: "2"})) == to_bytes(edit({other: "2", one: "1"}))
    assert edit_id(edit()) != edit_id(edit({one: "1"}))
    assert from_bytes(to_bytes(edit())) == edit()


def document(**changes: Any) -> bytes:
    return json.dumps({**json.loads(to_bytes(edit())), **changes}).encode()


def test_what_a_later_program_writes_is_passed_over() -> None:
    found = from_bytes(document(set={"metric.a": 1, "shape.x": 2, "tag.y": [1], "tag.z": True}))
    assert found.set == {Key(METRIC, "a"): 1}
    assert from_bytes(document(unset=["dataset", "shape.x", 7])).unset == {DATASET}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"[" * 100_000, b"\xff", document(schema=2), document(time="soon"),
     document(time="2026-01-01T00:00:00"), document(author=7), document(author="x" * 5000),
     document(set=[]), document(unset={}), b" " * LARGEST + document()],
)  # fmt: skip
def test_what_is_no_document(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        from_bytes(content)


def test_labels() -> None:
    values: dict[Key, Value] = {
        Key(METRIC, "accuracy"): 0.9,
        Key(PARAMETER, "lr"): 0.01,
        Key(PARAMETER, "opt"): "adam",
        Key(TAG, "owner"): "ann",
        DATASET: "clicks",
        TRAINING_TIME: 5400.0,
    }
    assert from_labels(to_labels(values)) == values
    more = with_values({"io.modeldesk.model.metrics": '{"f1": 1}', "x": "y"}, values)
    assert from_labels(more) == {**values, Key(METRIC, "f1"): 1}
    assert more["x"] == "y"
    assert with_values({"x": "y"}, {}) == {"x": "y"}


@pytest.mark.parametrize(
    "labels",
    [
        {"io.modeldesk.model.parameters": "[]"},
        {"io.modeldesk.model.parameters": "{" * 100_000},
        {"io.modeldesk.model.parameters": '{"a": null, "b": [1], "": 1, "c": true, "d": 1e999}'},
        {"io.modeldesk.model.training.seconds": "-1"},
        {"io.modeldesk.model.training.seconds": "1h"},
        {"io.modeldesk.model.dataset.version": "  "},
        {"io.modeldesk.model.tags": '{"a": ""}'},
    ],
)
def test_labels_that_say_nothing(labels: Labels) -> None:
    assert from_labels(labels) == {}

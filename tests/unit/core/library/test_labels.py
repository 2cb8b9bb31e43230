"""What labels say, whatever they hold."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.labels import CREATED_LABEL, METRICS_LABEL, MODEL_NAME_LABEL, REVISION_LABEL
from modeldesk.core.library.labels import commit, created, metrics, model_name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"accuracy": 0.943, "loss": 1}', {"accuracy": 0.943, "loss": 1.0}),
        ('{"accuracy": "0.9", "ok": true, "f1": 0.8, "none": null, "deep": {"a": 1}}', {"f1": 0.8}),
        ('{"a": NaN, "b": Infinity, "c": -1e999, "d": 2}', {"d": 2.0}),
        ('{"huge": 1' + "0" * 400 + ', "e": 1}', {"e": 1.0}),
        ("[1, 2]", {}),
        ("0.9", {}),
        ("{accuracy: 0.9}", {}),
        ("", {}),
        ("[" * 100_000, {}),
    ],
)
def test_metrics(text: str, found: dict[str, float]) -> None:
    assert dict(metrics({METRICS_LABEL: text})) == found


def test_of_very_many_metrics_the_first_hundred_count() -> None:
    text = json.dumps({"note": "none", **{f"m{number}": number for number in range(3000)}})
    assert list(metrics({METRICS_LABEL: text})) == [f"m{number}" for number in range(100)]


def test_no_metrics_without_the_label() -> None:
    assert dict(metrics({})) == {}


@given(st.text())
def test_any_text_is_taken_for_metrics(text: str) -> None:
    found = metrics({METRICS_LABEL: text})
    assert all(isinstance(value, float | int) for value in found.values())


@pytest.mark.parametrize(
    ("revision", "found"),
    [
        ("9f31c0a4be77d2c81a5f977e02b115ac9dee0b66", "9f31c0a4"),
        ("9F31C0A4be77", "9f31c0a4"),
        ("9f31c0a4be77d2c81a5f977e02b115ac9dee0b66-dirty", "9f31c0a4-dirty"),
        ("9f31c0a", "9f31c0a"),
        ("v1.2", ""),
        ("", ""),
        ("main", ""),
    ],
)
def test_commit(revision: str, found: str) -> None:
    assert commit({REVISION_LABEL: revision}) == found


def test_model_name_without_blanks_around_it() -> None:
    assert model_name({MODEL_NAME_LABEL: " ocr-zh · 票据识别 "}) == "ocr-zh · 票据识别"
    assert model_name({MODEL_NAME_LABEL: "  "}) == ""
    assert model_name({}) == ""


ENGINE_SAYS = datetime(2025, 4, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-04-06T08:00:00Z", datetime(2025, 4, 6, 8, tzinfo=UTC)),
        ("2025-04-04T08:00:00+00:00", ENGINE_SAYS),
        ("2925-04-06T08:00:00Z", ENGINE_SAYS),
        ("2025-04-06T08:00:00", ENGINE_SAYS),
        ("yesterday", ENGINE_SAYS),
        ("", ENGINE_SAYS),
    ],
)
def test_a_later_label_knows_better_when_an_image_was_made(text: str, expected: datetime) -> None:
    image = ImageSummary(ImageId("sha256:1"), (), (), 1, ENGINE_SAYS, {CREATED_LABEL: text})
    assert created(image) == expected


def test_whole_numbers_stay_whole() -> None:
    found = metrics({METRICS_LABEL: '{"seed": 20250405, "accuracy": 1.0}'})
    assert (str(found["seed"]), str(found["accuracy"])) == ("20250405", "1.0")

"""The numbers of a version: measures in sight, the rest behind one line."""

import pytest
from pytestqt.qtbot import QtBot

from modeldesk.ui.build.metric_fields import MetricFields
from modeldesk.ui.theme.theme import Theme

METRICS = {"epochs": "12", "accuracy": "0.943", "parameters": "1234567", "val_loss": "0.2"}


@pytest.fixture
def fields(theme: Theme, qtbot: QtBot) -> MetricFields:
    made = MetricFields()
    qtbot.addWidget(made)
    made.show_metrics(METRICS)
    made.show()
    return made


def in_sight(fields: MetricFields) -> set[str]:
    return {name for name, edit in fields.edits.items() if edit.isVisible()}


def test_what_is_no_measure_is_folded(fields: MetricFields) -> None:
    assert in_sight(fields) == {"accuracy", "val_loss"}
    assert fields.fold.text() == "and 2 more values"
    fields.fold.click()
    assert in_sight(fields) == set(METRICS)
    fields.fold.click()
    assert in_sight(fields) == {"accuracy", "val_loss"}


def test_folded_numbers_are_registered_too(fields: MetricFields) -> None:
    assert fields.texts() == METRICS


def test_a_folded_field_that_is_wrong_comes_into_sight(fields: MetricFields) -> None:
    fields.edits["epochs"].setText("many")
    fields.check("That is not a number.")
    assert "epochs" in in_sight(fields)
    assert fields.edits["epochs"].property("wrong")
    assert not fields.edits["accuracy"].property("wrong")


def test_numbers_without_a_measure_are_one_line(fields: MetricFields) -> None:
    fields.show_metrics({"epochs": "12"})
    assert in_sight(fields) == set()
    assert fields.fold.text() == "1 value from the folder"
    fields.show_metrics({"accuracy": "0.9"})
    assert in_sight(fields) == {"accuracy"}
    assert fields.fold.isHidden()
    fields.show_metrics({})
    assert fields.isHidden()

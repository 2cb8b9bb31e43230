"""What is registered with a version, and changing it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from modeldesk.core.attached.service import places_of
from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import Version
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Edit, Key, Metadata, Section, Told
from modeldesk.core.references import Reference
from modeldesk.ui.inspector.metadata_dialog import MetadataDialog
from modeldesk.ui.inspector.metadata_form import Draft, change_of, draft_of
from modeldesk.ui.tasks.runner import TaskRunner
from modeldesk.ui.theme.theme import Theme
from tests.gui.inspector.test_panel import Shown
from tests.unit.core.attached.test_service import NOON

METADATA = 2
ACCURACY, OWNER = Key(Section.METRIC, "accuracy"), Key(Section.TAG, "owner")


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> Iterator[Shown]:
    made = Shown(theme, tasks, tmp_path)
    qtbot.addWidget(made.panel)
    made.panel.resize(372, 800)
    made.panel.show()
    yield made
    made.panel.close()


def form(shown: Shown) -> MetadataDialog:
    shown.panel.metadata.registered.edit.click()
    (dialog,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MetadataDialog)]
    return dialog


def rows(shown: Shown, section: Section) -> dict[str, str]:
    values = shown.panel.metadata.registered.sections[section].values
    return {row.label: row.value for row in values.rows()}


def show_pushed(shown: Shown, digest: str) -> Version:
    """A version that a registry knows by `digest`."""
    there = Reference.parse(f"registry.lan:5000/team/m@{digest}")
    version = replace(shown.version("v1.0.0"), digests=(there,))
    shown.panel.tabs.setCurrentIndex(METADATA)
    shown.panel.show_version(shown.model, version)
    return version


def test_an_edit_is_shown_with_who_and_why(qtbot: QtBot, shown: Shown) -> None:
    shown.show("v1.0.0", METADATA)
    dialog = form(shown)
    assert not dialog.save_button.isEnabled()
    dialog.rows[Section.METRIC].add("accuracy", "0.943")
    dialog.rows[Section.TAG].add("owner", "ann")
    dialog.dataset.setText("clicks-2025-11")
    dialog.training_time.setText("1h30min")
    dialog.why.setText("measured again")
    assert dialog.save_button.isEnabled()
    dialog.save_button.click()
    qtbot.waitUntil(lambda: "accuracy" in rows(shown, Section.METRIC), timeout=5000)
    assert rows(shown, Section.METRIC)["accuracy"] == "0.943"
    assert rows(shown, Section.TAG) == {"owner": "ann"}
    assert rows(shown, Section.TRAINING) == {
        "Dataset version": "clicks-2025-11", "Training time": "1 h 30 min",
    }  # fmt: skip
    (fact,) = shown.panel.metadata.registered.history.facts()
    assert fact.name.startswith("Ann, ")
    assert fact.name.endswith(": measured again")
    assert "accuracy = 0.943" in fact.value


def test_what_cannot_be_used_is_said_at_once(shown: Shown) -> None:
    shown.show("v1.0.0", METADATA)
    dialog = form(shown)
    ((_, value),) = [dialog.rows[Section.METRIC].add("accuracy", "high")]
    assert "no number" in dialog.problem.text()
    assert not dialog.save_button.isEnabled()
    value.setText("0.9")
    assert dialog.problem.text() == ""
    assert dialog.save_button.isEnabled()
    dialog.reject()


def test_another_version_shows_nothing_of_it(qtbot: QtBot, shown: Shown) -> None:
    shown.show("v1.0.0", METADATA)
    version = shown.version("v1.0.0")
    shown.metadata.edit(version.key.image, version.labels, {OWNER: "ann"})
    shown.show("v2.0.0", METADATA)
    shown.show("v1.0.0", METADATA)
    qtbot.waitUntil(lambda: rows(shown, Section.TAG) == {"owner": "ann"}, timeout=5000)
    shown.show("v2.0.0", METADATA)
    assert rows(shown, Section.TAG) == {}


def test_a_pushed_version_has_it_in_the_registry(qtbot: QtBot, shown: Shown) -> None:
    registry = shown.registries.at("registry.lan:5000")
    digest = registry.add_image("team/m", "v1.0.0").digest
    version = show_pushed(shown, digest)
    image, places = version.key.image, places_of(version.digests)
    dialog = form(shown)
    dialog.rows[Section.TAG].add("owner", "ann")
    dialog.save_button.click()
    qtbot.waitUntil(lambda: bool(registry.referrers("team/m", digest, CancelToken())), timeout=5000)
    qtbot.waitUntil(lambda: shown.metadata.waiting(image, places) == 0, timeout=5000)
    assert shown.panel.metadata.registered.waiting.text() == ""


def test_the_registry_is_away(qtbot: QtBot, shown: Shown) -> None:
    registry = shown.registries.at("registry.lan:5000")
    registry.is_away = True
    show_pushed(shown, f"sha256:{'7' * 64}")
    dialog = form(shown)
    dialog.rows[Section.TAG].add("owner", "ann")
    dialog.save_button.click()
    words = "1 edit is not in the registry yet."
    qtbot.waitUntil(lambda: shown.panel.metadata.registered.waiting.text() == words, timeout=5000)
    assert rows(shown, Section.TAG) == {"owner": "ann"}


def known(**values: object) -> Metadata:
    by = Edit(NOON, "Ann", "")
    keys = {"accuracy": ACCURACY, "owner": OWNER, "dataset": DATASET, "time": TRAINING_TIME}
    return Metadata({keys[name]: Told(value, by) for name, value in values.items()})  # type: ignore[arg-type]


def test_only_what_was_touched_is_changed() -> None:
    before = known(accuracy=0.5, owner="ann\n", dataset="c", time=61.25)
    draft = draft_of(before)
    assert change_of(before, draft) == change_of(before, draft_of(before))
    assert not change_of(before, draft).set_values
    changed = Draft(
        {Section.METRIC: [("accuracy", "0.6")], Section.PARAMETER: [], Section.TAG: []},
        {DATASET: " ", TRAINING_TIME: "61.25s"},
    )
    change = change_of(before, changed)
    assert change.set_values == {ACCURACY: 0.6}
    assert change.unset == {OWNER, DATASET}


def test_a_name_that_stands_there_twice() -> None:
    rows = {Section.METRIC: [("a", "1"), ("a", "2")], Section.PARAMETER: [], Section.TAG: []}
    with pytest.raises(InvalidInput, match="twice"):
        change_of(Metadata(), Draft(rows))
    with pytest.raises(InvalidInput):
        change_of(Metadata(), Draft({**rows, Section.METRIC: [("", "1")]}))

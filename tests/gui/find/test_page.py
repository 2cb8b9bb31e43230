"""Finding versions in the window."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.errors import RecordsError, RegistryDenied
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Progress
from modeldesk.core.library.catalog import Joiner, RemoteCatalog
from modeldesk.core.library.remote_model import RegistryLook
from modeldesk.core.metadata.model import Edit, Key, Section
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.ui.links import FindLink, LibraryLink
from modeldesk.ui.registry.states import RegistryState
from modeldesk.ui.theme.theme import Theme
from tests.gui.find.bench import FRAUD, NOW, Bench, remote

QUERY = 'accuracy >= 0.9 and dataset = "clicks-2025-11" and channel != deprecated'


@pytest.fixture
def bench(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(theme, tmp_path)
    made.page.resize(1100, 800)
    made.page.show()
    made.page.shown()
    qtbot.waitUntil(lambda: bool(made.page.entries()), timeout=5000)
    yield made
    made.close()


def ask(qtbot: QtBot, bench: Bench, text: str) -> None:
    with qtbot.waitSignals([bench.page.finding.found], timeout=5000):
        bench.page.activate(FindLink(text))


def click(qtbot: QtBot, bench: Bench, row: int, column: int = 1) -> None:
    table = bench.page.table
    place = table.visualRect(table.model().index(row, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def sort_by(qtbot: QtBot, bench: Bench, title: str) -> None:
    header = bench.page.table.header()
    model = bench.page.table.model()
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(model.columnCount())]
    column = titles.index(title)
    place = header.viewport().rect().center()
    place.setX(header.sectionViewportPosition(column) + header.sectionSize(column) // 2)
    with qtbot.waitSignals([bench.page.finding.found], timeout=5000):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_everything_at_first(bench: Bench) -> None:
    assert {"recommendation", "fraud-detector"} <= bench.models()
    assert bench.page.count.text() == f"{len(bench.page.entries())} versions"


def test_a_query(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, QUERY)
    assert bench.models() == {ModelName("fraud-detector")}
    assert bench.page.count.text() == "8 versions"


def test_best_first_and_the_other_way_round(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, QUERY)
    sort_by(qtbot, bench, "accuracy")
    assert bench.names()[:2] == ["v2.7.0", "v2.6.0"]
    sort_by(qtbot, bench, "accuracy")
    assert bench.names()[:2] == ["v2.0.0", "v2.1.0"]
    ask(qtbot, bench, "loss < 1 or accuracy > 0.9")
    assert bench.names()[:1] == ["v1.0.0"]


def test_a_click_goes_to_the_version(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, "model = recommendation and channel = stable")
    (entry,) = bench.page.entries()
    click(qtbot, bench, 0)
    assert bench.heard.links == [LibraryLink(entry.model, entry.image)]


def test_one_that_is_only_in_a_registry(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, "fraud v2.3")
    click(qtbot, bench, 0)
    assert bench.heard.links == []
    assert bench.heard.texts == [f"{FRAUD}:v2.3.0 is only in the registry."]


def test_one_that_the_library_has_from_a_registry(qtbot: QtBot, bench: Bench) -> None:
    versions = bench.remote.every_remote_version()
    catalog = RemoteCatalog(versions, registries=frozenset({"registry.lan:5000"}))
    bench.context.hub.publish_snapshot(Joiner(catalog).join(bench.context.hub.snapshot))
    ask(qtbot, bench, "fraud v2.3")
    (entry,) = bench.page.entries()
    click(qtbot, bench, 0)
    assert bench.heard.links == [LibraryLink(entry.model, entry.image)]


def test_where_it_goes_wrong(qtbot: QtBot, bench: Bench) -> None:
    before = bench.page.entries()
    with qtbot.waitSignals([bench.page.finding.failed], timeout=5000):
        bench.page.activate(FindLink("accuracy > 0.9 and size < big"))
    assert bench.page.box.problem.text() == (
        "Column 27: “big” is no size. Write 500MB, 1.5GB or 2GiB."
    )
    assert bench.page.entries() == before
    QTest.keyClick(bench.page.box.field, Qt.Key.Key_Return)
    assert bench.page.box.field.selectedText() == "big"
    ask(qtbot, bench, "accuracy > 0.9")
    assert bench.page.box.problem.isHidden()


def test_a_name_that_is_nearly_right(qtbot: QtBot, bench: Bench) -> None:
    ask(qtbot, bench, "acuracy > 0.9")
    assert bench.page.entries() == ()
    said = bench.page._faces.empty
    assert "acuracy" in said.accessibleName()
    assert "Did you mean accuracy?" in _texts(said)


def _texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_suggestions_are_taken(qtbot: QtBot, bench: Bench) -> None:
    box = bench.page.box
    box.field.setFocus()
    QTest.keyClicks(box.field, "chan")
    assert box.popup.isVisible()
    box.completer.activated.emit("channel")
    assert box.text() == "channel "
    QTest.keyClicks(box.field, "= sta")
    box.completer.activated.emit("stable")
    assert box.text() == "channel = stable "
    box.popup.hide()


def test_what_was_said_meanwhile_is_found(qtbot: QtBot, bench: Bench) -> None:
    image = bench.page.entries()[0].image
    key = Key(Section.TAG, "reviewed")
    bench.metadata_records.keep_edits(image, [Edit(NOW, "Ann", "", {key: "yes"})])
    bench.page.shown()
    ask(qtbot, bench, "tag.reviewed = yes")
    qtbot.waitUntil(lambda: len(bench.page.entries()) == 1, timeout=5000)


def test_registries_are_asked(qtbot: QtBot, bench: Bench) -> None:
    bench.registry.failing[FRAUD] = RegistryDenied("not signed in")
    with qtbot.waitSignals([bench.page.finding.gathered, bench.page.finding.found], timeout=5000):
        bench.page.refresh.click()
    assert FRAUD in bench.registry.asked
    assert bench.heard.texts[-1] == "not signed in"
    assert bench.page.refresh.isEnabled()


def test_what_is_known_of_named_registries_is_told_and_renewed(qtbot: QtBot, bench: Bench) -> None:
    page = bench.page
    looked = RegistryLook("named.lan", datetime.now(UTC) - timedelta(minutes=4), 1, 2, 0)
    state = RegistryState(KnownRegistry("named.lan"), looked)
    bench.named.known = (state,)
    bench.named.changed.emit()
    assert page.freshness.text() == "1 registry · 4 min ago"
    with qtbot.waitSignals([page.finding.found], timeout=5000):
        page.shown()
    assert bench.named.asked[-1] == timedelta(minutes=2)
    bench.named.known = (replace(state, asking=True, progress=Progress("", 3, 10)),)
    bench.named.changed.emit()
    assert page.freshness.text() == "Asking named.lan: 3 of 10"
    assert not page.refresh.isEnabled()
    # What was found is in the answer at once, although nothing was typed.
    fresh = remote("v9.9.0", 1, 0.99)
    bench.remote.keep_remote_versions([fresh])
    assert "v9.9.0" not in bench.names()
    bench.named.joined.emit()
    qtbot.waitUntil(lambda: "v9.9.0" in bench.names(), timeout=5000)
    bench.named.known = (state,)
    bench.named.changed.emit()
    assert page.refresh.isEnabled()


def test_a_named_registry_is_looked_through_only_as_a_whole(qtbot: QtBot, bench: Bench) -> None:
    settings = bench.context.settings
    named = (KnownRegistry("registry.lan:5000"),)
    settings.change(replace(settings.current, registries=named))
    bench.named.known = (RegistryState(named[0]),)
    with qtbot.waitSignals([bench.page.finding.gathered], timeout=5000):
        bench.page.refresh.click()
    assert bench.named.asked[-1] is None
    assert bench.registry.asked == []
    assert bench.heard.texts == []


def test_asking_that_is_stopped_can_begin_again(qtbot: QtBot, bench: Bench) -> None:
    bench.registry.waits = True
    bench.page.refresh.click()
    assert not bench.page.refresh.isEnabled()
    for task in bench.tasks.active:
        task.cancel()
    qtbot.waitUntil(bench.page.refresh.isEnabled, timeout=5000)


def test_records_that_fail(qtbot: QtBot, bench: Bench) -> None:
    bench.index.failure = RecordsError("The index is away.")
    with qtbot.waitSignals([bench.page.finding.failed], timeout=5000):
        bench.page.activate(FindLink("x"))
    assert bench.heard.texts == ["The index is away."]


def test_nothing_anywhere(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    bench = Bench(theme, tmp_path, filled=False)
    with qtbot.waitSignals([bench.page.finding.found], timeout=5000):
        bench.page.ask()
    assert "There are no versions yet." in _texts(bench.page._faces.empty)
    bench.close()

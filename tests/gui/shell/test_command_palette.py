"""The command palette, by keyboard alone."""

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.library.model import Group, LibrarySnapshot, Model, Version, VersionKey, Where
from modeldesk.core.references import Reference
from modeldesk.ui.links import LibraryLink, PageKey
from tests.gui.shell.conftest import Stage


def snapshot(models: int, versions: int) -> LibrarySnapshot:
    made = []
    for number in range(models):
        name = ModelName(f"model-{number}")
        made.append(
            Model(
                name,
                Group.MODEL,
                (name,),
                tuple(version(name, number, place) for place in range(versions)),
                0,
                None,
            )
        )
    return LibrarySnapshot(models=tuple(made), image_count=models * versions)


def version(model: ModelName, number: int, place: int) -> Version:
    return Version(
        key=VersionKey(model, ImageId(f"sha256:{number:032x}{place:032x}")),
        name=f"v1.{place}.0",
        references=(Reference("docker.io", model, f"v1.{place}.0"),),
        channels=("stable",) if place == 0 else (),
        digests=(),
        size_bytes=1,
        created=datetime.now(UTC),
        labels={},
        metrics={},
        commit="",
        where=Where.LOCAL,
        change=None,
        containers=(),
        layers=None,
        sizes=None,
    )


def press(qtbot: QtBot, stage: Stage, key: Qt.Key) -> None:
    QTest.keyClick(stage.window.palette_box.field, key)


def test_ctrl_k_opens_it_with_the_focus(stage: Stage, qtbot: QtBot) -> None:
    stage.window.activateWindow()
    qtbot.waitUntil(stage.window.isActiveWindow)
    QTest.keyClick(stage.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = stage.window.palette_box
    assert palette.isVisible()
    assert palette.field.hasFocus()
    assert [entry.title for entry in palette.shown()][:2] == ["Build folder…", "Settings"]


@pytest.mark.parametrize("place", ["field", "text"])
def test_ctrl_k_opens_it_from_inside_a_field_too(stage: Stage, qtbot: QtBot, place: str) -> None:
    stage.window.activateWindow()
    qtbot.waitUntil(stage.window.isActiveWindow)
    page = stage.pages[PageKey.LIBRARY]
    editor = page.field if place == "field" else page.text
    editor.setFocus()
    QTest.keyClicks(editor, "abc")
    QTest.keyClick(editor, Qt.Key.Key_Home)
    QTest.keyClick(editor, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert stage.window.palette_box.isVisible()
    assert "abc" in (page.field.text(), page.text.toPlainText())


def test_typing_filters_and_enter_goes_there(stage: Stage, qtbot: QtBot) -> None:
    stage.context.hub.publish_snapshot(snapshot(3, 4))
    palette = stage.window.palette_box
    palette.open()
    QTest.keyClicks(palette.field, "model-2 1.3")
    assert [entry.title for entry in palette.shown()] == ["model-2 v1.3.0"]
    press(qtbot, stage, Qt.Key.Key_Return)
    assert not palette.isVisible()
    image = stage.context.hub.snapshot.models[2].versions[3].key.image
    assert stage.pages[PageKey.LIBRARY].links == [LibraryLink(ModelName("model-2"), image)]


def test_arrow_keys_move_around_and_escape_gives_the_focus_back(stage: Stage, qtbot: QtBot) -> None:
    stage.window.activateWindow()
    qtbot.waitUntil(stage.window.isActiveWindow)
    field = stage.pages[PageKey.LIBRARY].field
    field.setFocus()
    palette = stage.window.palette_box
    palette.open()
    last = len(palette.shown()) - 1
    assert palette.rows.currentIndex().row() == 0
    press(qtbot, stage, Qt.Key.Key_Up)
    assert palette.rows.currentIndex().row() == last
    press(qtbot, stage, Qt.Key.Key_Down)
    press(qtbot, stage, Qt.Key.Key_Down)
    assert palette.rows.currentIndex().row() == 1
    press(qtbot, stage, Qt.Key.Key_PageDown)
    assert palette.rows.currentIndex().row() == min(10, last)
    press(qtbot, stage, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert field.hasFocus()


def test_a_page_is_opened_by_its_name(stage: Stage, qtbot: QtBot) -> None:
    stage.window.palette_box.open()
    QTest.keyClicks(stage.window.palette_box.field, "releas")
    press(qtbot, stage, Qt.Key.Key_Enter)
    assert stage.window.area.current is PageKey.RELEASES


def test_nothing_found_is_said_and_enter_does_nothing(stage: Stage, qtbot: QtBot) -> None:
    palette = stage.window.palette_box
    palette.open()
    QTest.keyClicks(palette.field, "qqqq")
    assert palette.shown() == ()
    assert not palette.rows.isVisible()
    press(qtbot, stage, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_three_thousand_versions_are_filtered(stage: Stage, qtbot: QtBot) -> None:
    stage.context.hub.publish_snapshot(snapshot(60, 49))
    palette = stage.window.palette_box
    palette.open()
    palette.field.setText("model-12 v1.3")
    assert palette.shown()[0].title == "model-12 v1.3.0"
    palette.field.setText("stable")
    assert len(palette.shown()) == 60


def test_it_stays_inside_a_small_window(stage: Stage, qtbot: QtBot) -> None:
    palette = stage.window.palette_box
    palette.open()
    stage.window.resize(900, 600)
    assert stage.window.rect().contains(palette.geometry())

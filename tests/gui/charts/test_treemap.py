"""The treemap: areas in proportion, the way down, and pictures of it."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.charts.paint_tiles import ink_on
from modeldesk.ui.charts.squarify import squarify
from modeldesk.ui.charts.tiles import Tile, place
from modeldesk.ui.charts.treemap import Treemap
from modeldesk.ui.theme.theme import Theme

INSIDE = (
    Tile(b"models/w", "w", 60, LayerKind.MODEL_WEIGHTS),
    Tile(b"models/v", "v", 20, LayerKind.MODEL_WEIGHTS),
)
TILES = (
    Tile(b"models", "models", 80, LayerKind.MODEL_WEIGHTS, "2 files", True, INSIDE),
    Tile(b"<b>", "<b>", 15, LayerKind.APPLICATION),
    Tile(b"", "3 more", 5, LayerKind.OTHER),
)


@settings(max_examples=60)
@given(st.lists(st.floats(1, 1e12), min_size=1, max_size=80))
def test_areas_fill_the_room_in_proportion_without_overlap(sizes: list[float]) -> None:
    sizes.sort(reverse=True)
    room = QRectF(3, 5, 400, 260)
    rects = squarify(sizes, room)
    total = sum(sizes)
    for size, rect in zip(sizes, rects, strict=True):
        area = rect.width() * rect.height()
        assert area == pytest.approx(size / total * 400 * 260, rel=1e-6, abs=1e-6)
        assert room.adjusted(-0.01, -0.01, 0.01, 0.01).contains(rect)
    for number, rect in enumerate(rects):
        inner = rect.adjusted(0.01, 0.01, -0.01, -0.01)
        assert not any(inner.isValid() and inner.intersects(r) for r in rects[number + 1 :])


def test_equal_sizes_are_about_squares() -> None:
    for rect in squarify([1.0] * 12, QRectF(0, 0, 400, 300)):
        assert 0.5 < rect.width() / rect.height() < 2


def test_what_has_no_size_has_no_place() -> None:
    assert place([Tile(b"a", "a", 0, LayerKind.OTHER)], QRectF(0, 0, 100, 100)) == []
    assert place([], QRectF(0, 0, 100, 100)) == []


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> Treemap:
    made = Treemap(theme)
    made.resize(400, 300)
    made.set_tiles("/ · 100 B", TILES)
    qtbot.addWidget(made)
    made.show()
    return made


def middle(chart: Treemap, key: bytes) -> QPoint:
    """A pixel of a tile that nothing else covers."""
    one = next(one for one in chart.placed() if one.tile.key == key)
    if one.is_frame:
        return (one.rect.topLeft().toPoint()) + QPoint(20, 6)
    return one.rect.center().toPoint()


def test_a_click_goes_down_into_a_folder_and_picks_a_file(qtbot: QtBot, chart: Treemap) -> None:
    with qtbot.waitSignal(chart.opened) as opened:
        QTest.mouseClick(
            chart,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            middle(chart, b"models"),
        )
    assert opened.args == [b"models"]
    with qtbot.waitSignal(chart.picked) as picked:
        QTest.mouseClick(
            chart,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            middle(chart, b"models/w"),
        )
    assert picked.args == [b"models/w"]
    with qtbot.assertNotEmitted(chart.picked):
        QTest.mouseClick(
            chart, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(chart, b"")
        )


def test_the_keyboard_reaches_all_of_it(qtbot: QtBot, chart: Treemap) -> None:
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    with qtbot.waitSignal(chart.opened) as opened:
        QTest.keyClick(chart, Qt.Key.Key_Return)
    assert opened.args == [b"models"]
    reached = {chart.accessibleDescription().splitlines()[0]}
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up) * 3:
        QTest.keyClick(chart, key)
        reached.add(chart.accessibleDescription().splitlines()[0])
    assert {"models", "models/w", "<b>", "3 more"} <= reached
    with qtbot.waitSignal(chart.up_asked):
        QTest.keyClick(chart, Qt.Key.Key_Backspace)


def test_hovering_tells_the_exact_figure_and_what_it_is(chart: Treemap) -> None:
    lines = chart.tooltip_of(0).splitlines()
    assert lines == ["models", "80 B (80 bytes)", "Model weights", "2 files"]


def test_a_narrow_folder_is_one_tile(qtbot: QtBot, chart: Treemap) -> None:
    chart.resize(60, 40)
    assert all(not one.is_frame for one in chart.placed())


def test_pictures_are_what_was_seen(tmp_path: Path, chart: Treemap, theme: Theme) -> None:
    chart.save_png(tmp_path / "map.png")
    picture = QImage(str(tmp_path / "map.png"))
    assert picture.width() == 2 * (400 + 32)
    at = middle(chart, b"models/w")
    seen = picture.pixelColor(2 * (at.x() + 16 + 20), 2 * (at.y() + 16 + 20)).name()
    assert seen.upper() == theme.tokens.kind(LayerKind.MODEL_WEIGHTS)
    chart.save_svg(tmp_path / "map.svg")
    assert (
        "<rect" in (tmp_path / "map.svg").read_text()
        or "<path" in (tmp_path / "map.svg").read_text()
    )
    chart.save_csv(tmp_path / "map.csv")
    with (tmp_path / "map.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[1:4] == [
        ["models", "80", "Model weights"],
        ["models/w", "60", "Model weights"],
        ["models/v", "20", "Model weights"],
    ]
    assert lines[-1][0] == "3 more"
    assert [action.text() for action in chart.picture_menu().actions()] == [
        "Save as PNG…",
        "Save as SVG…",
        "Save as CSV…",
    ]


def test_words_are_readable_on_every_kind(theme: Theme) -> None:
    for kind in LayerKind:
        assert ink_on(theme.tokens.kind(kind)) in ("#FFFFFF", "#1B2330")
    assert ink_on("#000000") == "#FFFFFF"
    assert ink_on("#FFFFFF") == "#1B2330"

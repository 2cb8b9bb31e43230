"""One figure over a row of builds."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.ui.charts.trend import TrendChart, TrendPoint, TrendSpec
from modeldesk.ui.theme.theme import Theme

SPEC = TrendSpec("Duration", lambda value: f"{value:g} s", lambda _: 1.0, "seconds")
POINTS = (
    TrendPoint("a", "v1", 10.0, "v1\n10 s"),
    TrendPoint("b", "=v2", None, "v2"),
    TrendPoint("c", "v3", 40.0, "v3\n40 s", whole=False),
)


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> TrendChart:
    chart = TrendChart(theme, SPEC)
    qtbot.addWidget(chart)
    chart.resize(360, 160)
    chart.set_points(POINTS)
    chart.show()
    return chart


def test_bars_stand_on_zero_in_proportion(chart: TrendChart) -> None:
    (_, first), (_, empty), (_, last) = chart.bars()
    assert last.height() == pytest.approx(4 * first.height())
    assert first.bottom() == last.bottom()
    assert empty.height() == 0
    assert first.right() < empty.left() < last.left()
    assert chart.accessibleName() == "Duration, v3: 40 s"


def test_many_bars_do_not_touch_and_stay_inside(chart: TrendChart) -> None:
    chart.set_points([TrendPoint(str(n), str(n), 1.0, "") for n in range(200)])
    rects = [rect for _, rect in chart.bars()]
    assert all(one.right() < other.left() for one, other in pairwise(rects))
    assert rects[-1].right() <= chart.width()


def test_a_click_and_the_keyboard_pick(qtbot: QtBot, chart: TrendChart) -> None:
    picked: list[str] = []
    chart.picked.connect(picked.append)
    place = chart.bars()[0][1].center().toPoint()
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.rect().bottomRight())
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(chart, key)
    assert picked == ["a", "b"]
    assert chart.accessibleDescription() == "v2"
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Enter)
    assert picked[-1] == "c"


def test_nothing_to_show(qtbot: QtBot, chart: TrendChart) -> None:
    chart.set_points([])
    assert chart.bars() == []
    assert chart.accessibleName() == "Duration"
    chart.grab()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton)


def test_it_is_saved(chart: TrendChart, tmp_path: Path) -> None:
    chart.save_png(tmp_path / "a.png")
    assert QImage(str(tmp_path / "a.png")).width() > 2 * 360
    chart.save_svg(tmp_path / "a.svg")
    assert "<svg" in (tmp_path / "a.svg").read_text()
    chart.save_csv(tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[1:] == [["v1", "10.0"], ["'=v2", ""], ["v3", "40.0"]]
    menu = chart.picture_menu()
    assert menu.actions()[0].text() == "Save as PNG…"
    menu.deleteLater()

"""The size chart: drawn right, answers pointer and keys, quick with thousands, exported."""

import csv
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.charts.bar_places import Frame
from modeldesk.ui.charts.bars import BarState, SizeBar
from modeldesk.ui.charts.plot_view import PlotView
from modeldesk.ui.charts.size_history import SizeHistoryChart
from modeldesk.ui.charts.stacked_bars import BarData, paint_bars, total_figure
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import DARK, LIGHT
from tests.gui.gallery import bars
from tests.gui.widgets.test_small_widgets import colors_of, image_of


def many(count: int) -> list[SizeBar]:
    return [
        SizeBar(
            f"key {n}",
            f"v1.{n}.0",
            ((LayerKind.BASE_IMAGE, 120_000_000), (LayerKind.MODEL_WEIGHTS, 10**6 * (n % 500))),
        )
        for n in range(count)
    ]


@pytest.fixture
def chart(theme: Theme, qtbot: QtBot) -> SizeHistoryChart:
    made = SizeHistoryChart(theme)
    qtbot.addWidget(made)
    made.resize(690, 215)
    made.show()
    qtbot.waitExposed(made)
    made.set_bars(bars())
    QApplication.processEvents()
    return made


@pytest.mark.parametrize("count", [1, 3, 300])
def test_versions_of_no_bytes_are_drawn(chart: SizeHistoryChart, count: int) -> None:
    """An image from scratch with labels alone: dividing by its size would end the program."""
    chart.set_bars([SizeBar(f"key {n}", f"v{n}", ()) for n in range(count)])
    chart.select(f"key {count - 1}")
    for _ in range(3):
        QApplication.processEvents()
    image_of(chart)
    assert chart.selected_key == f"key {count - 1}"


def test_a_fault_while_drawing_is_told_and_survived(
    theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _frames: met.append(error))

    def paint(_: QPainter) -> None:
        raise ZeroDivisionError

    view = PlotView((0.0, 0.0, 0.0, 0.0), paint)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: bool(met))
    for _ in range(5):
        view.redraw()
        QApplication.processEvents()
    assert isinstance(met[0], ZeroDivisionError)


def viewport(chart: SizeHistoryChart) -> QWidget:
    return chart._plot._view.viewport()  # type: ignore[no-any-return]


def in_viewport(chart: SizeHistoryChart, key: str) -> QPoint:
    return viewport(chart).mapFrom(chart, chart.bar_place(key))


def fill_of(image: QImage, x: int, top: int, bottom: int) -> list[str]:
    """The kind colours met going down a column of pixels."""
    met: list[str] = []
    kinds = set(LIGHT.kinds.values())
    for y in range(top, bottom):
        color = image.pixelColor(x, y).name().upper()
        if color in kinds and met[-1:] != [color]:
            met.append(color)
    return met


def test_a_bar_is_stacked_in_the_order_of_kinds(chart: SizeHistoryChart) -> None:
    place = chart.bar_place("v1.2.0")
    colors = fill_of(image_of(chart), place.x(), 20, 215)
    assert colors == [
        LIGHT.kind(LayerKind.MODEL_WEIGHTS),
        LIGHT.kind(LayerKind.APPLICATION),
        LIGHT.kind(LayerKind.DEPENDENCIES),
        LIGHT.kind(LayerKind.SYSTEM_PACKAGES),
        LIGHT.kind(LayerKind.BASE_IMAGE),
    ]


def test_the_axis_is_in_gigabytes_with_round_ticks() -> None:
    data = BarData(tuple(bars()))
    assert data.unit.name == "GB"
    assert [mark / 1e9 for mark in data.ticks] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    assert [total_figure(data, n) for n in (0, 2, 6, 8)] == ["2.16", "2.50", "0.90", "0.92"]


def test_small_images_are_drawn_in_their_own_unit() -> None:
    data = BarData((SizeBar("a", "a", ((LayerKind.OTHER, 640),)),))
    assert data.unit.name == "B"
    assert total_figure(data, 0) == "640"
    megabytes = BarData((SizeBar("a", "a", ((LayerKind.OTHER, 88_400_000),)),))
    assert (megabytes.unit.name, total_figure(megabytes, 0)) == ("MB", "88.4")


def test_a_frame_maps_both_ways() -> None:
    frame = Frame(QRectF(40, 10, 900, 100), -0.5, 8.5, 2.0)
    assert [frame.number_at(frame.x(n)) for n in range(9)] == list(range(9))
    assert (frame.y(0), frame.y(2.0)) == (110, 10)


def test_a_click_goes_to_its_version(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chart.version_clicked) as told:
        QTest.mouseClick(
            viewport(chart), Qt.MouseButton.LeftButton, pos=in_viewport(chart, "v1.3.0")
        )
    assert told.args == ["v1.3.0"]
    assert chart.selected_key == "v1.3.0"


def test_a_drag_is_no_click(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    start = in_viewport(chart, "v1.3.0")
    with qtbot.assertNotEmitted(chart.version_clicked):
        QTest.mousePress(viewport(chart), Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(viewport(chart), start + QPoint(60, 0))
        QTest.mouseRelease(viewport(chart), Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))


def test_the_chosen_version_stands_in_an_accent_column(chart: SizeHistoryChart) -> None:
    assert LIGHT.accent_bg not in colors_of(image_of(chart))
    chart.select("v1.4.0")
    assert LIGHT.accent_bg in colors_of(image_of(chart))
    assert "v1.4.0: 903 MB" in chart.accessibleName()
    chart.select("unknown")
    assert chart.selected_key is None
    assert LIGHT.accent_bg not in colors_of(image_of(chart))


def test_arrow_keys_move_along_the_versions(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    keys: list[str] = []
    chart.version_clicked.connect(keys.append)
    for key in (
        Qt.Key.Key_Left,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Right,
        Qt.Key.Key_Home,
        Qt.Key.Key_Left,
        Qt.Key.Key_End,
    ):
        QTest.keyClick(chart, key)
    assert keys == ["v1.5.0-rc1", "v1.4.1", "v1.5.0-rc1", "v1.0.0", "v1.5.0-rc1"]


def test_hover_tells_exact_figures_and_escapes_names(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    QTest.mouseMove(viewport(chart), in_viewport(chart, "v1.4.0"))
    assert chart._hovered == 6
    text = chart.tooltip_of(6)
    assert "903 MB (903,000,000 bytes)" in text
    assert "−287 MB (−24.1 %)" in text
    assert "Model weights" in text
    assert LIGHT.kind(LayerKind.MODEL_WEIGHTS) in text
    chart.set_bars([SizeBar("x", "<img src=x>\x1b", ((LayerKind.OTHER, 5),))])
    assert "&lt;img src=x&gt;\\x1b" in chart.tooltip_of(0)


def test_versions_that_went_are_told_and_passed_over(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    gone = SizeBar("gone", "v0.9.0", ((LayerKind.MODEL_WEIGHTS, 10**9),), BarState.GONE)
    before = image_of(chart)
    chart.set_bars([*bars()[:3], gone, *bars()[3:]])
    assert image_of(chart) != before
    assert "No longer on this engine." in chart.tooltip_of(3)
    assert "No longer" not in chart.tooltip_of(2)
    with qtbot.assertNotEmitted(chart.version_clicked):
        QTest.mouseClick(viewport(chart), Qt.MouseButton.LeftButton, pos=in_viewport(chart, "gone"))
    chart.select(bars()[2].key)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.selected_key == bars()[3].key
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.selected_key == bars()[2].key


REMOTE = SizeBar(
    "remote",
    "v1.2.5",
    ((LayerKind.BASE_IMAGE, 10**9), (LayerKind.MODEL_WEIGHTS, 10**9)),
    BarState.REMOTE,
)


def with_remote() -> list[SizeBar]:
    """In the place of the fifth."""
    return [*bars()[:4], REMOTE, *bars()[4:]]


def test_those_only_in_a_registry_are_told_and_passed_over(
    chart: SizeHistoryChart, qtbot: QtBot
) -> None:
    chart.set_bars(with_remote())
    assert "Only in the registry; compressed." in chart.tooltip_of(4)
    with qtbot.assertNotEmitted(chart.version_clicked):
        QTest.mouseClick(
            viewport(chart), Qt.MouseButton.LeftButton, pos=in_viewport(chart, "remote")
        )
    chart.select(bars()[3].key)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.selected_key == bars()[4].key


def test_compressed_sizes_are_not_held_against_others(chart: SizeHistoryChart) -> None:
    chart.set_bars(with_remote())
    for number in (4, 5):
        text = chart.tooltip_of(number)
        assert "−" not in text
        assert "+" not in text
    chart.set_bars([REMOTE, replace(REMOTE, key="next", bytes_by_kind=REMOTE.bytes_by_kind[:1])])
    assert "−1.00 GB (−50.0 %)" in chart.tooltip_of(1)


@pytest.mark.parametrize("count", [0, 300])
def test_a_compressed_bar_is_drawn_in_another_way(chart: SizeHistoryChart, count: int) -> None:
    """Not in another colour alone: with lines across, or in pieces where it is narrow."""
    others = [SizeBar(str(n), "x", ((LayerKind.OTHER, 10),)) for n in range(count)]
    chart.set_bars([*others, REMOTE, replace(REMOTE, key="full", state=BarState.HERE)])
    QApplication.processEvents()
    image = image_of(chart)

    def changes(key: str) -> int:
        x = chart.bar_place(key).x()
        column = [image.pixelColor(x, y).name() for y in range(60, 180)]
        return sum(a != b for a, b in pairwise(column))

    assert changes("remote") >= 10 > changes("full")


def test_the_legend_names_ways_of_drawing_that_occur(chart: SizeHistoryChart) -> None:
    def said() -> list[str]:
        return [entry.text for entry in chart._head._entries]

    assert len(said()) == 5
    chart.set_bars(with_remote())
    assert said()[5:] == ["Only in the registry, compressed"]
    chart.set_bars([*with_remote(), SizeBar("gone", "v9", (), BarState.GONE_IN_REGISTRY)])
    assert said()[5:] == ["No longer here", "Only in the registry, compressed"]


def test_a_note_is_said_below_the_head_and_in_no_picture(
    chart: SizeHistoryChart, qtbot: QtBot, tmp_path: Path
) -> None:
    chart.set_note("The registry registry.lan does not answer.")
    QApplication.processEvents()
    with_note = image_of(chart)
    chart.save_png(tmp_path / "chart.png")
    height = QImage(str(tmp_path / "chart.png")).height() / 2 - 32
    assert height == chart._head.height() + chart._plot.height() < chart.height()
    with qtbot.waitSignal(chart.note_asked):
        QTest.mouseClick(chart._note._link, Qt.MouseButton.LeftButton)
    chart.set_note("")
    QApplication.processEvents()
    assert image_of(chart) != with_note


def test_the_selection_stays_with_its_key(chart: SizeHistoryChart) -> None:
    chart.select("v1.4.0")
    chart.set_bars([SizeBar("new", "new", ((LayerKind.OTHER, 7),)), *bars()])
    assert chart.selected_key == "v1.4.0"
    chart.set_bars(bars()[:3])
    assert chart.selected_key is None


def test_no_versions_say_so(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    chart.set_bars([])
    with qtbot.assertNotEmitted(chart.version_clicked):
        QTest.keyClick(chart, Qt.Key.Key_Right)
        QTest.mouseClick(viewport(chart), Qt.MouseButton.LeftButton, pos=QPoint(300, 100))
    assert "0 versions" in chart.accessibleName()
    assert LIGHT.muted in colors_of(image_of(chart))


def test_one_version_is_a_bar_and_no_wall(chart: SizeHistoryChart) -> None:
    chart.set_bars(bars()[:1])
    QApplication.processEvents()
    image = image_of(chart)
    color = LIGHT.kind(LayerKind.DEPENDENCIES)
    y = chart.bar_place("v1.0.0").y()
    width = sum(image.pixelColor(x, y).name().upper() == color for x in range(image.width()))
    assert 20 <= width <= 44


def test_the_theme_recolours_at_once(theme: Theme, chart: SizeHistoryChart) -> None:
    theme.set_mode(ThemeMode.DARK)
    colors = colors_of(image_of(chart))
    assert {DARK.panel, DARK.kind(LayerKind.DEPENDENCIES)} <= colors
    assert LIGHT.panel not in colors


def test_focus_is_seen(chart: SizeHistoryChart, qtbot: QtBot) -> None:
    chart.clearFocus()
    before = image_of(chart)
    chart.activateWindow()
    chart.setFocus()
    qtbot.waitUntil(chart.hasFocus)
    assert image_of(chart) != before


def test_a_click_shows_no_focus_ring(chart: SizeHistoryChart) -> None:
    def come(reason: Qt.FocusReason) -> bool:
        chart.focusInEvent(QFocusEvent(QEvent.Type.FocusIn, reason))
        return chart._ring

    assert not come(Qt.FocusReason.MouseFocusReason)
    assert not come(Qt.FocusReason.PopupFocusReason)
    assert come(Qt.FocusReason.TabFocusReason)
    assert come(Qt.FocusReason.PopupFocusReason)


def test_figures_stay_while_the_pointer_rests(chart: SizeHistoryChart) -> None:
    """The scene would answer a pointer at rest with no text, which hides the figures."""
    place = in_viewport(chart, "v1.2.0")
    rest = QHelpEvent(QEvent.Type.ToolTip, place, viewport(chart).mapToGlobal(place))
    assert chart._plot.eventFilter(viewport(chart), rest)


def test_any_of_two_thousand_versions_can_be_chosen(chart: SizeHistoryChart) -> None:
    chart.set_bars(many(2000))
    for number in range(5):
        chart.select(f"key {number * 400}")
        chart.grab()
        assert chart.selected_key == f"key {number * 400}"


def test_many_versions_zoom_along_x_only(chart: SizeHistoryChart) -> None:
    chart.set_bars(many(2000))
    assert chart._plot.x_range() == pytest.approx((-0.5, 1999.5))
    chart._plot.set_x_range(100, 120)
    chart.select("key 1500")
    first, last = chart._plot.x_range()
    assert first < 1500 < last
    assert last - first == pytest.approx(20)
    chart._plot.set_x_range(-500, 100)
    assert chart._plot.x_range()[0] >= -0.5 - 1e-6


def test_the_highest_bar_is_drawn_however_many_share_its_pixel(theme: Theme) -> None:
    crowd = many(1999)
    crowd[1234] = SizeBar("peak", "peak", ((LayerKind.OTHER, 10**10),))
    data = BarData(tuple(crowd))
    image = QImage(600, 200, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    frame = Frame(QRectF(46, 30, 550, 144), -0.5, 1998.5, data.ticks[-1])
    paint_bars(painter, frame, data, LIGHT, None, None)
    painter.end()
    assert LIGHT.kind(LayerKind.OTHER) in colors_of(image)


def test_the_chosen_bar_is_drawn_among_thousands(theme: Theme, chart: SizeHistoryChart) -> None:
    chart.set_bars(
        [SizeBar(str(n), str(n), ((LayerKind.OTHER, 10**9),)) for n in range(1999)]
        + [SizeBar("small", "small", ((LayerKind.APPLICATION, 10**8),))]
    )
    assert LIGHT.kind(LayerKind.APPLICATION) not in colors_of(image_of(chart).copy(0, 40, 690, 150))
    chart.select("small")
    assert LIGHT.kind(LayerKind.APPLICATION) in colors_of(image_of(chart).copy(0, 40, 690, 150))


def test_a_picture_is_what_is_seen_at_twice_the_size(
    chart: SizeHistoryChart, tmp_path: Path
) -> None:
    chart.save_png(tmp_path / "chart.png")
    picture = QImage(str(tmp_path / "chart.png"))
    assert picture.size() == (chart.size() + QSize(32, 32)) * 2
    place = chart.bar_place("v1.2.0")
    colors = fill_of(picture, (place.x() + 16) * 2, 0, picture.height())
    assert len(colors) == 5
    # The figures at the left edge, which the library's own exporter loses.
    left = picture.copy(32, 80, 70, 350)
    assert LIGHT.muted in colors_of(left)


def test_a_drawing_keeps_its_words_as_words_or_shapes(
    chart: SizeHistoryChart, tmp_path: Path
) -> None:
    chart.save_svg(tmp_path / "chart.svg")
    text = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "v1.5.0-rc1" in text
    assert "Size history" in text
    assert "image" not in text.replace("Base image", "")
    renderer = QSvgRenderer(str(tmp_path / "chart.svg"))
    assert renderer.viewBox().size() == chart.size() + QSize(32, 32)
    picture = QImage(renderer.viewBox().size(), QImage.Format.Format_RGB32)
    picture.fill(0xFFFFFFFF)
    painter = QPainter(picture)
    renderer.render(painter)
    painter.end()
    place = chart.bar_place("v1.2.0")
    met = fill_of(picture, place.x() + 16, 0, picture.height())
    # The smallest is a pixel high and lies between two rows of this picture.
    assert met[0] == LIGHT.kind(LayerKind.MODEL_WEIGHTS)
    assert met[-1] == LIGHT.kind(LayerKind.BASE_IMAGE)
    assert len(met) >= 4


def test_the_figures_are_written_in_bytes(chart: SizeHistoryChart, tmp_path: Path) -> None:
    chart.save_csv(tmp_path / "chart.csv")
    with (tmp_path / "chart.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0][0] == "version"
    assert lines[7][0] == "v1.4.0"
    megabytes = (120, 38, 402, 2, 341, 0, 903)
    assert [int(figure) for figure in lines[7][1:-2]] == [mb * 10**6 for mb in megabytes]
    assert lines[7][-2:] == ["here", "uncompressed"]
    assert len(lines) == 10


def test_the_figures_say_where_and_which_kind_of_size(
    chart: SizeHistoryChart, tmp_path: Path
) -> None:
    gone = [SizeBar(state.value, "v", (), state) for state in BarState if state.value != "remote"]
    chart.set_bars([*gone, REMOTE])
    chart.save_csv(tmp_path / "chart.csv")
    with (tmp_path / "chart.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [line[-2:] for line in lines] == [
        ["where", "sizes are"],
        ["here", "uncompressed"],
        ["no longer here", "uncompressed"],
        ["no longer here, in the registry", "uncompressed"],
        ["only in the registry", "compressed"],
    ]
    assert lines[-1][0] == "v1.2.5"
    assert lines[-1][-3] == "2000000000"


def test_the_menu_saves_and_says_where_or_why_not(
    chart: SizeHistoryChart, qtbot: QtBot, tmp_path: Path
) -> None:
    menu = chart.picture_menu()
    assert [action.text() for action in menu.actions()] == [
        "Save as PNG…",
        "Save as SVG…",
        "Save as CSV…",
    ]
    with qtbot.waitSignal(chart.exported) as told:
        menu.write(tmp_path / "a.csv", chart.save_csv)
    assert told.args == [str(tmp_path / "a.csv")]
    for writer in (chart.save_png, chart.save_svg, chart.save_csv):
        with qtbot.waitSignal(chart.export_failed) as told:
            menu.write(tmp_path / "no folder" / "a", writer)
        assert "can't be written" in told.args[0]


def test_labels_of_long_names_do_not_touch(chart: SizeHistoryChart) -> None:
    long = [
        SizeBar(str(n), f"2025-04-05-票据识别-{n}-production", ((LayerKind.OTHER, 10**9),))
        for n in range(12)
    ]
    chart.set_bars(long)
    image = image_of(chart)
    assert not image.isNull()
    frame = chart._frame()
    assert all(frame.x(b) > frame.x(a) for a, b in pairwise(range(12)))

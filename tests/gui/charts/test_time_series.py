"""The live chart: a ring of points, a limit, words on its axes."""

import numpy as np
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from modeldesk.ui.charts.series import TimeSeriesSpec
from modeldesk.ui.charts.time_series import CAPACITY, TimeSeriesChart, _Ring
from modeldesk.ui.theme.theme import Theme, ThemeMode
from modeldesk.ui.theme.tokens import DARK, LIGHT
from tests.gui.widgets.test_small_widgets import colors_of, image_of


def chart(theme: Theme, qtbot: QtBot, spec: TimeSeriesSpec) -> TimeSeriesChart:
    made = TimeSeriesChart(theme, spec)
    qtbot.addWidget(made)
    made.resize(400, 160)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_ring_keeps_the_last_points_in_order() -> None:
    ring = _Ring()
    assert ring.newest == 0
    for n in range(CAPACITY + 30):
        ring.add(n, n * 2)
    times, values = ring.arrays()
    assert np.array_equal(times, np.arange(30, CAPACITY + 30))
    assert np.array_equal(values, times * 2)
    assert ring.newest == CAPACITY + 29
    ring.clear()
    assert len(ring.arrays()[0]) == 0


def test_a_line_is_drawn_in_the_accent_and_told(theme: Theme, qtbot: QtBot) -> None:
    made = chart(theme, qtbot, TimeSeriesSpec("CPU", "%", least_top=100))
    assert made.latest() is None
    assert LIGHT.accent not in colors_of(image_of(made))
    for second in range(150):
        made.add(second, 50)
    QApplication.processEvents()
    assert made.latest() == 50
    assert LIGHT.accent in colors_of(image_of(made))
    assert made.accessibleName() == "CPU, 50 %"
    made.clear()
    assert made.latest() is None
    assert made.accessibleName() == "CPU"


def test_a_limit_is_always_in_sight(theme: Theme, qtbot: QtBot) -> None:
    made = chart(theme, qtbot, TimeSeriesSpec("Latency", "ms", limit=80))
    made.add(0, 5)
    assert LIGHT.bad in colors_of(image_of(made))
    assert "limit 80 ms" in made.accessibleName()


def test_two_lines_differ(theme: Theme, qtbot: QtBot) -> None:
    made = chart(theme, qtbot, TimeSeriesSpec("p95", "ms", series=("v1", "v2")))
    for second in range(100):
        made.add(second, 10, 0)
        made.add(second, 30, 1)
    QApplication.processEvents()
    assert {LIGHT.accent, LIGHT.faint} <= colors_of(image_of(made))
    assert "v1 10 ms, v2 30 ms" in made.accessibleName()


def test_the_theme_recolours_the_lines(theme: Theme, qtbot: QtBot) -> None:
    made = chart(theme, qtbot, TimeSeriesSpec("CPU", "%"))
    for second in range(100):
        made.add(second, 0.5)
    theme.set_mode(ThemeMode.DARK)
    QApplication.processEvents()
    assert DARK.accent in colors_of(image_of(made))


def test_no_line_leads_over_a_time_that_was_not_measured(theme: Theme, qtbot: QtBot) -> None:
    made = chart(theme, qtbot, TimeSeriesSpec("CPU", "%"))
    made.interrupt()
    for second in (*range(100, 130), *range(180, 200)):
        if second == 180:
            made.interrupt()
            assert made.latest() == 50
        made.add(second, 50)
    QApplication.processEvents()
    image = image_of(made)
    plot = made._plot.plot_rect()
    place = made._plot.mapTo(made, made._plot.pos()) - made._plot.pos()

    def drawn_at(seconds_ago: float) -> bool:
        x = round(place.x() + plot.right() - plot.width() * seconds_ago / 120)
        colors = (image.pixelColor(x, y) for y in range(image.height()))
        return any(color.blue() - color.red() > 100 for color in colors)

    assert drawn_at(85)
    assert not drawn_at(45)
    assert drawn_at(10)


def test_values_are_said_with_their_unit() -> None:
    spec = TimeSeriesSpec("CPU", "%")
    assert [spec.say(value) for value in (0, 0.5, 3, 9.96, 55.5)] == [
        "0 %",
        "0.5 %",
        "3 %",
        "10.0 %",
        "56 %",
    ]
    assert TimeSeriesSpec("Memory", lambda v: f"{v / 1e6:g} MB").say(5e6) == "5 MB"

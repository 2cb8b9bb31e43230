"""Figures of two versions over time: drawn, told, saved, and drawn quickly."""

import math
from datetime import UTC, datetime
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from modeldesk.ui.charts.lines import (
    Line,
    LineRole,
    LinesSpec,
    extent,
    label_places,
    span,
    time_marks,
    worth_drawing,
)
from modeldesk.ui.charts.live_lines import LiveLinesChart
from modeldesk.ui.theme.theme import Theme, ThemeMode

SPEC = LinesSpec("Latency p95, ms", lambda v: f"{v:.0f} ms", lambda v: f"{v:g}", "ms")
BEGIN = datetime(2026, 3, 1, 14, 20, tzinfo=UTC).timestamp()


def line(name: str, role: LineRole, values: list[float], every: float = 20.0) -> Line:
    times = tuple(BEGIN + every * n for n in range(len(values)))
    return Line(name, role, times, tuple(values))


STABLE = line("v1.4.0", LineRole.STABLE, [41.0, 42.0, 40.0])
CANARY = line("v1.5.0", LineRole.CANARY, [38.0, nan, 39.0])


@pytest.fixture
def chart(qtbot: QtBot, theme: Theme) -> LiveLinesChart:
    chart = LiveLinesChart(theme, SPEC)
    qtbot.addWidget(chart)
    chart.resize(500, 160)
    chart.show()
    chart.show_lines((STABLE, CANARY), 80.0)
    return chart


def test_the_newest_figures_and_the_limit_are_said(chart: LiveLinesChart) -> None:
    assert chart.accessibleName() == ("Latency p95, ms, v1.4.0 40 ms, v1.5.0 39 ms, limit 80 ms")


def test_hovering_tells_the_exact_figures_at_the_nearest_point(chart: LiveLinesChart) -> None:
    told = chart.told_at(BEGIN + 22)
    assert "v1.4.0 42 ms" in told
    assert "v1.5.0 –" in told
    assert "limit 80 ms" in told
    QTest.mouseMove(chart, chart.plot().center().toPoint())
    assert chart._pointed in STABLE.times
    QTest.mouseMove(chart, QPointF(2, 2).toPoint())
    assert chart._pointed is None


def test_the_keyboard_goes_from_point_to_point(chart: LiveLinesChart) -> None:
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert "v1.4.0 40 ms" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert "v1.4.0 42 ms" in chart.accessibleDescription()
    for _ in range(3):
        QTest.keyClick(chart, Qt.Key.Key_Left)
    assert "v1.4.0 41 ms" in chart.accessibleDescription()


def test_nothing_is_painted_again_for_the_same_figures(
    chart: LiveLinesChart, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(chart, "update", lambda: asked.append(True))
    chart.show_lines((STABLE, CANARY), 80.0)
    assert not asked
    chart.show_lines((STABLE, CANARY), 70.0)
    assert asked


def test_paths_are_made_once_for_what_is_there(chart: LiveLinesChart) -> None:
    chart.grab()
    made = chart._picture.paths(chart.plot())
    QTest.mouseMove(chart, chart.plot().center().toPoint())
    chart.grab()
    assert chart._picture.paths(chart.plot()) is made
    chart.resize(600, 160)
    chart.grab()
    assert chart._picture.paths(chart.plot()) is not made


def test_a_limit_and_each_version_are_in_the_picture(chart: LiveLinesChart, theme: Theme) -> None:
    for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
        theme.set_mode(mode)
        image = chart.grab().toImage()
        seen = {
            image.pixelColor(x, y).name().upper()
            for x in range(image.width())
            for y in range(image.height())
        }
        for color in (theme.tokens.bad, theme.tokens.accent):
            assert color in seen
    theme.set_mode(ThemeMode.LIGHT)


def test_what_is_seen_and_every_figure_can_be_saved(chart: LiveLinesChart, tmp_path: Path) -> None:
    menu = chart.picture_menu()
    assert [action.text() for action in menu.actions()] == [
        "Save as PNG…",
        "Save as SVG…",
        "Save as CSV…",
    ]
    chart.save_png(tmp_path / "chart.png")
    chart.save_svg(tmp_path / "chart.svg")
    chart.save_csv(tmp_path / "chart.csv")
    assert (tmp_path / "chart.png").stat().st_size > 1000
    assert "<svg" in (tmp_path / "chart.svg").read_text()
    lines = (tmp_path / "chart.csv").read_text(encoding="utf-8-sig").splitlines()
    # The gap is no figure.
    assert len(lines) == 1 + 3 + 2
    menu.deleteLater()


def test_without_a_request_the_chart_says_so(chart: LiveLinesChart) -> None:
    chart.show_lines((Line("v1.4.0", LineRole.STABLE), Line("v1.5.0", LineRole.CANARY)), 80.0)
    chart.grab()
    assert "v1.5.0 –" in chart.accessibleName()
    QTest.mouseMove(chart, chart.plot().center().toPoint())
    assert chart._pointed is None


def test_of_thousands_of_points_a_few_each_column_are_drawn_and_no_peak_is_lost() -> None:
    count = 50_000
    values = [40 + math.sin(n / 900) for n in range(count)]
    values[31_415] = 900.0
    times = [BEGIN + n for n in range(count)]
    drawn = list(worth_drawing(times, values, 400))
    assert len(drawn) <= 2 * 400 + 2
    assert (times[31_415], 900.0) in drawn
    assert drawn[0] == (times[0], values[0])
    assert drawn[-1] == (times[-1], values[-1])
    assert [time for time, _ in drawn] == sorted(time for time, _ in drawn)


def test_gaps_stay_gaps_among_thousands_of_points() -> None:
    values = [nan if 5000 <= n < 5100 else 1.0 for n in range(20_000)]
    drawn = list(worth_drawing([float(n) for n in range(20_000)], values, 300))
    assert any(not isfinite(value) for _, value in drawn)


def test_the_axis_has_room_for_the_limit_and_begins_at_zero() -> None:
    reach = extent(SPEC, (STABLE, CANARY), 80.0)
    assert reach.low == 0.0
    assert reach.high > 80.0
    assert reach.marks[0] == 0.0
    assert reach.marks[-1] == reach.high


def test_an_axis_that_does_not_begin_at_zero_holds_every_value() -> None:
    spec = LinesSpec("Accuracy", str, str, "accuracy", least_top=0.1, most=1.0, from_zero=False)
    for lowest in (0.999, 0.93, 0.5, 0.01):
        reach = extent(spec, (line("a", LineRole.CANARY, [lowest, 1.0]),), 0.92)
        assert reach.low <= lowest
        assert reach.high == 1.0


def test_times_stand_at_round_minutes_of_the_local_day() -> None:
    marks = time_marks(BEGIN + 7, BEGIN + 1207, 6, 19_800.0)
    assert all((mark + 19_800.0) % 300 == 0 for mark in marks)
    assert 3 <= len(marks) <= 6
    assert span((), 60.0) == (0.0, 60.0)
    assert span((STABLE,), 600.0) == (STABLE.times[-1] - 600.0, STABLE.times[-1])


def test_no_label_of_time_is_cut_at_an_edge_or_touches_another() -> None:
    widths = (58.0, 58.0, 30.0, 58.0)
    places = label_places((0.0, 60.0, 140.0, 230.0), widths, (-10.0, 240.0))
    # The second would begin within the first, which was moved to be whole.
    assert [number for number, _ in places] == [0, 2, 3]
    ends = [(left, left + widths[number]) for number, left in places]
    assert ends[0][0] == -10.0
    assert ends[-1][1] == 240.0
    assert all(end < begin for (_, end), (begin, _) in pairwise(ends))
    assert label_places((5.0,), (58.0,), (0.0, 40.0)) == []

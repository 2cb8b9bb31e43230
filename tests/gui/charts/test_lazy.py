"""Charts wait for their library without holding anything up."""

import subprocess
import sys

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from modeldesk.ui.charts.lazy import LazySizeHistory, LazyTimeSeries
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.charts.series import TimeSeriesSpec
from modeldesk.ui.theme.theme import Theme
from tests.gui.gallery import bars


def test_importing_what_a_page_needs_brings_no_chart_library() -> None:
    code = (
        "import sys, modeldesk.ui.charts.lazy, modeldesk.ui.charts.bars,"
        " modeldesk.ui.charts.series\n"
        "print('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"


def test_the_library_comes_once_and_is_told_on_this_thread(qtbot: QtBot) -> None:
    preload = Preload()
    ready_before = preload.is_ready
    with qtbot.waitSignal(preload.ready, timeout=20_000):
        preload.start()
        preload.start()
    assert (ready_before, preload.is_ready) == (False, True)
    assert preload.stop(5)


def test_what_was_set_early_is_shown_later(theme: Theme, qtbot: QtBot) -> None:
    preload = Preload()
    page = LazySizeHistory(theme, preload)
    qtbot.addWidget(page)
    page.resize(690, 215)
    page.show()
    page.set_bars(bars())
    page.select("v1.4.0")
    early = page.chart
    preload.start()
    qtbot.waitUntil(lambda: page.chart is not None, timeout=20_000)
    chart = page.chart
    assert chart is not None
    assert early is None
    chosen = [chart.selected_key]
    with qtbot.waitSignal(page.version_clicked):
        chart.version_clicked.emit("v1.0.0")
    page.set_bars(bars()[:2])
    chosen.append(chart.selected_key)
    assert chosen == ["v1.4.0", None]
    assert preload.stop(5)


def test_a_page_made_later_has_its_chart_at_once(theme: Theme, qtbot: QtBot) -> None:
    preload = Preload()
    with qtbot.waitSignal(preload.ready, timeout=20_000):
        preload.start()
    page = LazySizeHistory(theme, preload)
    qtbot.addWidget(page)
    assert page.chart is not None


def test_live_points_that_came_early_are_kept(theme: Theme, qtbot: QtBot) -> None:
    preload = Preload()
    page = QWidget()
    qtbot.addWidget(page)
    live = LazyTimeSeries(theme, preload, TimeSeriesSpec("CPU", "%"), page)
    live.add(0, 1)
    live.clear()
    live.add(1, 5)
    live.add(2, 7)
    preload.start()
    qtbot.waitUntil(lambda: live.chart is not None, timeout=20_000)
    chart = live.chart
    assert chart is not None
    assert chart.latest() == 7
    live.add(3, 9)
    assert chart.latest() == 9
    live.clear()
    assert chart.latest() is None
    assert preload.stop(5)


def test_a_page_gone_before_the_library_came_is_no_matter(theme: Theme, qtbot: QtBot) -> None:
    preload = Preload()
    page = LazySizeHistory(theme, preload)
    page.deleteLater()
    QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
    assert not isValid(page)
    with qtbot.waitSignal(preload.ready, timeout=20_000):
        preload.start()
    assert preload.stop(5)


def test_one_stopped_before_it_came_to_the_library_begins_nothing(qtbot: QtBot) -> None:
    preload = Preload()
    preload.start()
    stopped = preload.stop(5)
    preload.start()
    qtbot.wait(50)
    assert (stopped, preload.is_ready) == (True, False)

"""Charts for pages that stand before the chart library is there."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.charts.series import TimeSeriesSpec
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.skeleton import Skeleton
from modeldesk.ui.widgets.tab_order import HandsOn

if TYPE_CHECKING:
    from modeldesk.ui.charts.size_history import SizeHistoryChart
    from modeldesk.ui.charts.time_series import TimeSeriesChart

_KEPT = 120


class LazySizeHistory(HandsOn):
    """A `SizeHistoryChart` that is grey rows until the library is there, with what was set."""

    version_clicked = Signal(str)
    note_asked = Signal()
    changes_asked = Signal()
    exported = Signal(str)
    export_failed = Signal(str)
    built = Signal()
    """The chart is there."""

    def __init__(self, theme: Theme, preload: Preload, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chart: SizeHistoryChart | None = None
        self._bars: tuple[SizeBar, ...] = ()
        self._selected: str | None = None
        self._note = ""
        self._changes = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._waiting = Skeleton(theme, rows=4)
        self._column.addWidget(self._waiting)
        _when_ready(preload, self._build)

    @property
    def chart(self) -> "SizeHistoryChart | None":
        """The chart, once there is one."""
        return self._chart

    def set_bars(self, bars: Sequence[SizeBar]) -> None:
        """As `SizeHistoryChart.set_bars`."""
        self._bars = tuple(bars)
        if self._chart is not None:
            self._chart.set_bars(self._bars)

    def select(self, key: str | None) -> None:
        """As `SizeHistoryChart.select`."""
        self._selected = key
        if self._chart is not None:
            self._chart.select(key)

    def set_note(self, text: str) -> None:
        """As `SizeHistoryChart.set_note`."""
        self._note = text
        if self._chart is not None:
            self._chart.set_note(text)

    def offer_changes(self, *, offered: bool) -> None:
        """As `SizeHistoryChart.offer_changes`."""
        self._changes = offered
        if self._chart is not None:
            self._chart.offer_changes(offered=offered)

    def _build(self) -> None:
        if self._chart is not None:
            return
        from modeldesk.ui.charts.size_history import SizeHistoryChart

        chart = SizeHistoryChart(self._theme, self)
        chart.version_clicked.connect(self.version_clicked)
        chart.exported.connect(self.exported)
        chart.export_failed.connect(self.export_failed)
        chart.set_bars(self._bars)
        chart.select(self._selected)
        chart.note_asked.connect(self.note_asked)
        chart.set_note(self._note)
        chart.changes_asked.connect(self.changes_asked)
        chart.offer_changes(offered=self._changes)
        self._chart = chart
        self._waiting.hide()
        self._column.addWidget(chart)
        self.hand_on_to(chart)
        self.built.emit()


class LazyTimeSeries(QWidget):
    """A `TimeSeriesChart` that is an empty place until the library is there."""

    def __init__(
        self,
        theme: Theme,
        preload: Preload,
        spec: TimeSeriesSpec,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spec = spec
        self._chart: TimeSeriesChart | None = None
        self._early: deque[tuple[float, float, int]] = deque(maxlen=_KEPT)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        _when_ready(preload, self._build)

    @property
    def chart(self) -> "TimeSeriesChart | None":
        """The chart, once there is one."""
        return self._chart

    def add(self, at: float, value: float, series: int = 0) -> None:
        """As `TimeSeriesChart.add`."""
        if self._chart is None:
            self._early.append((at, value, series))
        else:
            self._chart.add(at, value, series)

    def interrupt(self) -> None:
        """As `TimeSeriesChart.interrupt`."""
        if self._chart is not None:
            self._chart.interrupt()

    def clear(self) -> None:
        """As `TimeSeriesChart.clear`."""
        self._early.clear()
        if self._chart is not None:
            self._chart.clear()

    def _build(self) -> None:
        if self._chart is not None:
            return
        from modeldesk.ui.charts.time_series import TimeSeriesChart

        self._chart = TimeSeriesChart(self._theme, self._spec, self)
        for point in self._early:
            self._chart.add(*point)
        self._early.clear()
        self._column.addWidget(self._chart)


def _when_ready(preload: Preload, build: Callable[[], None]) -> None:
    # In this order: it may become ready meanwhile.
    preload.ready.connect(build)
    if preload.is_ready:
        build()

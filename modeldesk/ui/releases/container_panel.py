"""What a container does now: processor, memory, output."""

import time

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from modeldesk.core.containers.model import ContainerStats, ContainerSummary, LogLine
from modeldesk.core.words import tr
from modeldesk.ui.charts.lazy import LazyTimeSeries
from modeldesk.ui.charts.preload import Preload
from modeldesk.ui.charts.series import TimeSeriesSpec
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import percent, size
from modeldesk.ui.releases.streams import ContainerStreams
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.log_view import LogView
from modeldesk.ui.widgets.segmented import Segmented

_CHART_HEIGHT = 150
_LOW_CHART_HEIGHT = 106
_LOW = 380
"""A panel lower than this leaves more of itself to what is below the charts."""
_LEAST_BELOW = 150
_NARROW = 760
_STABLE, _CANARY = "stable", "canary"
_MEGABYTE = 1_000_000


class ContainerPanel(QWidget):
    """Follows the container it is given while it is in sight."""

    def __init__(
        self,
        context: Context,
        processor: LazyTimeSeries,
        memory: LazyTimeSeries,
        below: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """`below` stands beside the output, at its left, and stays when the panel is shut."""
        super().__init__(parent)
        self._context = context
        self._open = True
        self._below = below
        self._summary: ContainerSummary | None = None
        self._streams = ContainerStreams(context.tasks, self)
        self._streams.lines.connect(self._lines_came)
        self._streams.stats.connect(self._stats_came)
        self._cpu = processor
        self._memory = memory
        self.log = LogView(context.theme, title=tr("Output"))
        charts = QHBoxLayout()
        charts.setSpacing(Space.M)
        self._cards = tuple(Card() for _ in range(2))
        for card, chart in zip(self._cards, (self._cpu, self._memory), strict=True):
            card.body.addWidget(chart)
            card.setFixedHeight(_CHART_HEIGHT)
            charts.addWidget(card, 1)
        self.which = Segmented([(_STABLE, ""), (_CANARY, "")], tr("Whose output and load"))
        self.which.hide()
        self.which.chosen.connect(self._chosen)
        self._both: dict[str, ContainerSummary | None] = {}
        log_card = Card()
        log_card.body.addWidget(self.which)
        log_card.body.addWidget(self.log)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.setProperty("kind", "gap")
        lower.setHandleWidth(Space.M)
        lower.setChildrenCollapsible(False)
        lower.addWidget(below)
        lower.addWidget(log_card)
        lower.setStretchFactor(0, 2)
        lower.setStretchFactor(1, 1)
        lower.setSizes([640, 320])
        self._log_card = log_card
        self._lower = lower
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        column.addLayout(charts)
        column.addWidget(lower, 1)

    @property
    def following(self) -> bool:
        """Whether output and figures of a container are being read."""
        return self._streams.container is not None

    @property
    def is_open(self) -> bool:
        """Whether output and load are in sight."""
        return self._open

    def set_open(self, opened: bool) -> None:
        """Show output and load, or only what stands beside them. A shut panel reads nothing."""
        if opened == self._open:
            return
        self._open = opened
        for card in (*self._cards, self._log_card):
            card.setVisible(opened)
        self.updateGeometry()
        self._follow()

    def show_both(
        self,
        stable: ContainerSummary | None,
        canary: ContainerSummary | None,
        names: tuple[str, str] = ("", ""),
    ) -> None:
        """Show one of two versions, by a choice below the charts; where there is no canary, what
        serves. `names` are what the versions are called."""
        self._both = {_STABLE: stable, _CANARY: canary}
        self.which.setVisible(canary is not None)
        for key, name in zip((_STABLE, _CANARY), names, strict=True):
            self.which.set_option_label(key, name)
        if canary is None:
            self.which.choose(_STABLE)
        self.show_container(self._both[self.which.current])

    def show_container(self, summary: ContainerSummary | None) -> None:
        """Show another container, or another state of the same one. A container that ended
        keeps its last lines on screen."""
        before, self._summary = self._summary, summary
        if before is None and summary is None:
            return
        same = before is not None and summary is not None and before.id == summary.id
        if not same:
            self._clear()
        elif before is not None and summary is not None and before.running == summary.running:
            return
        self._follow()

    def minimumSizeHint(self) -> QSize:
        beside = not self._below.isHidden()
        least = self._below.minimumSizeHint().height() if beside else 0
        if self._open and beside and self._lower.orientation() is Qt.Orientation.Vertical:
            least += _LEAST_BELOW + 2 * Space.M + _LOW_CHART_HEIGHT
        elif self._open:
            least = max(least, _LEAST_BELOW) + _LOW_CHART_HEIGHT + Space.M
        return QSize(super().minimumSizeHint().width(), least)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # What stands beside the output needs its width; below it there is as much as is scrolled.
        narrow = self.width() < _NARROW
        way = Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal
        if self._lower.orientation() is not way:
            self._lower.setOrientation(way)
            self.updateGeometry()
        for card in self._cards:
            card.setFixedHeight(_LOW_CHART_HEIGHT if self.height() < _LOW else _CHART_HEIGHT)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._streams.stop()

    def _chosen(self, key: str) -> None:
        self.show_container(self._both.get(key))

    def _follow(self) -> None:
        engine = self._context.engine()
        if self._summary is None or engine is None or not (self.isVisible() and self._open):
            self._streams.stop()
            return
        self.log.clear()
        if self._summary.running:
            self._cpu.interrupt()
            self._memory.interrupt()
        else:
            # The last figures would stand there as if they were those of now.
            self._clear_charts()
        self._streams.follow(engine, self._summary.id, figures=self._summary.running)

    def _clear(self) -> None:
        self.log.clear()
        self._clear_charts()

    def _clear_charts(self) -> None:
        self._cpu.clear()
        self._memory.clear()

    def _lines_came(self, lines: list[LogLine]) -> None:
        self.log.append(line.text for line in lines)

    def _stats_came(self, stats: ContainerStats) -> None:
        seconds = time.monotonic()
        self._cpu.add(seconds, stats.cpu_percent)
        self._memory.add(seconds, float(stats.memory_bytes))


def processor_chart(theme: Theme, preload: Preload) -> LazyTimeSeries:
    """How busy a container keeps the processor."""
    spec = TimeSeriesSpec(tr("Processor, of one core"), lambda v: percent(v / 100), least_top=10)
    return LazyTimeSeries(theme, preload, spec)


def memory_chart(theme: Theme, preload: Preload) -> LazyTimeSeries:
    """How much memory a container has."""
    spec = TimeSeriesSpec(
        tr("Memory"), lambda v: size(round(v)), least_top=_MEGABYTE, base=_MEGABYTE
    )
    return LazyTimeSeries(theme, preload, spec)

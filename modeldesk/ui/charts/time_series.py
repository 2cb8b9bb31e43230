"""A small live chart of one or two figures over the last minutes."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.charts.legend import ChartHead, LegendEntry, Swatch
from modeldesk.ui.charts.plot_view import PlotView
from modeldesk.ui.charts.scale import ticks
from modeldesk.ui.charts.series import TimeSeriesSpec
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme

CAPACITY = 120
_LEFT = 58.0
_MARGINS = (_LEFT, 11.0, 6.0, 22.0)
_WORDS = 64.0
_DOT = 3.0
_LINE = 14.0
_TIMES = (
    (0.0, Qt.AlignmentFlag.AlignLeft),
    (0.25, Qt.AlignmentFlag.AlignHCenter),
    (0.5, Qt.AlignmentFlag.AlignHCenter),
    (0.75, Qt.AlignmentFlag.AlignHCenter),
    (1.0, Qt.AlignmentFlag.AlignRight),
)
_ENDS = (_TIMES[0], _TIMES[-1])
"""What there is room for in a narrow chart."""
_RIGHT_ALIGNED = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TimeSeriesChart(QWidget):
    """Keeps the last 120 points of each series and draws the last `seconds` of them."""

    def __init__(self, theme: Theme, spec: TimeSeriesSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spec = spec
        self._points = [_Ring() for _ in spec.series]
        self._head = ChartHead(theme, spec.title)
        self._head.setVisible(bool(spec.title))
        self._plot = PlotView(_MARGINS, self._paint)
        self._top = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self._plot, 1)
        theme.changed.connect(self._recolour)
        self._plot.set_x_range(-spec.seconds, 0)
        self._recolour()

    def add(self, at: float, value: float, series: int = 0) -> None:
        """Add a point: `at` in seconds of any steady clock, never before an earlier point."""
        self._points[series].add(at, value)
        self._draw()

    def interrupt(self) -> None:
        """Nothing was measured since the last point: no line leads from it to the next."""
        for ring in self._points:
            if ring.count:
                ring.add(ring.newest, np.nan)
        self._draw()

    def clear(self) -> None:
        """Forget every point."""
        for ring in self._points:
            ring.clear()
        self._draw()

    def latest(self, series: int = 0) -> float | None:
        """The newest value; None before the first."""
        values = _measured(self._points[series].arrays()[1])
        return float(values[-1]) if len(values) else None

    def _draw(self) -> None:
        tokens = self._theme.tokens
        newest = max((ring.newest for ring in self._points), default=0.0)
        highest = self._spec.least_top
        for number, ring in enumerate(self._points):
            times, values = ring.arrays()
            main = number == len(self._points) - 1
            color = tokens.accent if main else tokens.faint
            alone = len(self._points) == 1
            self._plot.set_curve(number, times - newest, values, color, filled=alone)
            highest = max(highest, float(_measured(values).max(initial=0.0)))
        self._top = max(highest, (self._spec.limit or 0.0) * 1.1)
        self._plot.set_y_range(self._marks()[-1])
        self._legend()
        self._plot.redraw()

    def _marks(self) -> list[float]:
        base = self._spec.base
        return [mark * base for mark in ticks(self._top / base, 3)]

    def _legend(self) -> None:
        tokens = self._theme.tokens
        entries = []
        for number, name in enumerate(self._spec.series):
            latest = self.latest(number)
            if latest is not None:
                main = number == len(self._spec.series) - 1
                text = f"{name} {self._spec.say(latest)}".strip()
                entries.append(LegendEntry(tokens.accent if main else tokens.faint, text))
        if self._spec.limit is not None:
            limit = tr("limit {figure}", figure=self._spec.say(self._spec.limit))
            entries.append(LegendEntry(tokens.bad, limit, Swatch.NONE))
        self._head.set_entries(entries)
        spoken = ", ".join((self._spec.title, *(entry.text for entry in entries)))
        self.setAccessibleName(spoken)

    def _recolour(self) -> None:
        self._plot.set_ground(self._theme.tokens.panel)
        self._draw()

    def _paint(self, painter: QPainter) -> None:
        tokens = self._theme.tokens
        plot = self._plot.plot_rect()
        marks = self._marks()
        painter.setFont(font(TextStyle.LABEL))
        roomy = plot.height() / (len(marks) - 1) >= _LINE
        for mark in marks:
            y = round(plot.bottom() - plot.height() * mark / marks[-1])
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), QColor(tokens.grid))
            if roomy or mark in (marks[0], marks[-1]):
                painter.setPen(QColor(tokens.muted))
                words = QRectF(0, y - 9, plot.left() - 8, 18)
                painter.drawText(words, _RIGHT_ALIGNED, self._spec.say(mark))
        if self._spec.limit is not None:
            y = round(plot.bottom() - plot.height() * self._spec.limit / marks[-1])
            painter.fillRect(QRectF(plot.left(), y - 1, plot.width(), 2), QColor(tokens.bad))
        self._paint_newest(painter, plot, marks[-1])
        painter.setPen(QColor(tokens.muted))
        for share, side in _TIMES if plot.width() > len(_TIMES) * _WORDS else _ENDS:
            span = self._spec.seconds
            text = presentation.before_now(span * (1 - share), span)
            left = plot.left() + plot.width() * share - _WORDS / 2
            left = min(max(left, plot.left()), plot.right() - _WORDS)
            painter.drawText(QRectF(left, plot.bottom() + 4, _WORDS, 16), side, text)

    def _paint_newest(self, painter: QPainter, plot: QRectF, top: float) -> None:
        """A dot where each line has come to: a first value shows before there is a line."""
        tokens = self._theme.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(len(self._points)):
            latest = self.latest(number)
            if latest is not None:
                main = number == len(self._points) - 1
                painter.setBrush(QColor(tokens.accent if main else tokens.faint))
                y = plot.bottom() - plot.height() * latest / top
                painter.drawEllipse(QPointF(plot.right(), y), _DOT, _DOT)
        painter.restore()


def _measured(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without the gaps."""
    return values[np.isfinite(values)]


class _Ring:
    """The last points of a series, in two arrays that are never made anew."""

    def __init__(self) -> None:
        self._times = np.zeros(CAPACITY)
        self._values = np.zeros(CAPACITY)
        self._count = 0

    @property
    def count(self) -> int:
        return self._count

    @property
    def newest(self) -> float:
        return float(self._times[(self._count - 1) % CAPACITY]) if self._count else 0.0

    def add(self, at: float, value: float) -> None:
        place = self._count % CAPACITY
        self._times[place] = at
        self._values[place] = value
        self._count += 1

    def clear(self) -> None:
        self._count = 0

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times and values, oldest first."""
        if self._count <= CAPACITY:
            return self._times[: self._count].copy(), self._values[: self._count].copy()
        start = self._count % CAPACITY
        return np.roll(self._times, -start), np.roll(self._values, -start)

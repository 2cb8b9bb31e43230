"""How lines over the time of day are drawn, with their marks and the limits they are held to."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from math import isfinite

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from modeldesk.core.words import tr
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
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Tokens

BOTTOM = 20.0
"""What the times take below the plot."""
RIGHT = 5.0
"""What the last time takes beside it."""
_LABEL_GAP = 8.0
_TIME_ROOM = 74.0
_LINE_HEIGHT = 15.0
_DOT = 3.5
_COLUMN = 2.0
"""Pixels; lines are about as wide."""
_LEAST_SPAN_S = 60.0
_LONG_SPAN_S = 86_400.0
_RIGHT_SIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT_SIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class LinesPicture:
    """Lines, the most important last, and a limit that holds all the time. `plot` is where the
    lines are drawn: what thousands of points look like is kept while it stays the same."""

    def __init__(self, spec: LinesSpec, lines: Sequence[Line], limit: float | None) -> None:
        self.lines, self.limit = tuple(lines), limit
        self._spec = spec
        self._extent = extent(spec, self.lines, limit)
        self._span = span(self.lines, _LEAST_SPAN_S)
        self._paths: list[tuple[Line, QPainterPath]] = []
        self._paths_in: QRectF | None = None

    @property
    def left(self) -> float:
        """What the marks take at the left of the plot."""
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        marks = map(self._spec.mark, self._extent.marks)
        return max(metrics.horizontalAdvance(mark) for mark in marks) + _LABEL_GAP

    @property
    def times(self) -> tuple[float, ...]:
        """Those of the most important line."""
        return next((line.times for line in reversed(self.lines) if line.times), ())

    def time_near(self, x: float, plot: QRectF) -> float | None:
        """The one of `times` that is nearest to a place."""
        begin, end = self._span
        time = begin + (x - plot.left()) / plot.width() * (end - begin)
        line = next((line for line in reversed(self.lines) if line.times), None)
        place = line.nearest(time) if line is not None else None
        return line.times[place] if line is not None and place is not None else None

    def x(self, time: float, plot: QRectF) -> float:
        """Where a time is."""
        begin, end = self._span
        return plot.left() + plot.width() * (time - begin) / (end - begin)

    def _y(self, value: float, plot: QRectF) -> float:
        reach = self._extent.high - self._extent.low
        share = min(max((value - self._extent.low) / reach, 0.0), 1.0)
        return plot.bottom() - plot.height() * share

    def paint(self, painter: QPainter, plot: QRectF, tokens: Tokens) -> None:
        """Draw all but what is pointed at."""
        painter.setFont(font(TextStyle.LABEL))
        self._paint_marks(painter, plot, tokens)
        if self.limit is not None:
            y = round(self._y(self.limit, plot))
            painter.fillRect(QRectF(plot.left(), y - 1, plot.width(), 2), QColor(tokens.bad))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line, path in self.paths(plot):
            painter.setPen(_pen(line.role, tokens))
            painter.drawPath(path)

    def _paint_marks(self, painter: QPainter, plot: QRectF, tokens: Tokens) -> None:
        marks = self._extent.marks
        roomy = plot.height() / max(len(marks) - 1, 1) >= _LINE_HEIGHT
        for mark in marks:
            y = round(self._y(mark, plot))
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), QColor(tokens.grid))
            if roomy or mark in (marks[0], marks[-1]):
                painter.setPen(QColor(tokens.muted))
                room = QRectF(0, y - 9, plot.left() - _LABEL_GAP, 18)
                painter.drawText(room, _RIGHT_SIDE, self._spec.mark(mark))
        if not self.times:
            painter.setPen(QColor(tokens.muted))
            painter.drawText(plot, _CENTRED, tr("No requests yet"))
            return
        painter.setPen(QColor(tokens.muted))
        begin, end = self._span
        ahead = datetime.fromtimestamp(end).astimezone().utcoffset()
        offset = ahead.total_seconds() if ahead else 0.0
        metrics = QFontMetricsF(painter.font())
        times = time_marks(begin, end, int(plot.width() // _TIME_ROOM), offset)
        labels = [_clock(time, end - begin) for time in times]
        places = label_places(
            [self.x(time, plot) for time in times],
            [metrics.horizontalAdvance(label) for label in labels],
            (plot.left() - _TIME_ROOM / 4, plot.right() + RIGHT),
        )
        for number, left in places:
            width = metrics.horizontalAdvance(labels[number])
            place = QRectF(left, plot.bottom() + 3, width + 1, BOTTOM - 3)
            painter.drawText(place, _LEFT_SIDE, labels[number])

    def paths(self, plot: QRectF) -> list[tuple[Line, QPainterPath]]:
        """The lines as they are drawn."""
        if plot != self._paths_in:
            self._paths = [(line, self._path(line, plot)) for line in self.lines]
            self._paths_in = plot
        return self._paths

    def _path(self, line: Line, plot: QRectF) -> QPainterPath:
        path = QPainterPath()
        begun = False
        for time, value in worth_drawing(line.times, line.values, int(plot.width() / _COLUMN)):
            if not isfinite(value):
                begun = False
                continue
            place = QPointF(self.x(time, plot), self._y(value, plot))
            if begun:
                path.lineTo(place)
            else:
                path.moveTo(place)
            begun = True
        return path

    def paint_pointed(
        self, painter: QPainter, plot: QRectF, tokens: Tokens, pointed: float | None
    ) -> None:
        """A line down at what is pointed at, with a dot on each version; without a pointer, a dot
        where a version has only one figure, which makes no line."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if pointed is not None:
            x = round(self.x(pointed, plot))
            painter.fillRect(QRectF(x, plot.top(), 1, plot.height()), QColor(tokens.faint))
        painter.setPen(QPen(QColor(tokens.panel), 1))
        for line in self.lines:
            if line.role is LineRole.LIMIT:
                continue
            time = pointed if pointed is not None else _alone(line)
            place = line.nearest(time) if time is not None else None
            if place is not None and isfinite(line.values[place]):
                at = QPointF(self.x(line.times[place], plot), self._y(line.values[place], plot))
                painter.setBrush(QColor(color_of(line.role, tokens)))
                painter.drawEllipse(at, _DOT, _DOT)


def _alone(line: Line) -> float | None:
    """The newest time of a line, where no line leads to it."""
    ends = list(pairwise((False, *map(isfinite, line.values[-2:]))))
    return line.times[-1] if ends and ends[-1] == (False, True) else None


def color_of(role: LineRole, tokens: Tokens) -> str:
    """What a line is drawn in."""
    return {
        LineRole.STABLE: tokens.faint,
        LineRole.CANARY: tokens.accent,
        LineRole.LIMIT: tokens.bad,
    }[role]


def _pen(role: LineRole, tokens: Tokens) -> QPen:
    pen = QPen(QColor(color_of(role, tokens)), 2.0 if role is LineRole.CANARY else 1.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if role is LineRole.LIMIT:
        pen.setWidthF(1.2)
        pen.setDashPattern([4, 3])
    return pen


def _clock(time: float, length: float) -> str:
    when = datetime.fromtimestamp(time).astimezone()
    if length > _LONG_SPAN_S:
        return f"{when:%m-%d %H:%M}"
    return f"{when:%H:%M}" if time % 60 == 0 else f"{when:%H:%M:%S}"

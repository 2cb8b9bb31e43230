"""Figures of two versions over the time of day, with the limits they are held to."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from math import isfinite
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.charts.legend import ChartHead, LegendEntry, Swatch
from modeldesk.ui.charts.lines import (
    Extent,
    Line,
    LineRole,
    LinesSpec,
    extent,
    label_places,
    span,
    time_marks,
    worth_drawing,
)
from modeldesk.ui.charts.pictures import PictureMenu, save_csv, save_png, save_svg
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Tokens
from modeldesk.ui.widgets.tooltip import plain_tooltip

_HEAD_GAP = 10.0
_BOTTOM = 20.0
_RIGHT = 5.0
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


class LiveLinesChart(QWidget):
    """Hovering tells the exact figures, the arrow keys go from point to point, a right click
    saves. Painted only when something is new: what thousands of points look like is kept."""

    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(self, theme: Theme, spec: LinesSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spec = spec
        self._lines: tuple[Line, ...] = ()
        self._limit: float | None = None
        self._extent = Extent(0.0, 1.0, (0.0, 1.0))
        self._span = (0.0, 1.0)
        self._paths: list[tuple[Line, QPainterPath]] | None = None
        self._pointed: float | None = None
        self._head = ChartHead(theme, spec.title, self)
        self._head.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(96)
        theme.changed.connect(self._recolour)
        self._tell()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is drawn."""
        return self._lines

    @property
    def limit(self) -> float | None:
        """The limit that is drawn over the whole width."""
        return self._limit

    def show_lines(self, lines: Sequence[Line], limit: float | None) -> None:
        """Show `lines`, the most important last, and a limit that holds all the time."""
        if (tuple(lines), limit) == (self._lines, self._limit):
            return
        self._lines, self._limit = tuple(lines), limit
        self._extent = extent(self._spec, self._lines, limit)
        self._span = span(self._lines, _LEAST_SPAN_S)
        self._paths = None
        self._tell()
        self.update()

    def told_at(self, time: float) -> str:
        """What hovering tells there: the time, then the figures of each version."""
        said = [f"{datetime.fromtimestamp(time).astimezone():%Y-%m-%d %H:%M:%S}"]
        said += [self._named(line, line.at(time)) for line in self._lines]
        if self._limit is not None:
            said.append(tr("limit {figure}", figure=self._spec.say(self._limit)))
        return "\n".join(said)

    def plot(self) -> QRectF:
        """Where the lines are drawn, in pixels of this widget."""
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        marks = map(self._spec.mark, self._extent.marks)
        left = max(metrics.horizontalAdvance(mark) for mark in marks) + _LABEL_GAP
        top = self._head.height() + _HEAD_GAP
        width, height = self.width() - left - _RIGHT, self.height() - top - _BOTTOM
        return QRectF(left, top, max(1.0, width), max(1.0, height))

    def sizeHint(self) -> QSize:
        return QSize(360, 136)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._head.setGeometry(0, 0, self.width(), self._head.height())
        self._paths = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint(painter)
        self._paint_pointed(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(inside, Radius.CHIP, Radius.CHIP)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self.plot()
        if plot.adjusted(-4, 0, 4, 0).contains(event.position()) and self._times():
            share = (event.position().x() - plot.left()) / plot.width()
            begin, end = self._span
            self._point(self._nearest(begin + share * (end - begin)))
            self._show_tip(event.globalPosition().toPoint())
        else:
            self._point(None)
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        way, times = ways.get(Qt.Key(event.key())), self._times()
        if way is None or not times:
            super().keyPressEvent(event)
            return
        now = times.index(self._pointed) if self._pointed in times else len(times) - way
        self._point(times[min(max(now + way, 0), len(times) - 1)])
        if self._pointed is not None:
            self.setAccessibleDescription(self.told_at(self._pointed))
            place = QPointF(self._x(self._pointed, self.plot()), self.plot().top())
            self._show_tip(self.mapToGlobal(place.toPoint()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._times():
            menu = self.picture_menu()
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(event.globalPos())

    def picture_menu(self) -> PictureMenu:
        """The menu of a right click; the caller keeps or deletes it."""
        writers = [("png", self.save_png), ("svg", self.save_svg), ("csv", self.save_csv)]
        return PictureMenu(self, writers, self.exported, self.export_failed)

    def save_png(self, path: Path) -> None:
        """Write what is seen as a PNG at twice the size. Raises `OSError`."""
        save_png(path, self.size(), self._theme.tokens.panel, self._paint_whole)

    def save_svg(self, path: Path) -> None:
        """Write what is seen as an SVG. Raises `OSError`."""
        title = self._spec.title
        save_svg(path, self.size(), self._theme.tokens.panel, title, self._paint_whole)

    def save_csv(self, path: Path) -> None:
        """Write every figure. Raises `OSError`."""
        rows = [
            (datetime.fromtimestamp(time).astimezone().isoformat(), line.name, value)
            for line in self._lines
            if line.role is not LineRole.LIMIT
            for time, value in zip(line.times, line.values, strict=True)
            if isfinite(value)
        ]
        save_csv(path, (tr("Time"), tr("Version"), self._spec.unit), rows)

    def _named(self, line: Line, value: float) -> str:
        figure = self._spec.say(value) if isfinite(value) else "–"
        return f"{line.name} {figure}"

    def _tell(self) -> None:
        tokens = self._theme.tokens
        entries = [
            LegendEntry(_color(line.role, tokens), self._named(line, line.newest), _swatch(line))
            # Versions, then what they are held to, while that can be said.
            for line in sorted(self._lines, key=lambda one: one.role is LineRole.LIMIT)
            if line.role is not LineRole.LIMIT or isfinite(line.newest)
        ]
        if self._limit is not None:
            limit = tr("limit {figure}", figure=self._spec.say(self._limit))
            entries.append(LegendEntry(tokens.bad, limit, Swatch.NONE))
        self._head.set_entries(entries)
        self.setAccessibleName(", ".join((self._spec.title, *(one.text for one in entries))))

    def _recolour(self) -> None:
        self._tell()
        self.update()

    def _times(self) -> tuple[float, ...]:
        """The times that hovering goes through: those of the most important line."""
        return next((line.times for line in reversed(self._lines) if line.times), ())

    def _nearest(self, time: float) -> float | None:
        line = next((line for line in reversed(self._lines) if line.times), None)
        place = line.nearest(time) if line is not None else None
        return line.times[place] if line is not None and place is not None else None

    def _point(self, time: float | None) -> None:
        if time != self._pointed:
            self._pointed = time
            self.update()

    def _show_tip(self, place: QPoint) -> None:
        if self._pointed is not None:
            QToolTip.showText(place, plain_tooltip(self.told_at(self._pointed)), self)

    def _x(self, time: float, plot: QRectF) -> float:
        begin, end = self._span
        return plot.left() + plot.width() * (time - begin) / (end - begin)

    def _y(self, value: float, plot: QRectF) -> float:
        reach = self._extent.high - self._extent.low
        share = min(max((value - self._extent.low) / reach, 0.0), 1.0)
        return plot.bottom() - plot.height() * share

    def _paint_whole(self, painter: QPainter) -> None:
        self._head.paint(painter, QRectF(0, 0, self.width(), self._head.height()))
        self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        tokens, plot = self._theme.tokens, self.plot()
        painter.setFont(font(TextStyle.LABEL))
        self._paint_marks(painter, plot)
        if self._limit is not None:
            y = round(self._y(self._limit, plot))
            painter.fillRect(QRectF(plot.left(), y - 1, plot.width(), 2), QColor(tokens.bad))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line, path in self._drawn(plot):
            painter.setPen(_pen(line.role, tokens))
            painter.drawPath(path)

    def _paint_marks(self, painter: QPainter, plot: QRectF) -> None:
        tokens = self._theme.tokens
        marks = self._extent.marks
        roomy = plot.height() / max(len(marks) - 1, 1) >= _LINE_HEIGHT
        for mark in marks:
            y = round(self._y(mark, plot))
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), QColor(tokens.grid))
            if roomy or mark in (marks[0], marks[-1]):
                painter.setPen(QColor(tokens.muted))
                room = QRectF(0, y - 9, plot.left() - _LABEL_GAP, 18)
                painter.drawText(room, _RIGHT_SIDE, self._spec.mark(mark))
        if not self._times():
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
            [self._x(time, plot) for time in times],
            [metrics.horizontalAdvance(label) for label in labels],
            (plot.left() - _TIME_ROOM / 4, plot.right() + _RIGHT),
        )
        for number, left in places:
            width = metrics.horizontalAdvance(labels[number])
            place = QRectF(left, plot.bottom() + 3, width + 1, _BOTTOM - 3)
            painter.drawText(place, _LEFT_SIDE, labels[number])

    def _drawn(self, plot: QRectF) -> list[tuple[Line, QPainterPath]]:
        """The lines as paths: made once for what is there and the size it has."""
        if self._paths is None:
            self._paths = [(line, self._path(line, plot)) for line in self._lines]
        return self._paths

    def _path(self, line: Line, plot: QRectF) -> QPainterPath:
        path = QPainterPath()
        begun = False
        for time, value in worth_drawing(line.times, line.values, int(plot.width() / _COLUMN)):
            if not isfinite(value):
                begun = False
                continue
            place = QPointF(self._x(time, plot), self._y(value, plot))
            if begun:
                path.lineTo(place)
            else:
                path.moveTo(place)
            begun = True
        return path

    def _paint_pointed(self, painter: QPainter) -> None:
        """A line down at what is pointed at, with a dot on each version; without a pointer, a dot
        where a version has only one figure, which makes no line."""
        tokens, plot = self._theme.tokens, self.plot()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._pointed is not None:
            x = round(self._x(self._pointed, plot))
            painter.fillRect(QRectF(x, plot.top(), 1, plot.height()), QColor(tokens.faint))
        painter.setPen(QPen(QColor(tokens.panel), 1))
        for line in self._lines:
            if line.role is LineRole.LIMIT:
                continue
            time = self._pointed if self._pointed is not None else _alone(line)
            place = line.nearest(time) if time is not None else None
            if place is not None and isfinite(line.values[place]):
                at = QPointF(self._x(line.times[place], plot), self._y(line.values[place], plot))
                painter.setBrush(QColor(_color(line.role, tokens)))
                painter.drawEllipse(at, _DOT, _DOT)


def _alone(line: Line) -> float | None:
    """The newest time of a line, where no line leads to it."""
    ends = list(pairwise((False, *map(isfinite, line.values[-2:]))))
    return line.times[-1] if ends and ends[-1] == (False, True) else None


def _color(role: LineRole, tokens: Tokens) -> str:
    return {
        LineRole.STABLE: tokens.faint,
        LineRole.CANARY: tokens.accent,
        LineRole.LIMIT: tokens.bad,
    }[role]


def _pen(role: LineRole, tokens: Tokens) -> QPen:
    pen = QPen(QColor(_color(role, tokens)), 2.0 if role is LineRole.CANARY else 1.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if role is LineRole.LIMIT:
        pen.setWidthF(1.2)
        pen.setDashPattern([4, 3])
    return pen


def _swatch(line: Line) -> Swatch:
    return Swatch.NONE if line.role is LineRole.LIMIT else Swatch.FILLED


def _clock(time: float, length: float) -> str:
    when = datetime.fromtimestamp(time).astimezone()
    if length > _LONG_SPAN_S:
        return f"{when:%m-%d %H:%M}"
    return f"{when:%H:%M}" if time % 60 == 0 else f"{when:%H:%M:%S}"

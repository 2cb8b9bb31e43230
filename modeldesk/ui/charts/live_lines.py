"""Figures of two versions over the time of day, with the limits they are held to."""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.charts.legend import ChartHead, LegendEntry, Swatch
from modeldesk.ui.charts.lines import Line, LineRole, LinesSpec
from modeldesk.ui.charts.lines_picture import BOTTOM, RIGHT, LinesPicture, color_of
from modeldesk.ui.charts.pictures import PictureMenu, save_csv, save_png, save_svg
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius
from modeldesk.ui.widgets.tooltip import plain_tooltip

_HEAD_GAP = 10.0


class LiveLinesChart(QWidget):
    """Hovering tells the exact figures, the arrow keys go from point to point, a right click
    saves. Painted only when something is new: what thousands of points look like is kept."""

    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(self, theme: Theme, spec: LinesSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spec = spec
        self._picture = LinesPicture(spec, (), None)
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
        return self._picture.lines

    @property
    def limit(self) -> float | None:
        """The limit that is drawn over the whole width."""
        return self._picture.limit

    def show_lines(self, lines: Sequence[Line], limit: float | None) -> None:
        """Show `lines`, the most important last, and a limit that holds all the time."""
        if (tuple(lines), limit) == (self.lines, self.limit):
            return
        self._picture = LinesPicture(self._spec, lines, limit)
        self._tell()
        self.update()

    def told_at(self, time: float) -> str:
        """What hovering tells there: the time, then the figures of each version."""
        said = [f"{datetime.fromtimestamp(time).astimezone():%Y-%m-%d %H:%M:%S}"]
        said += [self._named(line, line.at(time)) for line in self.lines]
        if self.limit is not None:
            said.append(tr("limit {figure}", figure=self._spec.say(self.limit)))
        return "\n".join(said)

    def plot(self) -> QRectF:
        """Where the lines are drawn, in pixels of this widget."""
        left, top = self._picture.left, self._head.height() + _HEAD_GAP
        width, height = self.width() - left - RIGHT, self.height() - top - BOTTOM
        return QRectF(left, top, max(1.0, width), max(1.0, height))

    def sizeHint(self) -> QSize:
        return QSize(360, 136)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._head.setGeometry(0, 0, self.width(), self._head.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, plot, tokens = QPainter(self), self.plot(), self._theme.tokens
        self._picture.paint(painter, plot, tokens)
        self._picture.paint_pointed(painter, plot, tokens, self._pointed)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(inside, Radius.CHIP, Radius.CHIP)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self.plot()
        if plot.adjusted(-4, 0, 4, 0).contains(event.position()) and self._picture.times:
            self._point(self._picture.time_near(event.position().x(), plot))
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
        way, times = ways.get(Qt.Key(event.key())), self._picture.times
        if way is None or not times:
            super().keyPressEvent(event)
            return
        now = times.index(self._pointed) if self._pointed in times else len(times) - way
        self._point(times[min(max(now + way, 0), len(times) - 1)])
        if self._pointed is not None:
            self.setAccessibleDescription(self.told_at(self._pointed))
            plot = self.plot()
            place = QPointF(self._picture.x(self._pointed, plot), plot.top())
            self._show_tip(self.mapToGlobal(place.toPoint()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._picture.times:
            self.picture_menu().pop_up(event.globalPos())

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
            for line in self.lines
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
            LegendEntry(color_of(line.role, tokens), self._named(line, line.newest), _swatch(line))
            # Versions, then what they are held to, while that can be said.
            for line in sorted(self.lines, key=lambda one: one.role is LineRole.LIMIT)
            if line.role is not LineRole.LIMIT or isfinite(line.newest)
        ]
        if self.limit is not None:
            limit = tr("limit {figure}", figure=self._spec.say(self.limit))
            entries.append(LegendEntry(tokens.bad, limit, Swatch.NONE))
        self._head.set_entries(entries)
        self.setAccessibleName(", ".join((self._spec.title, *(one.text for one in entries))))

    def _recolour(self) -> None:
        self._tell()
        self.update()

    def _point(self, time: float | None) -> None:
        if time != self._pointed:
            self._pointed = time
            self.update()

    def _show_tip(self, place: QPoint) -> None:
        if self._pointed is not None:
            QToolTip.showText(place, plain_tooltip(self.told_at(self._pointed)), self)

    def _paint_whole(self, painter: QPainter) -> None:
        self._head.paint(painter, QRectF(0, 0, self.width(), self._head.height()))
        self._picture.paint(painter, self.plot(), self._theme.tokens)


def _swatch(line: Line) -> Swatch:
    return Swatch.NONE if line.role is LineRole.LIMIT else Swatch.FILLED

"""Measured times as dots: a row for each of what was measured, every point drawn, and the median
as a line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.charts.pictures import PictureMenu, save_csv, save_png, save_svg
from modeldesk.ui.charts.scale import ticks
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.tooltip import plain_tooltip

_DOT = 4.0
_REACH = 7.0
_ROW = 56.0
_AXIS = 24.0
_RIGHT = 34.0
_NAME_ROOM = 12.0
_MOST_NAME = 150.0
_HEIGHTS = (0.0, -1.0, 1.0, -0.5, 0.5, -1.5, 1.5)
"""Where dots of about the same time stand beside each other, in dots from the middle."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, slots=True)
class DotRow:
    """What was measured of one thing, in seconds and in the order of measuring."""

    label: str
    values: tuple[float, ...]
    strong: bool = False
    """Whether it has the colour that draws the eye."""


class DotsChart(QWidget):
    """Rows share one axis from zero. Hover tells a point; a right click saves the chart."""

    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._rows: tuple[DotRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_rows(self, rows: Sequence[DotRow]) -> None:
        """Show `rows`, top to bottom."""
        self._rows = tuple(row for row in rows if row.values)
        self.setFixedHeight(round(_ROW * max(1, len(self._rows)) + _AXIS))
        self.setAccessibleName("; ".join((self._title, *map(_described, self._rows))))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self.height())

    def dots(self) -> Iterator[tuple[DotRow, int, QPointF]]:
        """Every point: its row, its number from 0, and where it stands."""
        plot, top = self._plot(), self._top()
        for place, row in enumerate(self._rows):
            middle = plot.top() + _ROW * (place + 0.5) + 4
            for number, value in enumerate(row.values):
                x = plot.left() + plot.width() * value / top
                height = _HEIGHTS[number % len(_HEIGHTS)] * _DOT * 1.7
                yield row, number, QPointF(x, middle + height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter)
        painter.end()

    def paint(self, painter: QPainter) -> None:
        """Draw into any picture of this widget's size."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axis(painter)
        tokens = self._theme.tokens
        for row, _number, point in self.dots():
            color = QColor(tokens.accent if row.strong else tokens.faint)
            color.setAlphaF(0.55)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(point, _DOT, _DOT)
        for place, row in enumerate(self._rows):
            self._paint_row(painter, place, row)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._told_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.picture_menu().pop_up(event.globalPos())

    def picture_menu(self) -> PictureMenu:
        """The menu of a right click; the caller keeps or deletes it."""
        ground = self._theme.tokens.panel
        writers = (
            ("png", lambda path: save_png(path, self.size(), ground, self.paint)),
            ("svg", lambda path: save_svg(path, self.size(), ground, self._title, self.paint)),
            ("csv", self._save_csv),
        )
        return PictureMenu(self, writers, self.exported, self.export_failed)

    def _save_csv(self, path: Path) -> None:
        lines = [
            (row.label, number + 1, round(value, 4))
            for row in self._rows
            for number, value in enumerate(row.values)
        ]
        save_csv(path, (tr("Name"), tr("Run"), tr("Seconds")), lines)

    def _paint_axis(self, painter: QPainter) -> None:
        tokens, plot, top = self._theme.tokens, self._plot(), self._top()
        painter.setFont(font(TextStyle.LABEL))
        for mark in ticks(top):
            x = round(plot.left() + plot.width() * mark / top)
            painter.fillRect(QRectF(x, plot.top(), 1, plot.height()), QColor(tokens.grid))
            painter.setPen(QColor(tokens.muted))
            words = QRectF(x - 40, plot.bottom() + 4, 80, 18)
            painter.drawText(words, _CENTRE, _seconds(mark))

    def _paint_row(self, painter: QPainter, place: int, row: DotRow) -> None:
        tokens, plot = self._theme.tokens, self._plot()
        middle = plot.top() + _ROW * (place + 0.5) + 4
        color = QColor(tokens.accent if row.strong else tokens.muted)
        half = median(row.values)
        x = plot.left() + plot.width() * half / self._top()
        painter.setPen(QPen(color, 2))
        painter.drawLine(QPointF(x, middle - 17), QPointF(x, middle + 17))
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(TextStyle.LABEL_STRONG))
        painter.drawText(QRectF(x + 7, middle - 27, 90, 16), _LEFT, _seconds(half, exact=True))
        painter.setFont(font(TextStyle.LABEL))
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        room = plot.left() - _NAME_ROOM
        text = metrics.elidedText(printable(row.label), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(0, middle - 9, room, 18), _END, text)

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        widest = max((metrics.horizontalAdvance(row.label) for row in self._rows), default=0.0)
        left = min(widest, _MOST_NAME, self.width() / 3) + _NAME_ROOM
        return QRectF(left, 0, max(40.0, self.width() - left - _RIGHT), self.height() - _AXIS)

    def _top(self) -> float:
        largest = max((value for row in self._rows for value in row.values), default=1.0)
        return ticks(largest)[-1] or 1.0

    def _told_at(self, pointer: QPointF) -> str:
        for row, number, place in self.dots():
            if (place - pointer).manhattanLength() <= _REACH:
                run = tr("Run {number}: {time}", number=number + 1,
                         time=_seconds(row.values[number], exact=True))  # fmt: skip
                return plain_tooltip(f"{row.label}\n{run}")
        return ""


def _seconds(value: float, *, exact: bool = False) -> str:
    if exact:
        decimals = 2 if value < 9.995 else 1
        return tr("{seconds} s", seconds=f"{value:.{decimals}f}")
    return tr("{seconds} s", seconds=f"{value:g}")


def _described(row: DotRow) -> str:
    return tr("{name}: median {time} of {count}",
              name=row.label, time=_seconds(median(row.values), exact=True),
              count=len(row.values))  # fmt: skip

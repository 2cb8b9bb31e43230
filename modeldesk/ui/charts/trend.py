"""One figure over a row of builds or runs, oldest at the left: bars on an axis that begins at
zero."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.charts.pictures import PictureMenu, save_csv, save_png, save_svg
from modeldesk.ui.charts.scale import ticks
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.tooltip import plain_tooltip

_TITLE = 32.0
_BOTTOM = 20.0
_RIGHT = 4.0
_GAP = 3.0
_GAP_SHARE = 0.3
_WIDEST = 26.0
_LEAST = 2.0
_TICKS = 3


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One bar. `value` None leaves its place empty; one that is not `whole` (it failed) is
    drawn hollow."""

    key: str
    label: str
    value: float | None
    told: str
    """What hovering tells."""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class TrendSpec:
    """What is measured: its title, how a value is said, what a round number of it is made of."""

    title: str
    say: Callable[[float], str]
    base: Callable[[float], float]
    """For the largest value, the unit that the axis counts in (1e6 where it is read in MB)."""
    unit: str
    """The head of the column of a CSV file."""


class TrendChart(QWidget):
    """Hover tells the exact figure, a click or Enter goes there, a right click saves."""

    picked = Signal(str)
    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(self, theme: Theme, spec: TrendSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._spec = spec
        self._points: tuple[TrendPoint, ...] = ()
        self._current: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_points(self, points: Sequence[TrendPoint]) -> None:
        """Show `points`, oldest first."""
        self._points = tuple(points)
        self._current = None
        known = [one for one in points if one.value is not None]
        last = f"{known[-1].label}: {self._spec.say(known[-1].value or 0.0)}" if known else ""
        self.setAccessibleName(", ".join(filter(None, (self._spec.title, last))))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 158)

    def bars(self) -> list[tuple[TrendPoint, QRectF]]:
        """Every point and where its bar stands; an empty one has no height."""
        plot, top = self._plot(), self._marks()[-1]
        step = min(_WIDEST + _GAP, plot.width() / max(1, len(self._points)))
        gap = min(_GAP, step * _GAP_SHARE)
        placed = []
        for number, point in enumerate(self._points):
            value = point.value or 0.0
            height = max(_LEAST, plot.height() * value / top) if point.value else 0.0
            left = plot.left() + number * step
            placed.append((point, QRectF(left, plot.bottom() - height, step - gap, height)))
        return placed

    def save_png(self, path: Path) -> None:
        """Write what is seen as a PNG at twice the size. Raises `OSError`."""
        save_png(path, self.size(), self._theme.tokens.panel, self._paint_all)

    def save_svg(self, path: Path) -> None:
        """Write what is seen as an SVG. Raises `OSError`."""
        save_svg(path, self.size(), self._theme.tokens.panel, self._spec.title, self._paint_all)

    def save_csv(self, path: Path) -> None:
        """Write every figure. Raises `OSError`."""
        lines = [[one.label, one.value if one.value is not None else ""] for one in self._points]
        save_csv(path, [tr("version"), self._spec.unit], lines)

    def picture_menu(self) -> PictureMenu:
        """The menu of a right click; the caller keeps or deletes it."""
        writers = [("png", self.save_png), ("svg", self.save_svg), ("csv", self.save_csv)]
        return PictureMenu(self, writers, self.exported, self.export_failed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_all(painter)
        if self._current is not None and self.hasFocus():
            rect = self.bars()[self._current][1]
            painter.setPen(QPen(QColor(self._theme.tokens.accent), 1.5))
            painter.drawRoundedRect(self._column(rect), 2, 2)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self.picked.emit(self._points[found].key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointing = self._at(event.position()) is not None
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in ways and self._points:
            last = len(self._points) - 1
            now = last if self._current is None else self._current + ways[key]
            self._current = min(max(now, 0), last)
            self.setAccessibleDescription(self._points[self._current].told)
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self.picked.emit(self._points[self._current].key)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._points:
            self.picture_menu().pop_up(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._at(QPointF(event.pos()))
            text = plain_tooltip(self._points[found].told) if found is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _at(self, place: QPointF) -> int | None:
        for number, (_, rect) in enumerate(self.bars()):
            if self._column(rect).contains(place):
                return number
        return None

    def _column(self, rect: QRectF) -> QRectF:
        """The whole height above a bar: a low one can be met, too."""
        plot = self._plot()
        return QRectF(rect.left() - _GAP / 2, plot.top(), rect.width() + _GAP, plot.height())

    def _plot(self) -> QRectF:
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        left = max(metrics.horizontalAdvance(self._spec.say(mark)) for mark in self._marks()) + 8
        height = self.height() - _TITLE - _BOTTOM
        return QRectF(left, _TITLE, max(1.0, self.width() - left - _RIGHT), max(1.0, height))

    def _marks(self) -> list[float]:
        top = max((one.value or 0.0 for one in self._points), default=0.0) or 1.0
        base = self._spec.base(top)
        return [mark * base for mark in ticks(top / base, _TICKS)]

    def _paint_all(self, painter: QPainter) -> None:
        tokens, plot, marks = self._theme.tokens, self._plot(), self._marks()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TextStyle.LABEL_STRONG))
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(0, 0, self.width(), 18), _LEFT, self._spec.title)
        painter.setFont(font(TextStyle.LABEL))
        for mark in marks:
            y = round(plot.bottom() - plot.height() * mark / marks[-1])
            painter.fillRect(QRectF(plot.left(), y, plot.width(), 1), QColor(tokens.grid))
            painter.setPen(QColor(tokens.muted))
            painter.drawText(
                QRectF(0, y - 9, plot.left() - 8, 18), _RIGHT_SIDE, self._spec.say(mark)
            )
        for point, rect in self.bars():
            self._paint_bar(painter, point, rect)
        self._paint_ends(painter, plot)

    def _paint_bar(self, painter: QPainter, point: TrendPoint, rect: QRectF) -> None:
        tokens = self._theme.tokens
        if point.whole:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(rect, 2, 2)
        elif rect.height():
            painter.setPen(QPen(QColor(tokens.bad), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.6, 0.6, -0.6, 0), 2, 2)

    def _paint_ends(self, painter: QPainter, plot: QRectF) -> None:
        """The names of the first and the last bar."""
        if not self._points:
            return
        painter.setPen(QColor(self._theme.tokens.muted))
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        below = QRectF(plot.left(), plot.bottom() + 3, plot.width(), _BOTTOM - 4)
        room = below.width() / 2 - 6
        ends = [metrics.elidedText(one.label, Qt.TextElideMode.ElideMiddle, room)
                for one in (self._points[0], self._points[-1])]  # fmt: skip
        painter.drawText(below, _LEFT, ends[0])
        right = self.bars()[-1][1].right()
        needed = metrics.horizontalAdvance(ends[0]) + metrics.horizontalAdvance(ends[1]) + 12
        if len(self._points) > 1 and right - plot.left() >= needed:
            below.setRight(right)
            painter.drawText(below, _RIGHT_SIDE, ends[1])


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT_SIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

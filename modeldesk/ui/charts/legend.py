"""The head of a chart: its title at the left, what its colours mean at the right."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.charts.hatch import paint_hatched
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme

LINE = 20
_SWATCH = 9
_GAP = 13
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Swatch(Enum):
    """What stands before a text of the legend."""

    NONE = "none"
    """Nothing: the text has the colour."""
    FILLED = "filled"
    DASHED = "dashed"
    HATCHED = "hatched"


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One colour (``#RRGGBB``) or way of drawing, and its meaning."""

    color: str
    text: str
    swatch: Swatch = Swatch.FILLED


class ChartHead(QWidget):
    """Title and legend. What of the legend does not fit beside the title stands below it, on as
    many lines as it needs: no colour is left without its name."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._entries: tuple[LegendEntry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(LINE)
        theme.changed.connect(self.update)

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Say what the colours mean, left to right."""
        self._entries = tuple(entries)
        self._fit()
        self.update()

    def set_title(self, title: str) -> None:
        """Say what the chart shows."""
        self._title = title
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter, QRectF(self.rect()))
        painter.end()

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the head into `rect` of any picture."""
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(TextStyle.STRONG))
        painter.setPen(QColor(tokens.text))
        metrics = QFontMetricsF(font(TextStyle.STRONG))
        title = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, rect.width())
        first = QRectF(rect.left(), rect.top(), rect.width(), LINE)
        painter.drawText(first, _LEFT, title)
        for number, line in enumerate(self._lines(rect.width())):
            self._paint_line(painter, first.translated(0, number * LINE), line)

    def _lines(self, width: float) -> list[list[LegendEntry]]:
        """The entries of each line, the title's first."""
        title = QFontMetricsF(font(TextStyle.STRONG)).horizontalAdvance(self._title)
        lines: list[list[LegendEntry]] = [[]]
        for entry in self._entries:
            room = width - title - _GAP if len(lines) == 1 else width
            if _length([*lines[-1], entry]) > room:
                lines.append([])
            lines[-1].append(entry)
        return lines

    def _fit(self) -> None:
        self.setFixedHeight(LINE * len(self._lines(self.width())))

    def _paint_line(self, painter: QPainter, rect: QRectF, entries: Sequence[LegendEntry]) -> None:
        left = rect.right() - _length(entries)
        for entry in entries:
            width = _width(entry)
            self._paint_entry(painter, QRectF(left, rect.top(), width, rect.height()), entry)
            left += width + _GAP

    def _paint_entry(self, painter: QPainter, rect: QRectF, entry: LegendEntry) -> None:
        painter.setFont(font(TextStyle.LABEL))
        if entry.swatch is not Swatch.NONE:
            top = rect.center().y() - _SWATCH / 2
            _paint_swatch(painter, QRectF(rect.left(), top, _SWATCH, _SWATCH), entry)
            rect = rect.adjusted(_SWATCH + 6, 0, 0, 0)
            painter.setPen(QColor(self._theme.tokens.muted))
        else:
            painter.setPen(QColor(entry.color))
        painter.drawText(rect, _LEFT, entry.text)


def _paint_swatch(painter: QPainter, rect: QRectF, entry: LegendEntry) -> None:
    color = QColor(entry.color)
    match entry.swatch:
        case Swatch.HATCHED:
            paint_hatched(painter, rect, color)
        case Swatch.DASHED:
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect)
        case _:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(rect, 2, 2)


def _width(entry: LegendEntry) -> float:
    text = QFontMetricsF(font(TextStyle.LABEL)).horizontalAdvance(entry.text) + 1
    return text + (0 if entry.swatch is Swatch.NONE else _SWATCH + 6)


def _length(entries: Sequence[LegendEntry]) -> float:
    return sum(map(_width, entries)) + _GAP * max(len(entries) - 1, 0)

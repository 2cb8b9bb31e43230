"""The head of a chart: its title at the left, what its colours mean at the right."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme

HEIGHT = 20
_SWATCH = 9
_GAP = 16
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One colour (``#RRGGBB``) and its meaning. Without `swatch` the text has the colour."""

    color: str
    text: str
    swatch: bool = True


class ChartHead(QWidget):
    """Title and legend. The legend gives way, first entries first, where there is no room."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._entries: tuple[LegendEntry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Say what the colours mean, left to right."""
        self._entries = tuple(entries)
        self.setToolTip("")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

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
        painter.drawText(rect, _LEFT, title)
        least = rect.left() + metrics.horizontalAdvance(title) + _GAP
        right = rect.right()
        for entry in reversed(self._entries):
            right -= _width(entry)
            if right < least:
                break
            self._paint_entry(
                painter, QRectF(right, rect.top(), _width(entry), rect.height()), entry
            )
            right -= _GAP

    def _paint_entry(self, painter: QPainter, rect: QRectF, entry: LegendEntry) -> None:
        painter.setFont(font(TextStyle.LABEL))
        if entry.swatch:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(entry.color))
            top = rect.center().y() - _SWATCH / 2
            painter.drawRoundedRect(QRectF(rect.left(), top, _SWATCH, _SWATCH), 2, 2)
            rect = rect.adjusted(_SWATCH + 6, 0, 0, 0)
            painter.setPen(QColor(self._theme.tokens.muted))
        else:
            painter.setPen(QColor(entry.color))
        painter.drawText(rect, _LEFT, entry.text)


def _width(entry: LegendEntry) -> float:
    text = QFontMetricsF(font(TextStyle.LABEL)).horizontalAdvance(entry.text) + 1
    return text + (_SWATCH + 6 if entry.swatch else 0)

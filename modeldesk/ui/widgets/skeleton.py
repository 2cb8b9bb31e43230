"""Grey bars in the place of rows that are still to come."""

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.pulse import Pulse

_BEAT_MS = 80
_BEATS_PER_BREATH = 24
_WIDTHS = (0.42, 0.58, 0.36, 0.5, 0.46, 0.32)
_BAR = 9


class Skeleton(QWidget):
    """`rows` placeholder rows that breathe slowly while they are on screen."""

    def __init__(
        self, theme: Theme, rows: int = 6, row_height: int = 34, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows
        self._row_height = row_height
        self._pulse = Pulse(self, _BEAT_MS)
        self.setAccessibleName(tr("Loading"))

    def sizeHint(self) -> QSize:
        return QSize(200, self._rows * self._row_height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.track))
        breath = math.sin(2 * math.pi * self._pulse.beat / _BEATS_PER_BREATH)
        for row in range(self._rows):
            painter.setOpacity((0.75 + 0.2 * breath) * (1 - 0.6 * row / self._rows))
            top = row * self._row_height + (self._row_height - _BAR) / 2
            share = _WIDTHS[row % len(_WIDTHS)]
            painter.drawRoundedRect(QRectF(4, top, self.width() * share, _BAR), 4, 4)
            painter.drawRoundedRect(QRectF(self.width() - 64, top, 58, _BAR), 4, 4)
        painter.end()

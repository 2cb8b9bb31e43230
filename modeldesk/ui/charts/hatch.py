"""Hatching, for what must be told apart by more than its colour. Made of lines, since the brushes
that Qt has for it are lost in SVG and too fine on dense screens."""

import math
from functools import lru_cache

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

_STEP = 5.0
_STRIPE = 2.0
_TINT = 0.18
_ROOM_FOR_LINES = 6.0


def paint_hatched(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """A tinted box with an edge and lines across; what is too narrow for lines is striped. Lines
    of boxes that touch go on in each other."""
    if rect.width() < _ROOM_FOR_LINES:
        _paint_striped(painter, rect, color)
        return
    tint = QColor(color)
    tint.setAlphaF(_TINT)
    painter.fillRect(rect, tint)
    painter.setPen(QPen(color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # The lines of a pen lie half outside of what they go along.
    edge = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawLines(_across(edge))
    if edge.height() > 0:
        painter.drawRect(edge)


def _across(rect: QRectF) -> list[QLineF]:
    """Rising lines, where x + y is a multiple of the step, within `rect`."""
    if rect.height() <= 0:
        return []
    lines = []
    first = math.ceil((rect.left() + rect.top()) / _STEP)
    last = math.floor((rect.right() + rect.bottom()) / _STEP)
    for number in range(first, last + 1):
        total = number * _STEP
        left = max(rect.left(), total - rect.bottom())
        right = min(rect.right(), total - rect.top())
        if right > left:
            lines.append(QLineF(left, total - left, right, total - right))
    return lines


def _paint_striped(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """Pieces of two pixels, at the same heights wherever the box begins: a broad line of dashes,
    whose lengths a pen counts in its width."""
    left, top, width = rect.left(), rect.top(), max(rect.width(), 1.0)
    pen = _stripes(color.rgb(), width)
    pen.setDashOffset((top % (2 * _STRIPE)) / width)
    painter.setPen(pen)
    middle = left + width / 2
    painter.drawLine(QLineF(middle, top, middle, top + rect.height()))


@lru_cache(maxsize=64)
def _stripes(color: int, width: float) -> QPen:
    """Bars come by the hundred, and a pen of dashes takes long to make."""
    pen = QPen(QColor(color), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    pen.setDashPattern([_STRIPE / width, _STRIPE / width])
    return pen

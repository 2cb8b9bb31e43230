"""A small line that shows where something has been going."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

_MOST_POINTS = 60
_STROKE = 1.5
_LEAST_REACH = 0.05
"""What the height stands for at least, as a share of the largest value."""


def paint_sparkline(painter: QPainter, rect: QRectF, values: Sequence[float], color: str) -> None:
    """Draw `values`, oldest first, over the width of `rect`; fewer than two draw nothing.

    The lowest value stands at the bottom edge and the highest at the top. Values that hardly
    differ stay near the middle, so that noise does not look like growth; equal ones make a line
    through it.
    """
    points = line_points(rect.adjusted(1, _STROKE, -1, -_STROKE), values)
    if len(points) < 2:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(QColor(color), _STROKE)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF(points))
    painter.restore()


def line_points(rect: QRectF, values: Sequence[float]) -> list[QPointF]:
    """The line's corners: at most sixty, thinned evenly with the last value kept."""
    if len(values) < 2:
        return []
    if len(values) > _MOST_POINTS:
        last = len(values) - 1
        values = [values[round(i * last / (_MOST_POINTS - 1))] for i in range(_MOST_POINTS)]
    low, high = min(values), max(values)
    middle = (low + high) / 2
    reach = max(high - low, _LEAST_REACH * max(abs(low), abs(high)))
    step = rect.width() / (len(values) - 1)
    return [
        QPointF(
            rect.left() + index * step,
            rect.bottom() - rect.height() * ((value - middle) / reach + 0.5 if reach else 0.5),
        )
        for index, value in enumerate(values)
    ]

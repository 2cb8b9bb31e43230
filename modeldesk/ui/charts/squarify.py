"""Areas in a rectangle in proportion to their sizes, each as near to a square as it goes."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF


def squarify(sizes: Sequence[float], room: QRectF) -> list[QRectF]:
    """A rectangle for each of `sizes` (largest first, all above zero); together they fill
    `room`."""
    total = sum(sizes)
    if not sizes or total <= 0 or room.isEmpty():
        return [QRectF(room.topLeft(), room.topLeft()) for _ in sizes]
    scale = room.width() * room.height() / total
    areas = [size * scale for size in sizes]
    rects: list[QRectF] = []
    free, first = QRectF(room), 0
    while first < len(areas):
        side = min(free.width(), free.height())
        end = _row_end(areas, first, side)
        rects += _place(areas[first:end], free)
        first = end
    return rects


def _row_end(areas: Sequence[float], first: int, side: float) -> int:
    """Where to begin another row: as soon as one more would make the worst of it longer."""
    end, length = first + 1, areas[first]
    worst = _worst(areas[first], areas[first], length, side)
    while end < len(areas):
        longer = length + areas[end]
        then = _worst(areas[first], areas[end], longer, side)
        if then > worst:
            break
        worst, length, end = then, longer, end + 1
    return end


def _worst(largest: float, smallest: float, row: float, side: float) -> float:
    """The worst ratio of sides in a row of that area along a side."""
    square = side * side
    if square <= 0 or smallest <= 0:
        return float("inf")
    return max(square * largest / (row * row), row * row / (square * smallest))


def _place(row: Sequence[float], free: QRectF) -> list[QRectF]:
    """The rectangles of a row along the shorter side of `free`, which becomes what is left."""
    total = sum(row)
    upright = free.width() >= free.height()
    side = free.height() if upright else free.width()
    across = free.width() if upright else free.height()
    # Next to something huge the rounding shows; nothing may stand out of the room.
    depth = min(total / side, across) if side else 0.0
    rects, at = [], 0.0
    for area in row:
        length = min(area / depth, side - at) if depth else 0.0
        if upright:
            rects.append(QRectF(free.left(), free.top() + at, depth, length))
        else:
            rects.append(QRectF(free.left() + at, free.top(), length, depth))
        at += length
    if upright:
        free.setLeft(min(free.left() + depth, free.right()))
    else:
        free.setTop(min(free.top() + depth, free.bottom()))
    return rects

"""Painting bars stacked by layer kind, in pixels, from arrays."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui import presentation
from modeldesk.ui.charts.bar_places import WIDEST_BAR, Frame, Place, places
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.charts.hatch import paint_hatched
from modeldesk.ui.charts.scale import distinct_parts, labels_that_fit, ticks
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Tokens

LEFT = 46.0
TOP = 30.0
BOTTOM = 26.0
RIGHT = 4.0
_GAPS_FROM = 8.0
_TOTALS_FROM = 9.0
_NAME_ROOM = 64.0
_GONE_OPACITY = 0.4
_FIGURE = 17.0
"""The height that a figure at the axis asks for."""
_CENTRE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True, eq=False)
class BarData:
    """Bars as arrays: `tops[k, n]` is where kind k ends in bar n, in bytes."""

    bars: tuple[SizeBar, ...]
    kinds: tuple[LayerKind, ...] = tuple(LayerKind)
    tops: NDArray[np.float64] = field(init=False)
    ticks: tuple[float, ...] = field(init=False)
    unit: presentation.AxisUnit = field(init=False)

    def __post_init__(self) -> None:
        # By their ids: the members of an enumeration take long to hash, and there are thousands.
        rows = {id(kind): [0] * len(self.bars) for kind in self.kinds}
        for number, bar in enumerate(self.bars):
            for kind, size in bar.bytes_by_kind:
                rows[id(kind)][number] += size
        sizes = np.array(list(rows.values()), dtype=np.float64)
        tops = np.cumsum(sizes, axis=0)
        largest = float(tops[-1].max(initial=0.0))
        unit = presentation.axis_unit(largest)
        object.__setattr__(self, "tops", tops)
        object.__setattr__(self, "unit", unit)
        marks = tuple(mark * unit.amount for mark in ticks(largest / unit.amount))
        object.__setattr__(self, "ticks", marks)

    @property
    def kinds_present(self) -> list[LayerKind]:
        """The kinds that occur, lowest in a bar first."""
        sizes = np.diff(self.tops, axis=0, prepend=0.0)
        return [kind for kind, row in zip(self.kinds, sizes, strict=True) if row.any()]

    @property
    def totals(self) -> NDArray[np.float64]:
        """Bytes of each bar."""
        totals: NDArray[np.float64] = self.tops[-1]
        return totals


def paint_bars(
    painter: QPainter,
    frame: Frame,
    data: BarData,
    tokens: Tokens,
    selected: int | None,
    hovered: int | None,
) -> None:
    """Draw the grid, the chosen column, the bars, their totals and both axes' words."""
    standing = places(frame, data.totals, selected)
    shown = [place.number for place in standing]
    _paint_column(painter, frame, tokens, selected, hovered)
    _paint_grid(painter, frame, data, tokens)
    painter.save()
    painter.setClipRect(frame.plot.adjusted(0, -TOP, 0, 1))
    _paint_stacks(painter, frame, data, tokens, standing)
    painter.restore()
    _paint_totals(painter, frame, data, tokens, shown, selected)
    _paint_names(painter, frame, data, tokens, shown, selected)


def _paint_column(
    painter: QPainter, frame: Frame, tokens: Tokens, selected: int | None, hovered: int | None
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    hover = None if hovered == selected else hovered
    for number, color in ((hover, tokens.hover), (selected, tokens.accent_bg)):
        if number is None:
            continue
        width = max(3.0, min(frame.slot * 0.9, WIDEST_BAR * 1.5))
        left = frame.x(number) - width / 2
        if left + width < frame.plot.left() or left > frame.plot.right():
            continue
        left = max(left, frame.plot.left())
        painter.setOpacity(0.7 if tokens.dark and number == selected else 1.0)
        painter.setBrush(QColor(color))
        height = frame.plot.height() + TOP - 14 + BOTTOM - 4
        painter.drawRoundedRect(QRectF(left, frame.plot.top() - TOP + 14, width, height), 5, 5)
        painter.setOpacity(1.0)


def _paint_grid(painter: QPainter, frame: Frame, data: BarData, tokens: Tokens) -> None:
    painter.setFont(font(TextStyle.LABEL))
    step = data.ticks[1] if len(data.ticks) > 1 else 1.0
    # Where the chart is low, every second or third line is named.
    every = max(1, math.ceil(_FIGURE / max(frame.y(0) - frame.y(step), 1.0)))
    for number, mark in enumerate(data.ticks):
        y = round(frame.y(mark))
        painter.fillRect(QRectF(frame.plot.left(), y, frame.plot.width(), 1), QColor(tokens.grid))
        if number % every:
            continue
        figure = presentation.axis_figure(mark / data.unit.amount, step / data.unit.amount)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(0, y - 9, frame.plot.left() - 8, 18),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            figure,
        )
    painter.drawText(
        QRectF(0, frame.plot.top() - TOP + 2, frame.plot.left() - 8, 14),
        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
        data.unit.name,
    )


def _paint_stacks(
    painter: QPainter, frame: Frame, data: BarData, tokens: Tokens, standing: Sequence[Place]
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    colors = [QColor(tokens.kind(kind)) for kind in data.kinds]
    floor = frame.y(0)
    # Of hundreds of bars at once: one by one they would take a frame's time.
    tops = data.tops[:, [place.number for place in standing]].T
    heights = (floor - frame.plot.height() * tops / (frame.top or 1.0)).tolist()
    for place, highs in zip(standing, heights, strict=True):
        bar, left, width = data.bars[place.number], place.left, place.width
        paint_part = paint_hatched if bar.compressed else QPainter.fillRect
        if bar.gone:
            painter.setOpacity(_GONE_OPACITY)
        for part, color in _parts(left, width, floor, highs, colors):
            paint_part(painter, part, color)
        if bar.gone:
            painter.setOpacity(1.0)
            if width >= _GAPS_FROM:
                _paint_dashed(painter, QRectF(left, highs[-1], width, floor - highs[-1]), tokens)


def _paint_dashed(painter: QPainter, bar: QRectF, tokens: Tokens) -> None:
    """Around what is told not by its paleness alone."""
    painter.setPen(QPen(QColor(tokens.muted), 1, Qt.PenStyle.DashLine))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar.adjusted(0, 0, -1, -1))


def _parts(
    left: float, width: float, floor: float, highs: Sequence[float], colors: Sequence[QColor]
) -> Iterator[tuple[QRectF, QColor]]:
    """The parts of a bar that hold anything, lowest first."""
    gap = 1.0 if width >= _GAPS_FROM else 0.0
    low = floor
    for high, color in zip(highs, colors, strict=True):
        if high < low:
            height = max(low - high - (gap if low < floor else 0.0), 1.0)
            yield QRectF(left, high, width, height), color
        low = high


def _paint_totals(
    painter: QPainter,
    frame: Frame,
    data: BarData,
    tokens: Tokens,
    shown: Sequence[int],
    selected: int | None,
) -> None:
    if frame.slot < _TOTALS_FROM:
        shown = [number for number in shown if number == selected]
    face = font(TextStyle.LABEL_STRONG)
    metrics = QFontMetricsF(face)
    texts = [total_figure(data, number) for number in shown]
    painter.setFont(face)
    painter.setPen(QColor(tokens.text))
    widths = [metrics.horizontalAdvance(text) for text in texts]
    for index, x in _fitting(frame, shown, widths, selected):
        y = frame.y(_highest_near(frame, data, shown[index], widths[index]))
        painter.drawText(QRectF(x - 40, y - 18, 80, 17), _CENTRE, texts[index])


def _highest_near(frame: Frame, data: BarData, number: int, width: float) -> float:
    """The bytes above which a total can be read: where bars are close, those beside it count."""
    reach = int(width / 2 / frame.slot + 0.5) if frame.slot < _TOTALS_FROM else 0
    return float(data.totals[max(0, number - reach) : number + reach + 1].max())


def total_figure(data: BarData, number: int) -> str:
    """What stands above a bar: its total in the axis's unit, with three digits in all."""
    amount = float(data.totals[number]) / data.unit.amount
    step = 0.01 if amount < 9.995 else 0.1 if amount < 99.95 else 1.0
    if data.unit.amount == 1:
        step = 1.0
    return presentation.axis_figure(amount, step)


def _paint_names(
    painter: QPainter,
    frame: Frame,
    data: BarData,
    tokens: Tokens,
    shown: Sequence[int],
    selected: int | None,
) -> None:
    face = font(TextStyle.LABEL)
    metrics = QFontMetricsF(face)
    room = max(_NAME_ROOM, frame.slot - 8)
    names = [presentation.printable(data.bars[number].label) for number in shown]
    if any(metrics.horizontalAdvance(name) > room for name in names):
        names = [
            metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            for name in distinct_parts(names)
        ]
    widths = [metrics.horizontalAdvance(name) for name in names]
    painter.setFont(face)
    for index, x in _fitting(frame, shown, widths, selected):
        painter.setPen(QColor(tokens.text if shown[index] == selected else tokens.muted))
        half = widths[index] / 2 + 2
        place = QRectF(x - half, frame.plot.bottom() + 5, 2 * half, 17)
        painter.drawText(place, _CENTRE, names[index])


def _fitting(
    frame: Frame, shown: Sequence[int], widths: list[float], selected: int | None
) -> list[tuple[int, float]]:
    """Which words to draw, and the middle of each, kept inside the plot's right edge."""
    right = frame.plot.right() + RIGHT - 3
    middles = [
        min(frame.x(number), right - width / 2) for number, width in zip(shown, widths, strict=True)
    ]
    keep = shown.index(selected) if selected is not None and selected in shown else None
    return [
        (index, middles[index])
        for index in labels_that_fit(middles, widths, 8, keep)
        if frame.plot.left() - 4 <= middles[index] <= right
    ]

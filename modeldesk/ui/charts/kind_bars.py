"""Two or three images as wide bars side by side, stacked by layer kind, with their figures."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.ui import presentation
from modeldesk.ui.charts.bars import SizeBar
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import LIGHT
from modeldesk.ui.widgets.tooltip import plain_tooltip

_TOP = 26.0
_BOTTOM = 24.0
_WIDEST = 120.0
_GAP = 60.0
_SPACE = 1.5
_LEAST = 2.0
_FIGURE_FROM = 17.0
_CENTRE = Qt.AlignmentFlag.AlignCenter


class KindBars(QWidget):
    """The bars share one scale that begins at zero. Hover tells the figure of a part."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[SizeBar, ...] = ()
        self.setMinimumHeight(150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def set_bars(self, bars: Sequence[SizeBar]) -> None:
        """Show `bars`, left to right."""
        self._bars = tuple(bars)
        self.setAccessibleName("; ".join(map(_described, bars)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def parts(self) -> Iterator[tuple[SizeBar, LayerKind, int, QRectF]]:
        """Every part of every bar, lowest first, and where it stands."""
        room = self.height() - _TOP - _BOTTOM
        largest = max((bar.total for bar in self._bars), default=0) or 1
        for bar, (left, width) in zip(self._bars, self._columns(), strict=True):
            bottom = self.height() - _BOTTOM
            heights = _heights(bar, room * bar.total / largest)
            for kind, height in heights.items():
                yield bar, kind, bar.size_of(kind), QRectF(left, bottom - height, width, height)
                bottom -= height + _SPACE

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tops: dict[str, float] = {}
        for bar, kind, size, rect in self.parts():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.kind(kind)))
            painter.drawRoundedRect(rect, 2, 2)
            tops[bar.key] = rect.top()
            if rect.height() >= _FIGURE_FROM:
                painter.setFont(font(TextStyle.LABEL_STRONG))
                painter.setPen(_ink_on(QColor(tokens.kind(kind))))
                painter.drawText(rect, _CENTRE, presentation.size(size))
        for bar, (left, width) in zip(self._bars, self._columns(), strict=True):
            middle = left + width / 2
            top = tops.get(bar.key, self.height() - _BOTTOM)
            painter.setPen(QColor(tokens.text))
            painter.setFont(font(TextStyle.SUBTITLE))
            total = QRectF(middle - 80, top - 26, 160, 24)
            painter.drawText(total, _CENTRE, presentation.size(bar.total))
            self._paint_name(painter, QPointF(middle, self.height() - _BOTTOM + 4), bar, width)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._told_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def _told_at(self, place: QPointF) -> str:
        for bar, kind, size, rect in self.parts():
            if rect.contains(place):
                figure = f"{presentation.size(size)} ({presentation.exact_size(size)})"
                return plain_tooltip(f"{bar.label}\n{kind_name(kind)}: {figure}")
        return ""

    def _columns(self) -> list[tuple[float, float]]:
        """Left edge and width of each bar."""
        count = max(1, len(self._bars))
        width = min(_WIDEST, max(24.0, (self.width() - _GAP * (count + 1)) / count))
        gap = min(_GAP, max(8.0, (self.width() - width * count) / (count + 1)))
        left = (self.width() - width * count - gap * (count - 1)) / 2
        return [(left + n * (width + gap), width) for n in range(len(self._bars))]

    def _paint_name(self, painter: QPainter, top: QPointF, bar: SizeBar, width: float) -> None:
        metrics = QFontMetricsF(font(TextStyle.LABEL))
        room = width + _GAP - 8
        text = metrics.elidedText(bar.label, Qt.TextElideMode.ElideMiddle, room)
        painter.setFont(font(TextStyle.LABEL))
        painter.drawText(QRectF(top.x() - room / 2, top.y(), room, 18), _CENTRE, text)


def _ink_on(ground: QColor) -> QColor:
    """White or nearly black, whichever can be read better on a colour."""
    shares = [value / 255 for value in (ground.red(), ground.green(), ground.blue())]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor(Qt.GlobalColor.white) if light < _HALF_LIGHT else QColor(LIGHT.text)


_HALF_LIGHT = 0.215
"""The luminance against which white and the text's colour stand out equally."""


def _described(bar: SizeBar) -> str:
    parts = (
        f"{kind_name(kind)} {presentation.size(size)}"
        for kind in LayerKind
        if (size := bar.size_of(kind))
    )
    return f"{bar.label}: {presentation.size(bar.total)}; {', '.join(parts)}"


def _heights(bar: SizeBar, room: float) -> dict[LayerKind, float]:
    """Of the parts that are there, with a space above each. What a part is drawn higher than it
    is, so that it can be seen at all, the highest gives up."""
    sizes = {kind: bar.size_of(kind) for kind in LayerKind if bar.size_of(kind)}
    heights = {kind: max(_LEAST, room * size / bar.total - _SPACE) for kind, size in sizes.items()}
    excess = sum(heights.values()) + _SPACE * len(heights) - room
    if heights and excess > 0:
        highest = max(heights, key=heights.__getitem__)
        heights[highest] = max(_LEAST, heights[highest] - excess)
    return heights

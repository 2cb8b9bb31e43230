"""The layers of an image as one upright bar, base at the bottom."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.ui import presentation
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.tooltip import plain_tooltip

GAP = 2.0
_THIN, _BAR = 7, 3
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class StackSegment:
    """One layer. `size` in bytes; `label` says more in the tooltip."""

    key: str
    kind: LayerKind
    size: int
    label: str = ""


class LayerStack(QWidget):
    """Segments as high as they are large, each at least two pixels. Hover tells the figure."""

    segment_clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._segments: tuple[StackSegment, ...] = ()
        self._selected = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def set_segments(self, segments: Sequence[StackSegment]) -> None:
        """Show `segments`, lowest layer first. Layers without bytes are left out."""
        self._segments = tuple(segment for segment in segments if segment.size > 0)
        self.setAccessibleName(
            ", ".join(_described(segment, with_label=False) for segment in self._segments)
        )
        self.update()

    def select(self, key: str) -> None:
        """Mark one segment; an unknown key marks none."""
        self._selected = key
        self.update()

    def segment_rects(self) -> list[tuple[StackSegment, QRectF]]:
        """Where each segment stands at the present size, lowest first."""
        heights = shares([s.size for s in self._segments], float(self.height()))
        rects = []
        bottom = float(self.height())
        for segment, height in zip(self._segments, heights, strict=True):
            rects.append((segment, QRectF(0, bottom - height, self.width(), height)))
            bottom -= height + GAP
        return rects

    def sizeHint(self) -> QSize:
        return QSize(64, 148)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for segment, rect in self.segment_rects():
            radius = min(2.5, rect.height() / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.tokens.kind(segment.kind)))
            painter.drawRoundedRect(rect, radius, radius)
            if segment.key == self._selected:
                self._mark(painter, rect, radius)
        painter.end()

    def _mark(self, painter: QPainter, rect: QRectF, radius: float) -> None:
        """An outline within; a thin one, whose colour that would hide, has a bar at its side."""
        ink = QColor(self._theme.tokens.text)
        if rect.height() < _THIN:
            bar = QRectF(0, rect.center().y() - _THIN / 2, _BAR, _THIN)
            ground = QColor(self._theme.tokens.panel)
            painter.fillRect(QRectF(0, rect.top(), 2 * _BAR, rect.height()), ground)
            painter.fillRect(bar, ink)
            return
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        hit = self._at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and hit is not None:
            self.segment_clicked.emit(hit.key)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._at(event.pos().y())
            text = plain_tooltip(_described(hit, with_label=True)) if hit else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _at(self, y: float) -> StackSegment | None:
        for segment, rect in self.segment_rects():
            if rect.top() - GAP / 2 <= y <= rect.bottom() + GAP / 2:
                return segment
        return None


def shares(sizes: Sequence[int], room: float) -> list[float]:
    """Heights that fill `room` with gaps between, in proportion, none under the least."""
    if not sizes:
        return []
    free = max(0.0, room - GAP * (len(sizes) - 1))
    total = sum(sizes)
    heights = [max(_LEAST, free * size / total) for size in sizes]
    surplus = sum(heights) - free
    if surplus > 0:
        # What the least ones gained, the others give in proportion to what they can.
        spare = sum(height - _LEAST for height in heights)
        share = min(1.0, surplus / spare) if spare else 0.0
        heights = [height - (height - _LEAST) * share for height in heights]
    return heights


def _described(segment: StackSegment, *, with_label: bool) -> str:
    name = f"{kind_name(segment.kind)} {presentation.size(segment.size)}"
    if not with_label:
        return name
    name = f"{name} ({presentation.exact_size(segment.size)})"
    return f"{name}\n{segment.label}" if segment.label else name

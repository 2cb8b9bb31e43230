"""A pyqtgraph view with one view box, behind a typed face: the only module that imports it."""

import sys
from collections.abc import Callable

import numpy as np

# The library ships no type information; everything of it stays behind this module's own types.
import pyqtgraph  # type: ignore[import-untyped]  # it has no types
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsItem,
    QStyleOptionGraphicsItem,
    QVBoxLayout,
    QWidget,
)

pyqtgraph.setConfigOption("exitCleanup", False)
_CLICK_REACH = 4
_TINT = 0.12


class PlotView(QWidget):
    """A plot area with margins for axes. `paint_below` draws in pixels under any curves.

    `hovered` and `clicked` carry pixels; `left` follows the pointer's leaving. `rendering` is on
    while a picture is made, which leaves out what belongs to the screen alone.
    """

    hovered = Signal(QPointF)
    clicked = Signal(QPointF)
    left = Signal()
    range_changed = Signal()
    resized = Signal()

    def __init__(
        self,
        margins: tuple[float, float, float, float],
        paint_below: Callable[[QPainter], None],
        parent: QWidget | None = None,
    ) -> None:
        """`margins` are left, top, right and bottom of the plot, in pixels."""
        super().__init__(parent)
        self.rendering = False
        self._zoomable = False
        self._pressed: QPointF | None = None
        self._view = pyqtgraph.GraphicsView(parent=self, background=None)
        self._view.setFrameShape(self._view.Shape.NoFrame)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._layout = pyqtgraph.GraphicsLayout()
        self._layout.setContentsMargins(*margins)
        self._layout.setSpacing(0)
        self._box = pyqtgraph.ViewBox(enableMenu=False, border=None)
        self._box.setMouseEnabled(x=False, y=False)
        self._layout.addItem(self._box)
        self._view.setCentralItem(self._layout)
        self._ground = _Ground(self._layout, paint_below)
        self._curves: list[object] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._view)
        self._box.sigRangeChanged.connect(self._on_range)
        self._view.viewport().setMouseTracking(True)
        self._view.viewport().installEventFilter(self)

    def plot_rect(self) -> QRectF:
        """The plot area in pixels of this widget."""
        return QRectF(self._box.sceneBoundingRect())

    def x_range(self) -> tuple[float, float]:
        """What the plot's left and right edges stand for."""
        low, high = self._box.viewRange()[0]
        return float(low), float(high)

    def set_x_range(self, low: float, high: float) -> None:
        """Show that much of the x axis."""
        self._box.setXRange(low, high, padding=0)

    def set_y_range(self, top: float) -> None:
        """Show the y axis from 0 to `top`."""
        self._box.setYRange(0, top, padding=0)

    def set_zoom(self, limits: tuple[float, float] | None, least: float = 1.0) -> None:
        """Let the wheel and dragging move along x within `limits`, at least `least` in sight."""
        self._zoomable = limits is not None
        self._box.setMouseEnabled(x=self._zoomable, y=False)
        low, high = limits or (None, None)
        self._box.setLimits(
            xMin=low, xMax=high, minXRange=least if limits else None, maxXRange=None
        )

    def set_ground(self, color: str) -> None:
        """Fill behind the chart."""
        self._view.setBackground(QColor(color))

    def set_curve(
        self,
        number: int,
        x: NDArray[np.float64],
        y: NDArray[np.float64],
        color: str,
        *,
        filled: bool = False,
    ) -> None:
        """Draw curve `number` through the points, lightly filled down to zero if asked. It is
        broken where a value is not a number."""
        while number >= len(self._curves):
            curve = pyqtgraph.PlotCurveItem(antialias=True)
            self._box.addItem(curve)
            self._curves.append(curve)
        # The library's pens count device pixels.
        pen = QPen(QColor(color), 1.5 * self.devicePixelRatioF())
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        tint = QColor(color)
        tint.setAlphaF(_TINT)
        fill = {"brush": tint, "fillLevel": 0.0} if filled else {}
        # The kinds of items that the view box takes are told of as their least.
        self._curves[number].setData(  # type: ignore[attr-defined]  # pyqtgraph has no types
            x, y, pen=pen, connect="finite", **fill
        )

    def render_into(self, painter: QPainter, target: QRectF) -> None:
        """Draw what is seen into `target` of any picture, without the ground."""
        brush = self._view.backgroundBrush()
        self.rendering = True
        painter.save()
        # The library's view box fills itself with whatever brush it finds.
        painter.setBrush(Qt.BrushStyle.NoBrush)
        self._view.setBackgroundBrush(Qt.BrushStyle.NoBrush)
        self._view.render(painter, target, QRect(QPoint(0, 0), self._view.viewport().size()))
        self._view.setBackgroundBrush(brush)
        painter.restore()
        self.rendering = False

    def redraw(self) -> None:
        """Paint again."""
        self._ground.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 190)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Leave:
            self.left.emit()
        elif kind == QEvent.Type.Resize:
            self.resized.emit()
        elif kind == QEvent.Type.Wheel and not self._zoomable:
            # Nothing to zoom: the page behind may scroll.
            event.ignore()
            return True
        elif kind == QEvent.Type.ToolTip:
            # The scene has none of its own and would take away the one that is shown.
            return True
        elif isinstance(event, QMouseEvent):
            self._mouse(event)
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> None:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = event.position()
        elif event.type() == QEvent.Type.MouseMove and not event.buttons():
            self.hovered.emit(event.position())
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            moved = (event.position() - self._pressed).manhattanLength()
            self._pressed = None
            if event.button() == Qt.MouseButton.LeftButton and moved < _CLICK_REACH:
                self.clicked.emit(event.position())

    def _on_range(self) -> None:
        self._ground.update()
        self.range_changed.emit()


class _Ground(QGraphicsItem):
    """Draws in pixels, under everything else in the view."""

    def __init__(self, parent: QGraphicsItem, paint: Callable[[QPainter], None]) -> None:
        super().__init__(parent)
        self._paint = paint
        # The library's view box stands at -100.
        self.setZValue(-200)

    def boundingRect(self) -> QRectF:
        return self.parentItem().boundingRect()

    def paint(
        self,
        painter: QPainter,
        _option: QStyleOptionGraphicsItem,
        _widget: QWidget | None = None,
    ) -> None:
        painter.save()
        try:
            self._paint(painter)
        except Exception:  # noqa: BLE001 - through the scene's calls into Python, it would end us
            sys.excepthook(*sys.exc_info())
        finally:
            painter.restore()

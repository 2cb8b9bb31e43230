"""Sizes as areas: a folder's contents at a glance, and the way down into them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.charts.legend import ChartHead, LegendEntry
from modeldesk.ui.charts.paint_tiles import paint_tiles
from modeldesk.ui.charts.pictures import PictureMenu, save_csv, save_png, save_svg
from modeldesk.ui.charts.tiles import Placed, Tile, place
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.tooltip import plain_tooltip

_GAP = 4


class Treemap(QWidget):
    """Hover tells, a click chooses a file or goes down into a folder, a right click saves.

    The arrow keys move to neighbours, Enter goes down, Backspace up.
    """

    opened = Signal(object)
    """The key (bytes) of a folder to go down into."""
    picked = Signal(object)
    """The key (bytes) of a file."""
    up_asked = Signal()
    exported = Signal(str)
    export_failed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tiles: tuple[Tile, ...] = ()
        self._placed: list[Placed] = []
        self._hovered: int | None = None
        self._current: int | None = None
        self._title = ""
        self._head = ChartHead(theme, "", self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._recolour)

    def set_tiles(self, title: str, tiles: Sequence[Tile]) -> None:
        """Show what is in the folder that `title` names."""
        self._title, self._tiles = title, tuple(tiles)
        self._hovered = self._current = None
        self._recolour()
        self._arrange()
        self.setAccessibleName(self._described())

    def placed(self) -> tuple[Placed, ...]:
        """All tiles that are drawn, and where."""
        return tuple(self._placed)

    def save_png(self, path: Path) -> None:
        """Write what is seen as a PNG at twice the size. Raises `OSError`."""
        save_png(path, self.size(), self._theme.tokens.panel, self._paint_all)

    def save_svg(self, path: Path) -> None:
        """Write what is seen as an SVG. Raises `OSError`."""
        save_svg(path, self.size(), self._theme.tokens.panel, self._title, self._paint_all)

    def save_csv(self, path: Path) -> None:
        """Write every tile's path, bytes and kind. Raises `OSError`."""
        lines = []
        for tile in self._tiles:
            for one in (tile, *tile.inside):
                shown = presentation.printable(one.key) if one.key else one.name
                lines.append([shown, one.size_bytes, kind_name(one.kind)])
        save_csv(path, [tr("path"), tr("bytes"), tr("kind")], lines)

    def picture_menu(self) -> PictureMenu:
        """The menu of a right click; the caller keeps or deletes it."""
        writers = [("png", self.save_png), ("svg", self.save_svg), ("csv", self.save_csv)]
        return PictureMenu(self, writers, self.exported, self.export_failed)

    def tooltip_of(self, number: int) -> str:
        """What hovering tells of a placed tile."""
        tile = self._placed[number].tile
        shown = presentation.printable(tile.key) if tile.key else tile.name
        size = f"{presentation.size(tile.size_bytes)} ({presentation.exact_size(tile.size_bytes)})"
        return "\n".join(filter(None, (shown, size, kind_name(tile.kind), tile.note)))

    def sizeHint(self) -> QSize:
        return QSize(340, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_map(painter, self._hovered, self._current if self.hasFocus() else None)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number is not None:
            self._current = number
            self._go(number)
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._placed:
            self.picture_menu().pop_up(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current is not None:
            self._go(self._current)
        elif key == Qt.Key.Key_Backspace:
            self.up_asked.emit()
        elif key in _WAYS and self._placed:
            self._move(*_WAYS[key])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._at(QPointF(event.pos()))
            text = plain_tooltip(self.tooltip_of(number)) if number is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _go(self, number: int) -> None:
        tile = self._placed[number].tile
        if tile.key and tile.opens:
            self.opened.emit(tile.key)
        elif tile.key:
            self.picked.emit(tile.key)

    def _move(self, x: int, y: int) -> None:
        """To the nearest tile that way; the first one where none is chosen."""
        if self._current is None:
            self._current = 0
        else:
            here = self._placed[self._current].rect.center()
            best: tuple[float, int] | None = None
            for number, one in enumerate(self._placed):
                away = one.rect.center() - here
                along = away.x() * x + away.y() * y
                across = abs(away.x() * y) + abs(away.y() * x)
                if along > 1 and (best is None or along + 2 * across < best[0]):
                    best = (along + 2 * across, number)
            if best is not None:
                self._current = best[1]
        self.setAccessibleDescription(self.tooltip_of(self._current))
        self.update()

    def _at(self, point: QPointF) -> int | None:
        """What is on top there: tiles in frames come after these."""
        for number in range(len(self._placed) - 1, -1, -1):
            if self._placed[number].rect.contains(point):
                return number
        return None

    def _hover(self, number: int | None) -> None:
        if number != self._hovered:
            self._hovered = number
            opens = number is not None and bool(self._placed[number].tile.key)
            shape = Qt.CursorShape.PointingHandCursor if opens else Qt.CursorShape.ArrowCursor
            self.setCursor(shape)
            self.update()

    def _arrange(self) -> None:
        # Its height follows from its width.
        self._head.resize(self.width(), self._head.height())
        top = self._head.height() + _GAP
        room = QRectF(0, top, self.width(), max(0, self.height() - top))
        self._placed = place(self._tiles, room)
        self._hovered = self._current = None
        self.update()

    def _paint_map(self, painter: QPainter, hovered: int | None, current: int | None) -> None:
        tokens = self._theme.tokens
        if self._placed:
            paint_tiles(painter, self._placed, tokens, hovered, current)
            return
        painter.setFont(font(TextStyle.BODY))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(
            QRectF(self.rect()),
            Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
            tr("Nothing here takes up room."),
        )

    def _paint_all(self, painter: QPainter) -> None:
        self._head.paint(painter, QRectF(0, 0, self.width(), self._head.height()))
        self._paint_map(painter, None, None)

    def _recolour(self) -> None:
        tokens = self._theme.tokens
        found = {one.kind for tile in self._tiles for one in (tile, *tile.inside)}
        self._head.set_title(self._title)
        self._head.set_entries(
            [LegendEntry(tokens.kind(k), kind_name(k)) for k in LayerKind if k in found]
        )
        self.update()

    def _described(self) -> str:
        largest = [f"{t.name} {presentation.size(t.size_bytes)}" for t in self._tiles[:5]]
        return ", ".join((tr("Map of sizes"), self._title, *largest))


_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

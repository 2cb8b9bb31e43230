"""The edge of a text: the numbers of its lines, and a sign where there is something to look at."""

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QResizeEvent, QTextBlock
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.code_marks import ICONS, CodeMark
from modeldesk.ui.widgets.tooltip import plain_tooltip

_SIGN = 13
_SIGN_ROOM = 18
_AFTER = 10


class MarkedEdit(QPlainTextEdit):
    """A plain text with an edge at its left, once it is asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._marks: Mapping[int, CodeMark] = {}
        self.edge = _Edge(self)
        self.edge.hide()
        self.blockCountChanged.connect(self._fit)
        self.updateRequest.connect(self._follow)
        theme.changed.connect(self.edge.update)

    def show_edge(self) -> None:
        """Number the lines from now on."""
        self.edge.show()
        self._fit()

    def set_line_marks(self, marks: Mapping[int, CodeMark]) -> None:
        """The sign of each line that has one."""
        self._marks = marks
        self.edge.update()

    def line_mark(self, place: QPoint) -> CodeMark | None:
        """The mark of the line at `place` of the viewport."""
        block = self.cursorForPosition(QPoint(0, place.y())).block()
        return self._marks.get(block.blockNumber() + 1)

    def edge_width(self) -> int:
        """What the edge takes of the width."""
        digits = max(2, len(str(self.blockCount())))
        return _SIGN_ROOM + self.fontMetrics().horizontalAdvance("9") * digits + _AFTER

    def paint_edge(self, painter: QPainter) -> None:
        """Draw the numbers and signs of the lines in sight."""
        painter.setFont(font(TextStyle.MONO_SMALL))
        tokens = self._theme.tokens
        room = self.edge.width() - _AFTER
        for block, rect in self._in_sight():
            number = block.blockNumber() + 1
            mark = self._marks.get(number)
            painter.setPen(QColor(tokens.tone(mark.tone)[0] if mark else tokens.muted))
            line = QRect(0, rect.y(), room, rect.height())
            painter.drawText(line, _RIGHT, str(number))
            if mark is not None:
                icon, color = ICONS[mark.tone]
                top = rect.y() + (rect.height() - _SIGN) / 2
                self._theme.paint_icon(painter, QRectF(1, top, _SIGN, _SIGN), icon, color)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return self.show_tooltip(event.pos(), event.globalPos())
        return super().viewportEvent(event)

    def show_tooltip(self, place: QPoint, on_screen: QPoint) -> bool:
        """Say what the mark of the line at `place` is about."""
        mark = self.line_mark(place)
        QToolTip.showText(on_screen, plain_tooltip(mark.text) if mark else "", self.viewport())
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        caret = self.cursorRect()
        if caret.top() >= 0 and caret.bottom() <= event.oldSize().height():
            # What is typed stays in sight when the room for it shrinks.
            self.ensureCursorVisible()

    def _in_sight(self) -> Iterator[tuple[QTextBlock, QRect]]:
        block = self.firstVisibleBlock()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > self.viewport().height():
                return
            yield block, place.toAlignedRect()
            block = block.next()

    def _fit(self, _count: int = 0) -> None:
        if self.edge.isHidden():
            return
        width = self.edge_width()
        if self.viewportMargins().left() != width:
            self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self.edge.setGeometry(inside.left(), inside.top(), width, inside.height())

    def _follow(self, rect: QRect, by: int) -> None:
        if by:
            self.edge.scroll(0, by)
        else:
            self.edge.update(0, rect.y(), self.edge.width(), rect.height())


class _Edge(QWidget):
    """Drawn by the text it belongs to."""

    def __init__(self, edit: MarkedEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    def sizeHint(self) -> QSize:
        return QSize(self._edit.edge_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        self._edit.paint_edge(painter)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return self._edit.show_tooltip(event.pos(), event.globalPos())
        return super().event(event)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

"""The base of every list and table: rows painted by hand, one height, keyboard and mouse.

A subclass says how one row looks. Hover, selection and focus are drawn here, the same everywhere.
"""

from math import floor

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Space
from modeldesk.ui.widgets.keyed_model import KeyedModel, R
from modeldesk.ui.widgets.whole_rows import WholeRows

_Index = QModelIndex | QPersistentModelIndex


def hairline(ratio: float) -> float:
    """How high a line of one pixel is where the screen has `ratio` dots for a pixel: whole dots,
    or a scale of 125 % would draw every other line twice as thick."""
    return max(floor(ratio), 1) / ratio


class RowView(WholeRows):
    """Rows of a `KeyedModel`. The signals carry the row's key."""

    row_selected = Signal(str)
    row_activated = Signal(str)
    context_requested = Signal(str, QPoint)

    def __init__(
        self,
        theme: Theme,
        model: KeyedModel[R],
        row_height: int,
        *,
        multi: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(row_height, parent)
        self._theme = theme
        self._keyed = model
        self._hovered = -1
        self._by_keyboard = False
        self._by_person = False
        self.setItemDelegate(_RowHeight(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(row_height)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(
            QAbstractItemView.SelectionMode.ExtendedSelection
            if multi
            else QAbstractItemView.SelectionMode.SingleSelection
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_context)
        self.activated.connect(lambda index: self.row_activated.emit(self._keyed.key(index.row())))
        self.setModel(model)
        theme.changed.connect(self.viewport().update)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        # Rows keep a wrong height when the style is asked only at the first paint.
        self.ensurePolished()

    def current_key(self) -> str:
        """The key of the current row; empty when there is none."""
        index = self.currentIndex()
        return self._keyed.key(index.row()) if index.isValid() else ""

    def selected_keys(self) -> list[str]:
        """The keys of the selected rows, top first."""
        chosen = sorted({index.row() for index in self.selectedIndexes()})
        return [self._keyed.key(row) for row in chosen]

    def select_key(self, key: str) -> bool:
        """Select the row with `key` without a signal, in sight; say whether it is there."""
        index = self._keyed.index_of(key)
        blocked = self.blockSignals(True)
        self.setCurrentIndex(index)
        if not index.isValid():
            self.clearSelection()
        self.blockSignals(blocked)
        if index.isValid():
            self.scrollTo(index)
        self.viewport().update()
        return index.isValid()

    def row_rect(self, key: str) -> QRect:
        """Where the row with `key` stands in the viewport; empty when it is not there."""
        index = self._keyed.index_of(key)
        rect = self.visualRect(index)
        return QRect(0, rect.y(), self.viewport().width(), rect.height())

    def row_height(self, _row: int) -> int:
        """How high a row is. One that differs between rows needs uniform heights off."""
        return self._row_height

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        """Draw row number `row` into `rect`, where the ground is drawn already.

        Without a subclass's own way: the text of the first cell.
        """
        tokens = self._theme.tokens
        painter.setFont(font(TextStyle.STRONG if selected else TextStyle.BODY))
        painter.setPen(QColor(tokens.text))
        line = rect.adjusted(Space.S, 0, -Space.S, 0)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self._keyed.cell(row, 0).text)

    def paint_ground(self, painter: QPainter, rect: QRect, hovered: bool, selected: bool) -> None:
        """Draw what is behind a row: its tint and the line under it."""
        tokens = self._theme.tokens
        if selected or hovered:
            painter.fillRect(rect, QColor(tokens.selected if selected else tokens.hover))
        thick = hairline(self.devicePixelRatioF())
        below = QRectF(rect.x(), rect.bottom() + 1 - thick, rect.width(), thick)
        painter.fillRect(below, QColor(tokens.line))

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.row()
        rect = QRect(option.rect)
        selected = self.selectionModel().isRowSelected(row, QModelIndex())
        self.paint_ground(painter, rect, row == self._hovered, selected)
        painter.save()
        self.paint_row(painter, rect, row, selected)
        painter.restore()
        if self._by_keyboard and self.hasFocus() and row == self.currentIndex().row():
            self._paint_focus(painter, rect)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        # A person who goes to one of several selected rows selects nothing new, but means that
        # one; a row that is removed means nothing.
        gone_to = self._by_person and self.selectionModel().isSelected(self.currentIndex())
        if not selected.isEmpty() or gone_to:
            self.row_selected.emit(self.current_key())

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = self._by_person = True
        super().keyPressEvent(event)
        self._by_person = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        if self.indexAt(event.position().toPoint()).isValid():
            self._by_person = True
            super().mousePressEvent(event)
            self._by_person = False
        else:
            # What is shown elsewhere of the selected row stays, so its mark does too.
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._by_person = True
        super().mouseReleaseEvent(event)
        self._by_person = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.indexAt(event.position().toPoint()).row())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return super().viewportEvent(event)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def _paint_focus(self, painter: QPainter, rect: QRect) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tokens.accent), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1, 1, -2, -2), Radius.CHIP, Radius.CHIP)
        painter.restore()

    def _ask_context(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid():
            at = self.viewport().mapToGlobal(place)
            self.context_requested.emit(self._keyed.key(index.row()), at)


_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class _RowHeight(QStyledItemDelegate):
    """Gives every row its height; painting is the view's."""

    def __init__(self, view: RowView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(40, self._view.row_height(index.row()))

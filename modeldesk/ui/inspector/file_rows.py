"""Files as rows: a tree or what was found, painted by hand, with all of the keyboard."""

from itertools import pairwise

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QLineF,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from modeldesk.ui.inspector.file_columns import NAME, SIZE
from modeldesk.ui.inspector.file_lines import Line
from modeldesk.ui.inspector.file_tree_model import FileTreeModel
from modeldesk.ui.inspector.found_files import FoundFilesModel
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius
from modeldesk.ui.widgets.table import TableHead
from modeldesk.ui.widgets.whole_rows import WholeRows

_Index = QModelIndex | QPersistentModelIndex
_HEIGHT = 26
_INDENT = 15
_SIZE_WIDTH = 76
_SIGN = 16
_ICON = 15
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FileRows(WholeRows):
    """Signals carry paths (bytes). Enter, or a double click, activates a file."""

    picked = Signal(object)
    file_activated = Signal(object)
    context_requested = Signal(object, QPoint)
    sort_asked = Signal(int)
    """The column whose head was clicked."""

    def __init__(
        self,
        theme: Theme,
        model: FileTreeModel | FoundFilesModel,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_HEIGHT, parent)
        self._theme = theme
        self._lines = model
        self._is_tree = isinstance(model, FileTreeModel)
        self._hovered = QPersistentModelIndex()
        self._by_keyboard = False
        self._grow_at = QPersistentModelIndex()
        self._grow_soon = QTimer(self, singleShot=True, interval=0)
        self._grow_soon.timeout.connect(self._grow)
        self.setAccessibleName(name)
        self.setItemDelegate(_RowHeight(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setRootIsDecorated(self._is_tree)
        self.setIndentation(_INDENT if self._is_tree else 0)
        self.setExpandsOnDoubleClick(self._is_tree)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(_HEIGHT)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_context)
        self.activated.connect(self._activate)
        self._make_head()
        self.setModel(model)
        theme.changed.connect(self.viewport().update)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        # Rows keep a wrong height when the style is asked only at the first paint.
        self.ensurePolished()
        self._arrange()

    def current_path(self) -> bytes | None:
        """The path of the current row."""
        index = self.currentIndex()
        return self._line(index).path or None if index.isValid() else None

    def select(self, index: QModelIndex) -> None:
        """Make a row the current one, in sight."""
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        path = self.current_path()
        if path is not None:
            self.picked.emit(path)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        first = self._lines.index(index.row(), NAME, index.parent())
        line, rect, tokens = self._line(first), QRect(option.rect), self._theme.tokens
        chosen = first == self.currentIndex().siblingAtColumn(NAME)
        if chosen or first == self._hovered:
            painter.fillRect(rect, QColor(tokens.selected if chosen else tokens.hover))
        if not line.path:
            self._grow_at = QPersistentModelIndex(first)
            self._grow_soon.start()
        painter.save()
        self._paint(painter, rect, first, line)
        painter.restore()
        if self._by_keyboard and self.hasFocus() and chosen:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -2, -2), Radius.CHIP, Radius.CHIP)
            painter.restore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _KEYBOARD
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_keyboard = True
        index = self.currentIndex()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and index.isValid() and self._line(index).is_folder and self._is_tree:
            first = index.siblingAtColumn(NAME)
            self.setExpanded(first, not self.isExpanded(first))
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint()).siblingAtColumn(NAME)
        self._hover(index)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(QModelIndex())
        return super().viewportEvent(event)

    def _make_head(self) -> None:
        head = TableHead(self)
        self.setHeader(head)
        head.setSectionsClickable(self._is_tree)
        head.setFixedHeight(28)
        head.sectionClicked.connect(self.sort_asked)

    def _arrange(self) -> None:
        head, width = self.header(), self.viewport().width()
        if head.count() == SIZE + 1:
            head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            head.resizeSection(SIZE, _SIZE_WIDTH)
            head.resizeSection(NAME, max(80, width - _SIZE_WIDTH))

    def _line(self, index: _Index) -> Line:
        return self._lines.line(index)

    def _paint(self, painter: QPainter, rect: QRect, index: QModelIndex, line: Line) -> None:
        tokens = self._theme.tokens
        left = self.visualRect(index).left() if self._is_tree else rect.left() + 2
        right = rect.right() - _SIZE_WIDTH
        middle = rect.center().y()
        if line.is_folder and self._is_tree:
            self._paint_chevron(painter, left, middle, open_=self.isExpanded(index))
        if line.path and self._is_tree:
            icon = Icon.FOLDER if line.is_folder else Icon.FILE
            place = QRect(left, middle - _ICON // 2, _ICON, _ICON)
            self._theme.paint_icon(painter, place.toRectF(), icon, "faint")
            left += _ICON + 5
        face = font(TextStyle.BODY)
        if line.mark is not None:
            painter.setFont(font(TextStyle.STRONG))
            painter.setPen(QColor(tokens.color(line.mark.color)))
            sign = QRect(right - _SIGN, rect.top(), _SIGN, rect.height())
            painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, line.mark.sign)
        face.setStrikeOut(line.removed)
        muted = line.removed or not line.path
        self._paint_name(
            painter, QRect(left, rect.top(), right - _SIGN - left - 4, rect.height()), line
        )
        painter.setFont(face)
        painter.setPen(QColor(tokens.muted if muted else tokens.text))
        painter.drawText(rect.adjusted(0, 0, -8, 0), _RIGHT, line.size)

    def _paint_name(self, painter: QPainter, room: QRect, line: Line) -> None:
        tokens = self._theme.tokens
        face = font(TextStyle.BODY if self._is_tree else TextStyle.MONO_SMALL)
        face.setStrikeOut(line.removed)
        metrics = QFontMetrics(face)
        # Of a path the end tells the most.
        mode = Qt.TextElideMode.ElideMiddle if self._is_tree else Qt.TextElideMode.ElideLeft
        name = metrics.elidedText(line.name, mode, room.width())
        painter.setFont(face)
        painter.setPen(QColor(tokens.muted if line.removed or not line.path else tokens.text))
        painter.drawText(room, _LEFT, name)
        used = metrics.horizontalAdvance(name) + 8
        if line.note and used < room.width():
            face = font(TextStyle.NOTE)
            rest = room.adjusted(used, 0, 0, 0)
            note = QFontMetrics(face).elidedText(
                line.note, Qt.TextElideMode.ElideRight, rest.width()
            )
            painter.setFont(face)
            painter.setPen(QColor(tokens.muted))
            painter.drawText(rest, _LEFT, note)

    def _paint_chevron(self, painter: QPainter, left: int, middle: int, *, open_: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.tokens.muted), 1.4))
        x, y = left - _INDENT / 2 - 1.0, float(middle) + 0.5
        points = ((-3, -1.5), (0, 1.5), (3, -1.5)) if open_ else ((-1.5, -3), (1.5, 0), (-1.5, 3))
        for (ax, ay), (bx, by) in pairwise(points):
            painter.drawLine(QLineF(x + ax, y + ay, x + bx, y + by))

    def _hover(self, index: QModelIndex) -> None:
        if index != self._hovered:
            self._hovered = QPersistentModelIndex(index)
            self.viewport().update()

    def _grow(self) -> None:
        """The line that stands for more has come into sight."""
        index, model = self._grow_at, self._lines
        self._grow_at = QPersistentModelIndex()
        if index.isValid() and isinstance(model, FileTreeModel):
            model.show_more(index)

    def _activate(self, index: QModelIndex) -> None:
        line = self._line(index)
        if line.path and not line.is_folder:
            self.file_activated.emit(line.path)

    def _ask_context(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if index.isValid() and self._line(index).path:
            self.context_requested.emit(self._line(index).path, self.viewport().mapToGlobal(place))


_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class _RowHeight(QStyledItemDelegate):
    """Gives every row its height; painting is the view's."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, _HEIGHT)

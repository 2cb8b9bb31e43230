"""A tree of files as Qt's views ask for it. Lines are made for what is in sight and no more."""

from collections.abc import Callable
from typing import Any, overload

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, Qt

from modeldesk.core.contents.entries import Entry
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.tree import Children, FileTree, Node, Order
from modeldesk.ui.inspector.file_columns import CHUNK, NAME, SIZE, TOP, Index, header, text_of
from modeldesk.ui.inspector.file_lines import Line, line_of, more_line, tooltip
from modeldesk.ui.widgets.tooltip import plain_tooltip

_PAGE = 100
_AT_ONCE = 4_000
"""Files in a folder up to which it is opened without a worker."""

Load = Callable[[bytes, Order, Callable[[Children], None]], None]
"""Read a folder in a worker and hand it over in the window's thread."""


class _Folder:
    """A folder that was opened."""

    __slots__ = ("above", "children", "kids", "loading", "number", "pages", "path", "row", "shown")

    def __init__(self, number: int, path: bytes, above: int, row: int) -> None:
        self.number, self.path, self.above, self.row = number, path, above, row
        self.children: Children | None = None
        self.shown = 0
        self.loading = False
        self.pages: dict[int, tuple[tuple[Node, Line], ...]] = {}
        self.kids: dict[int, int] = {}

    @property
    def left(self) -> int:
        return len(self.children) - self.shown if self.children is not None else 0

    @property
    def rows(self) -> int:
        return self.shown + (1 if self.left else 0)


class FileTreeModel(QAbstractItemModel):
    """A tree of files. A folder is read when it is opened: a large one by `load`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.load: Load | None = None
        """Without one, large folders are read at once too."""
        self._tree: FileTree | None = None
        self._order = Order.SIZE
        self._folders: list[_Folder] = []

    @property
    def order(self) -> Order:
        """How folders are sorted."""
        return self._order

    @property
    def tree(self) -> FileTree | None:
        """What is shown."""
        return self._tree

    def show(self, tree: FileTree | None, order: Order, top: Children | None) -> None:
        """Show another tree; `top` is what is in its root."""
        self.beginResetModel()
        self._tree, self._order = tree, order
        self._folders = [_Folder(0, b"", -1, -1)]
        if top is not None:
            self._folders[0].children = top
            self._folders[0].shown = min(CHUNK, len(top))
        self.endResetModel()

    def node(self, index: Index) -> Node | None:
        """What stands there; None for the line that stands for more."""
        found = self._at(index)
        return found[0] if found else None

    def line(self, index: Index) -> Line:
        """How it reads."""
        found = self._at(index)
        return found[1] if found else more_line(self._folders[index.internalId()].left)

    def show_more(self, index: Index) -> None:
        """Put more of a folder in place of the line at `index` that stands for them."""
        folder = self._folders[index.internalId()]
        if index.row() == folder.shown and folder.left:
            self._grow(folder, folder.shown + CHUNK)

    def open_chain(self, chain: list[tuple[bytes, Children, int]]) -> QModelIndex:
        """Open folders from the root on, each with what is in it and the row of the next;
        the last row is what is looked for."""
        index = QModelIndex()
        for path, children, row in chain:
            folder = self._folder_at(index)
            if folder is None or folder.path != path:
                return QModelIndex()
            if folder.children is None:
                self._fill(folder, index, children)
            if row >= folder.shown:
                self._grow(folder, (row // CHUNK + 1) * CHUNK)
            index = self.index(row, NAME, index)
        return index

    def index(self, row: int, column: int, parent: Index = TOP) -> QModelIndex:
        folder = self._opened(parent)
        if folder is None or not 0 <= row < folder.rows or not 0 <= column <= SIZE:
            return QModelIndex()
        return self.createIndex(row, column, folder.number)

    @overload
    def parent(self) -> QObject | None: ...
    @overload
    def parent(self, child: Index) -> QModelIndex: ...
    def parent(self, child: Index | None = None) -> QObject | QModelIndex | None:
        if child is None:
            return super().parent()
        folder = self._folders[child.internalId()] if child.isValid() else None
        if folder is None or folder.above < 0:
            return QModelIndex()
        return self.createIndex(folder.row, NAME, folder.above)

    def rowCount(self, parent: Index = TOP) -> int:
        folder = self._opened(parent)
        return folder.rows if folder else 0

    def columnCount(self, _parent: Index = TOP) -> int:
        return 2

    def hasChildren(self, parent: Index = TOP) -> bool:
        if not parent.isValid():
            return self.rowCount() > 0
        # Asked for every row that is told of, long before it is in sight.
        folder, row = self._folders[parent.internalId()], parent.row()
        if parent.column() != NAME or folder.children is None or row >= folder.shown:
            return False
        return folder.children.is_folder(row)

    def canFetchMore(self, parent: Index) -> bool:
        folder = self._opened(parent)
        if folder is None:
            return self.hasChildren(parent)
        return folder.children is None and not folder.loading

    def fetchMore(self, parent: Index) -> None:
        folder, tree = self._folder_at(parent), self._tree
        if folder is None or tree is None or folder.children is not None or folder.loading:
            return
        if self.load is None or len(run_of(tree.view.paths, folder.path)) <= _AT_ONCE:
            self._fill(folder, parent, tree.children(folder.path, self._order))
            return
        folder.loading = True
        self.load(folder.path, self._order, lambda children: self._came(tree, folder, children))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            node = self.node(index)
            return plain_tooltip(tooltip(self.line(index), self._entry(node)))
        return text_of(self.line(index), index.column(), role)

    def headerData(
        self,
        section: int,
        _orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        return header(section, role, self._order)

    def _entry(self, node: Node | None) -> Entry | None:
        if node is None or node.row is None or self._tree is None:
            return None
        return self._tree.view.entry(node.row)

    def _at(self, index: Index) -> tuple[Node, Line] | None:
        folder = self._folders[index.internalId()]
        row = index.row()
        if row >= folder.shown or folder.children is None or self._tree is None:
            return None
        number = row // _PAGE
        page = folder.pages.get(number)
        if page is None:
            view = self._tree.view
            nodes = folder.children.page(number * _PAGE, _PAGE)
            page = folder.pages[number] = tuple((node, line_of(node, view)) for node in nodes)
        return page[row - number * _PAGE]

    def _opened(self, index: Index) -> _Folder | None:
        """The folder at an index if it was opened."""
        if not index.isValid():
            return self._folders[0] if self._folders else None
        number = self._folders[index.internalId()].kids.get(index.row())
        return self._folders[number] if number is not None and index.column() == NAME else None

    def _folder_at(self, index: Index) -> _Folder | None:
        """The folder at an index, opened from now on."""
        opened = self._opened(index)
        if opened is not None or not index.isValid() or index.column() != NAME:
            return opened
        node = self.node(index)
        if node is None:
            return None
        made = _Folder(len(self._folders), node.path, index.internalId(), index.row())
        self._folders.append(made)
        self._folders[made.above].kids[made.row] = made.number
        return made

    def _came(self, tree: FileTree, folder: _Folder, children: Children) -> None:
        if tree is self._tree and self._folders[folder.number] is folder:
            folder.loading = False
            if folder.children is None:
                self._fill(folder, self._index_of(folder), children)

    def _index_of(self, folder: _Folder) -> QModelIndex:
        if folder.above < 0:
            return QModelIndex()
        return self.createIndex(folder.row, NAME, folder.above)

    def _fill(self, folder: _Folder, index: Index, children: Children) -> None:
        shown = min(CHUNK, len(children))
        rows = shown + (1 if len(children) > shown else 0)
        if rows:
            self.beginInsertRows(index, 0, rows - 1)
        folder.children, folder.shown = children, shown
        if rows:
            self.endInsertRows()

    def _grow(self, folder: _Folder, wanted: int) -> None:
        """Tell of more rows; they come before the line that stands for the rest, which in the
        end stands for the last of them."""
        index, total = self._index_of(folder), folder.shown + folder.left
        end = min(wanted, total)
        last = end - 2 if end == total else end - 1
        if last >= folder.shown:
            self.beginInsertRows(index, folder.shown, last)
        first, folder.shown = folder.shown, end
        if last >= first:
            self.endInsertRows()
        if end == total:
            changed = self.index(end - 1, NAME, index)
            self.dataChanged.emit(changed, changed.siblingAtColumn(SIZE))

"""A table model over frozen rows that are known by a key.

New rows are set whole; the model works out what went, came, moved and changed, and tells its
views only that. A selection, the current row and the place of the scroll bar survive.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.tooltip import plain_tooltip

R = TypeVar("R")
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

ROW_ROLE = int(Qt.ItemDataRole.UserRole)
"""The row object itself."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows: text, then chips.

    `tone` colours the text; `muted` greys it; `mono` sets it in the monospaced face. What is too
    long loses its middle, as names do; `prose` its end.
    """

    text: str = ""
    chips: tuple[ChipSpec, ...] = ()
    tone: Tone | None = None
    bold: bool = False
    mono: bool = False
    muted: bool = False
    tooltip: str = ""
    prose: bool = False

    def spoken(self) -> str:
        """The cell as a screen reader says it."""
        return ", ".join(part for part in (self.text, *(chip.text for chip in self.chips)) if part)


# Without slots: a generic class with slots can't be called as Column[Row](…) on Python 3.11.
@dataclass(frozen=True)
class Column(Generic[R]):
    """One column: how a row becomes its cell, and how rows are sorted by it.

    `width` in pixels (None: as wide as its contents), `stretch` for the one that takes what is
    left. Where there is too little room, columns with a `least` are narrowed, to so many pixels at
    most; then columns are hidden by `gives_way`, the lowest first; one without stays. Without
    `sort` a click on the header does nothing.
    """

    key: str
    title: str
    cell: Callable[[R], Cell]
    align: Literal["left", "right"] = "left"
    width: int | None = None
    stretch: bool = False
    gives_way: int | None = None
    least: int | None = None
    sort: Callable[[R], Any] | None = None
    tooltip: str = ""


class KeyedModel(QAbstractTableModel, Generic[R]):
    """Rows of one frozen type. Keys must differ from each other."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._given: list[R] = []
        self._rows: list[R] = []
        self._keys: list[str] = []
        self._cells: list[tuple[Cell, ...] | None] = []
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """The columns, left to right."""
        return self._columns

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        """Show other columns of the same rows."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._sorted = None
        self._cells = [None] * len(self._rows)
        self.endResetModel()

    def rows(self) -> tuple[R, ...]:
        """The rows in the order shown."""
        return tuple(self._rows)

    def row(self, number: int) -> R:
        """One row by its place."""
        return self._rows[number]

    def key(self, number: int) -> str:
        """The key of the row at a place."""
        return self._keys[number]

    def index_of(self, key: str) -> QModelIndex:
        """The first cell of the row with `key`; an invalid index when there is none."""
        return self.index(self._keys.index(key), 0) if key in self._keys else QModelIndex()

    def cell(self, row: int, column: int) -> Cell:
        """What stands at a place, made once."""
        made = self._cells[row]
        if made is None:
            source = self._rows[row]
            made = self._cells[row] = tuple(c.cell(source) for c in self._columns)
        return made[column]

    def set_rows(self, rows: Sequence[R]) -> None:
        """Show `rows`, in their order or in the order a person sorted them by."""
        self._given = list(rows)
        wanted = self._in_order(self._given)
        keys = [self._key(row) for row in wanted]
        if not self._keys:
            self._insert(0, wanted, keys)
            return
        self._drop_missing(set(keys))
        self._reorder(keys)
        self._insert_missing(wanted, keys)
        self._change(wanted)

    def replace_rows(self, rows: Sequence[R]) -> None:
        """Show `rows` as another list: where thousands come and go between those that stay, that
        is a hundred times as fast as `set_rows`. No selection survives."""
        self.beginResetModel()
        self._given = list(rows)
        self._rows = self._in_order(self._given)
        self._keys = [self._key(row) for row in self._rows]
        self._cells = [None] * len(self._rows)
        self.endResetModel()

    def refresh_cells(self) -> None:
        """Make every cell again, as when ages or the language changed."""
        self._cells = [None] * len(self._rows)
        if self._rows:
            self._announce(0, len(self._rows) - 1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column from now on; -1 goes back to the order the rows came in."""
        sortable = 0 <= column < len(self._columns) and self._columns[column].sort is not None
        self._sorted = (column, order) if sortable else None
        # The same rows in another order: nothing came, went or changed.
        self._reorder([self._key(row) for row in self._in_order(self._given)])

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = 0) -> object:
        if not index.isValid():
            return None
        if role == 0:
            return self.cell(index.row(), index.column()).text
        if role == ROW_ROLE:
            return self._rows[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self.cell(index.row(), index.column()).tooltip) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.cell(index.row(), index.column()).spoken()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(column.tooltip) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | (
                Qt.AlignmentFlag.AlignRight
                if column.align == "right"
                else Qt.AlignmentFlag.AlignLeft
            )
        return None

    def _in_order(self, rows: list[R]) -> list[R]:
        if self._sorted is None:
            return rows
        column, order = self._sorted
        by = self._columns[column].sort
        if by is None:
            return rows
        return sorted(rows, key=by, reverse=order is Qt.SortOrder.DescendingOrder)

    def _drop_missing(self, wanted: set[str]) -> None:
        missing = [n for n, key in enumerate(self._keys) if key not in wanted]
        for first, last in reversed(_runs(missing)):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            del self._keys[first : last + 1]
            del self._cells[first : last + 1]
            self.endRemoveRows()

    def _reorder(self, keys: list[str]) -> None:
        old = {key: n for n, key in enumerate(self._keys)}
        order = [old[key] for key in keys if key in old]
        if order == list(range(len(self._keys))):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        rows = {index.row() for index in before}
        place = {was: now for now, was in enumerate(order) if was in rows}
        after = [self.createIndex(place[i.row()], i.column()) for i in before]
        self._rows = [self._rows[n] for n in order]
        self._cells = [self._cells[n] for n in order]
        self._keys = [self._keys[n] for n in order]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert_missing(self, wanted: list[R], keys: list[str]) -> None:
        known = set(self._keys)
        new = [n for n, key in enumerate(keys) if key not in known]
        for first, last in _runs(new):
            self._insert(first, wanted[first : last + 1], keys[first : last + 1])

    def _insert(self, at: int, rows: list[R], keys: list[str]) -> None:
        if not rows:
            return
        self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
        self._rows[at:at] = rows
        self._keys[at:at] = keys
        self._cells[at:at] = [None] * len(rows)
        self.endInsertRows()

    def _change(self, wanted: list[R]) -> None:
        changed = [
            n
            for n, (old, new) in enumerate(zip(self._rows, wanted, strict=True))
            if old is not new and old != new
        ]
        for first, last in _runs(changed):
            self._rows[first : last + 1] = wanted[first : last + 1]
            self._cells[first : last + 1] = [None] * (last - first + 1)
            self._announce(first, last)

    def _announce(self, first: int, last: int) -> None:
        end = self.index(last, len(self._columns) - 1)
        self.dataChanged.emit(self.index(first, 0), end)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as (first, last) of what is without a gap."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs

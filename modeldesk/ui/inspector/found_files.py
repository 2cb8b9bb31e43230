"""Files that a search found, as Qt's views ask for them."""

from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from modeldesk.core.contents.search import Matches
from modeldesk.core.contents.view import FileView
from modeldesk.ui.inspector.file_columns import CHUNK, TOP, Index, header, text_of
from modeldesk.ui.inspector.file_lines import Line, hit_line, more_line, tooltip
from modeldesk.ui.widgets.tooltip import plain_tooltip


class FoundFilesModel(QAbstractTableModel):
    """What a search found, largest first. Rows are told to the view as it scrolls."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view: FileView | None = None
        self._matches: Matches | None = None
        self._shown = 0
        self._line = lru_cache(1000)(self._made)

    def show(self, view: FileView, matches: Matches) -> None:
        """Show what was found in `view`."""
        self._reset(view, matches)

    def clear(self) -> None:
        """Show nothing, and let go of what was found."""
        self._reset(None, None)

    def line(self, index: Index) -> Line:
        """How it reads."""
        return self._line(index.row())

    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else self._shown

    def columnCount(self, _parent: Index = TOP) -> int:
        return 2

    def canFetchMore(self, parent: Index) -> bool:
        found = self._matches
        return not parent.isValid() and found is not None and self._shown < len(found)

    def fetchMore(self, parent: Index) -> None:
        if self._matches is None or parent.isValid():
            return
        end = min(self._shown + CHUNK, len(self._matches))
        self.beginInsertRows(QModelIndex(), self._shown, end - 1)
        self._shown = end
        self.endInsertRows()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.line(index)
        if role == Qt.ItemDataRole.ToolTipRole and self._view and self._matches:
            return plain_tooltip(tooltip(line, self._view.entry(self._matches.rows[index.row()])))
        return text_of(line, index.column(), role)

    def headerData(
        self,
        section: int,
        _orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        return header(section, role, None)

    def _reset(self, view: FileView | None, matches: Matches | None) -> None:
        self.beginResetModel()
        self._view, self._matches = view, matches
        self._shown = min(CHUNK, len(matches)) if matches is not None else 0
        self._line.cache_clear()
        self.endResetModel()

    def _made(self, row: int) -> Line:
        if self._view is None or self._matches is None:
            return more_line(0)
        return hit_line(self._view, self._matches.rows[row])

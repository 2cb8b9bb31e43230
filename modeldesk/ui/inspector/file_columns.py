"""What both models of files have in common: two columns, and how a line stands in them."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from modeldesk.core.contents.tree import Order
from modeldesk.core.words import tr
from modeldesk.ui.inspector.file_lines import Line

Index = QModelIndex | QPersistentModelIndex
TOP = QModelIndex()
NAME, SIZE = 0, 1
CHUNK = 300
"""Rows that are told to the view at once: it makes a place for each."""


def text_of(line: Line, column: int, role: int) -> str | None:
    """What a cell reads, to the eye or to the ear; None for any other role."""
    if role == Qt.ItemDataRole.DisplayRole:
        return line.name if column == NAME else line.size
    return line.spoken() if role == Qt.ItemDataRole.AccessibleTextRole else None


def header(section: int, role: int, order: Order | None) -> Any:
    """The head of a column; `order` is what the rows are sorted by, where a person can choose."""
    if role == Qt.ItemDataRole.DisplayRole:
        title = tr("Name") if section == NAME else tr("Size")
        if order is Order.NAME and section == NAME:
            return f"{title} ↑"
        return f"{title} ↓" if order is Order.SIZE and section == SIZE else title
    if role == Qt.ItemDataRole.TextAlignmentRole and section == SIZE:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return None

"""A table of the compare page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from modeldesk.ui.compare.columns import Row
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.keyed_model import Column, KeyedModel
from modeldesk.ui.widgets.table import Table


class RowTable(Table):
    """A table of ready rows. Ctrl+C copies the current one."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        self.lines: KeyedModel[Row] = KeyedModel([], lambda row: row.key)
        super().__init__(theme, self.lines, name=name, parent=parent)
        self.lines.setParent(self)
        copy = QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy),
            self,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        copy.activated.connect(self._copy)

    def show_rows(self, shape: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
        """Show other rows, from the top."""
        # Without rows the columns are not measured twice.
        self.lines.set_rows(())
        self.lines.set_columns(shape)
        self.lines.set_rows(rows)
        self.scrollToTop()

    def _copy(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(self.lines.row(index.row()).text)

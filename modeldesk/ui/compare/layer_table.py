"""The layers of both images: what differs is seen first, what is shared on request."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from modeldesk.core.compare.layers import PairState
from modeldesk.core.compare.model import Comparison
from modeldesk.core.words import tr
from modeldesk.ui.compare.layer_rows import SHARED, layer_columns, layer_rows
from modeldesk.ui.compare.row_table import RowTable
from modeldesk.ui.theme.theme import Theme


class LayerTable(RowTable):
    """A click on the row of the shared layers, or Enter there, opens and closes it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Layers, those that differ first"), parent)
        self._comparison: Comparison | None = None
        self._opened = False
        self.clicked.connect(self._clicked)

    def show_layers(self, comparison: Comparison, left: str, right: str) -> None:
        """Show other layers, under the names of the images. Where all are shared, they are all
        there is to see."""
        self._comparison = comparison
        self._opened = all(pair.state is PairState.SHARED for pair in comparison.layers)
        self.show_rows(layer_columns(left, right), layer_rows(comparison, shared=self._opened))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_key() == SHARED:
            self._toggle()
        else:
            super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        if self.lines.key(index.row()) == SHARED:
            self._toggle()

    def _toggle(self) -> None:
        if self._comparison is not None:
            self._opened = not self._opened
            self.lines.set_rows(layer_rows(self._comparison, shared=self._opened))
            self.scrollTo(self.lines.index_of(SHARED), self.ScrollHint.EnsureVisible)

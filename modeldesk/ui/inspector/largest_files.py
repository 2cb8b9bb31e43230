"""The largest files of one kind of layer."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from modeldesk.core.contents.figures import LargeFile
from modeldesk.core.layers.kinds import LayerKind, kind_name
from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.row_view import RowView

_HEIGHT = 30
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LargestFiles(QWidget):
    """Hidden while there is nothing to tell."""

    file_chosen = Signal(object)
    """The path (bytes) of a file that is to be looked at."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[LargeFile, ...] = ()
        self._most = 5
        self.title = Label("", TextStyle.STRONG)
        self.list = _Rows(theme)
        self.list.row_activated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, Space.M, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(self.title)
        column.addWidget(self.list)
        self.hide()

    def show_files(self, kind: LayerKind, files: Sequence[LargeFile]) -> None:
        """Show `files`, largest first."""
        self._files = tuple(files)
        self.title.setText(tr("Largest files in {kind}", kind=kind_name(kind)))
        self.list.setAccessibleName(self.title.text())
        self.list.files.set_rows([(str(n), file) for n, file in enumerate(files)])
        self._fit()
        self.setVisible(bool(files))

    def set_most(self, most: int) -> None:
        """How many may be in sight at once."""
        self._most = most
        self._fit()

    def _fit(self) -> None:
        self.list.setFixedHeight(_HEIGHT * min(self._most, len(self._files)))

    def _choose(self, key: str) -> None:
        self.file_chosen.emit(self._files[int(key)].path)


_Row = tuple[str, LargeFile]


class _Rows(RowView):
    """The end of each path, and its size."""

    def __init__(self, theme: Theme) -> None:
        self.files: KeyedModel[_Row] = KeyedModel(
            [Column("file", "", _cell, stretch=True)], lambda row: row[0]
        )
        super().__init__(theme, self.files, _HEIGHT)
        self.files.setParent(self)
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def paint_row(self, painter: QPainter, rect: QRect, row: int, _selected: bool) -> None:
        tokens, file = self._theme.tokens, self.files.row(row)[1]
        line = QRectF(rect).adjusted(0, 0, 0, -1)
        size = presentation.size(file.size_bytes)
        painter.setFont(font(TextStyle.BODY))
        painter.setPen(QColor(tokens.text))
        painter.drawText(line, _RIGHT, size)
        taken = QFontMetricsF(font(TextStyle.BODY)).horizontalAdvance(size)
        line.setRight(line.right() - taken - Space.M)
        face = font(TextStyle.MONO_SMALL)
        path = presentation.printable(file.path)
        shown = QFontMetricsF(face).elidedText(path, Qt.TextElideMode.ElideLeft, line.width())
        painter.setFont(face)
        painter.drawText(line, _LEFT, shown)


def _cell(row: _Row) -> Cell:
    path = presentation.printable(row[1].path)
    exact = presentation.exact_size(row[1].size_bytes)
    how = tr("Double-click or Enter shows it among the files")
    return Cell(
        f"{path}, {presentation.size(row[1].size_bytes)}", tooltip=f"{path}\n{exact}\n{how}"
    )

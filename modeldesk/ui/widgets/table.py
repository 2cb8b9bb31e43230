"""A flat table with one-pixel lines, chips in cells and columns as wide as they need to be."""

from math import ceil

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.chip import GAP, chip_width, paint_chips
from modeldesk.ui.widgets.keyed_model import Cell, Column, KeyedModel, R
from modeldesk.ui.widgets.row_view import RowView

ROW_HEIGHT = 34
_SIDE = 7
_SAMPLE = 200
_LEAST_STRETCH = 200
_WIDEST = 260
"""What a column takes of itself: one endless name must not push the others out of sight."""


class TableHead(QHeaderView):
    """The head of a table, in the face of labels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setStretchLastSection(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(36)
        self.setHighlightSections(False)
        self.setSectionsMovable(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        self._set_face()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            # Qt forgets a header's font whenever the style sheet is put on anew.
            self._set_face()

    def _set_face(self) -> None:
        self.setFont(font(TextStyle.LABEL))
        # Painting takes the viewport's, which a style sheet keeps from following.
        self.viewport().setFont(font(TextStyle.LABEL))


class Table(RowView):
    """A `KeyedModel` as a table; `sortable` lets a click on a header sort by it."""

    stretch_room = _LEAST_STRETCH
    """The other columns give way rather than leave the stretching one less than this."""
    stretch_least: int | None = None
    """Where nothing is left that gives way, it is narrower, down to this, before the table scrolls;
    None: the table scrolls at once."""
    widest = _WIDEST
    """What a column takes of itself at most."""

    def __init__(
        self,
        theme: Theme,
        model: KeyedModel[R],
        *,
        multi: bool = False,
        sortable: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`name` is what a screen reader calls the table."""
        self._needed: list[int] = []
        self._own_widths: set[int] = set()
        self._arranging = False
        super().__init__(theme, model, ROW_HEIGHT, multi=multi, parent=parent)
        self.setAccessibleName(name)
        self.setHeader(TableHead(self))
        self.header().setSortIndicatorClearable(True)
        self.header().setSectionsClickable(sortable)
        if sortable:
            self.header().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            self.setSortingEnabled(True)
        self.header().sectionResized.connect(self._resized_by_hand)
        model.rowsInserted.connect(self._measure_rows)
        model.dataChanged.connect(self._measure_changed)
        model.modelReset.connect(self._measure_all)
        self._measure_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paint_row(self, painter: QPainter, rect: QRect, row: int, _selected: bool) -> None:
        for number, column in enumerate(self._keyed.columns):
            inside = self.cell_rect(rect, row, number)
            if inside.right() + _SIDE < 0 or inside.left() - _SIDE > self.viewport().width():
                continue
            self._paint_cell(painter, inside, self._keyed.cell(row, number), column.align)

    def cell_rect(self, rect: QRect, _row: int, number: int) -> QRect:
        """Where a cell of the row that is drawn into `rect` is written: in its column."""
        header = self.header()
        left, width = header.sectionViewportPosition(number), header.sectionSize(number)
        return QRect(left + _SIDE, rect.y(), width - 2 * _SIDE, rect.height() - 1)

    def _paint_cell(self, painter: QPainter, rect: QRect, cell: Cell, align: str) -> None:
        tokens = self._theme.tokens
        face = font(_style(cell))
        chips = sum(chip_width(chip) + GAP for chip in cell.chips)
        room = rect.width() - (min(chips, rect.width() // 2) + GAP if cell.chips else 0)
        text = cell.text
        used = 0
        if text:
            metrics = _metrics(_style(cell))
            used = metrics.horizontalAdvance(text)
            if used > room:
                end, middle = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
                text = metrics.elidedText(text, end if cell.prose else middle, int(room))
                used = metrics.horizontalAdvance(text)
            painter.setFont(face)
            ink = tokens.tone(cell.tone)[0] if cell.tone else None
            painter.setPen(QColor(ink or (tokens.muted if cell.muted else tokens.text)))
            painter.drawText(rect, _ALIGN[align], text)
        if cell.chips:
            left = rect.left() + (used + GAP + 2 if used else 0)
            free = QRectF(left, rect.top(), rect.right() - left + 1, rect.height())
            paint_chips(painter, free, cell.chips, tokens)

    def _measure_rows(self, _parent: object, first: int, last: int) -> None:
        self._measure(first, last)

    def _measure_changed(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        # What tells its roles has not altered what is written.
        if not roles:
            self._measure(first.row(), last.row())

    def _measure_all(self) -> None:
        self._own_widths.clear()
        title = _metrics(TextStyle.LABEL)
        self._needed = [
            column.width or title.horizontalAdvance(column.title) + 2 * _SIDE + 4
            for column in self._keyed.columns
        ]
        self._measure(0, self._keyed.rowCount() - 1)
        self._arrange()

    def _measure(self, first: int, last: int) -> None:
        """Widen columns for what stands in some rows. They never narrow: rows come and go live."""
        needed = list(self._needed)
        for number, column in enumerate(self._keyed.columns):
            if column.width is None:
                for row in range(first, min(last + 1, first + _SAMPLE)):
                    width = min(_width(self._keyed.cell(row, number)), self.widest)
                    needed[number] = max(needed[number], width)
        if needed != self._needed:
            self._needed = needed
            self._arrange()

    def _arrange(self) -> None:
        """Give every column what it needs and the stretching one what is left."""
        columns = self._keyed.columns
        if not columns or len(self._needed) != len(columns):
            return
        self._arranging = True
        widths = self._give_way()
        header = self.header()
        free = self.viewport().width()
        for number, column in enumerate(columns):
            if not column.stretch:
                if number not in self._own_widths:
                    header.resizeSection(number, widths[number])
                free -= header.sectionSize(number)
        for number, column in enumerate(columns):
            if column.stretch:
                room = self.stretch_room if self.stretch_least is None else self.stretch_least
                least = _least(column, min(self._needed[number], room))
                header.resizeSection(number, max(free, least))
        self._arranging = False

    def _give_way(self) -> list[int]:
        """Hide what matters least until the rest fits, when it is as narrow as it can be; the
        widths that leaves."""
        columns = list(zip(self._keyed.columns, self._needed, strict=True))
        widths = [min(n, self.stretch_room) if c.stretch else n for c, n in columns]
        slack = [
            0 if column.least is None else max(0, width - column.least)
            for (column, _), width in zip(columns, widths, strict=True)
        ]
        excess = sum(widths) - self.viewport().width()
        hidden = set()
        ranked = [(c.gives_way, n) for n, (c, _) in enumerate(columns) if c.gives_way is not None]
        for _, number in sorted(ranked):
            if excess > sum(slack):
                hidden.add(number)
                excess -= widths[number]
        for number in range(len(columns)):
            self.setColumnHidden(number, number in hidden)
        share = min(1.0, max(0, excess) / (sum(slack) or 1))
        return [w - ceil(s * share) for w, s in zip(widths, slack, strict=True)]

    def _resized_by_hand(self, number: int, _old: int, _new: int) -> None:
        if not self._arranging:
            self._own_widths.add(number)


_ALIGN = {
    "left": Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
}


def _style(cell: Cell) -> TextStyle:
    if cell.mono:
        return TextStyle.MONO_STRONG if cell.bold else TextStyle.MONO_SMALL
    return TextStyle.STRONG if cell.bold else TextStyle.BODY


def _metrics(style: TextStyle) -> QFontMetrics:
    return QFontMetrics(font(style))


def _width(cell: Cell) -> int:
    text = _metrics(_style(cell)).horizontalAdvance(cell.text)
    chips = sum(chip_width(chip) + GAP for chip in cell.chips)
    return int(text + (chips + GAP + 2 if cell.chips else 0)) + 2 * _SIDE + 2


def _least(column: Column[R], needed: int) -> int:
    return column.width or column.least or needed

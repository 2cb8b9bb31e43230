"""The list of what could go, with a box to check on every line and every group."""

from collections import Counter
from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from modeldesk.core.words import tr
from modeldesk.ui import presentation
from modeldesk.ui.cleanup.lines import Line, columns
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.table import Table

_Index = QModelIndex | QPersistentModelIndex
_BOX = 16
_TOLD_SINGLY = 20
_MEASURED = 40
"""Lines that tell how wide the columns must be, whenever the list is shown anew."""
_EDGE = 9
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class Lines(KeyedModel[Line]):
    """The lines, and which of them are chosen. Locked ones never are."""

    chosen_changed = Signal()

    def __init__(self) -> None:
        super().__init__(columns(), lambda line: line.key)
        self._chosen: frozenset[str] = frozenset()
        self._open: dict[str, str] = {}
        """The group of each line that can be chosen, by its key."""
        self._free: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()

    @property
    def chosen(self) -> frozenset[str]:
        """The keys of the chosen lines, headings not among them."""
        return self._chosen

    def show_lines(self, lines: Sequence[Line], chosen: Iterable[str]) -> None:
        """Show `lines`; of `chosen` those are chosen that can be."""
        self.set_rows(lines)
        self._open = {
            line.key: line.group for line in lines if not line.heading and not line.locked
        }
        self._free = Counter(self._open.values())
        self.choose(chosen)

    def choose(self, keys: Iterable[str]) -> None:
        """Choose just these, as far as they can be."""
        before = self._chosen
        self._chosen = frozenset(key for key in keys if key in self._open)
        self._taken = Counter(self._open[key] for key in self._chosen)
        self._tell_boxes(before ^ self._chosen)
        self.chosen_changed.emit()

    def _tell_boxes(self, keys: frozenset[str]) -> None:
        """Tell who listens line by line (a screen reader). Views look at all lines anyway, and
        thousands of signals would hold them."""
        roles = [int(Qt.ItemDataRole.CheckStateRole), int(Qt.ItemDataRole.AccessibleTextRole)]
        for key in keys if len(keys) <= _TOLD_SINGLY else ():
            for index in (self.index_of(key), self.index_of(self._open.get(key, ""))):
                if index.isValid():
                    self.dataChanged.emit(index, index, roles)

    def toggle(self, rows: Iterable[int]) -> None:
        """Choose the lines at `rows`, or leave them all when the first is chosen; a heading
        stands for its group."""
        meant = [self.row(row) for row in rows]
        if not meant:
            return
        on = self.state(meant[0]) is not Qt.CheckState.Checked
        groups = {line.group for line in meant if line.heading}
        keys = {line.key for line in meant}
        keys.update(key for key, group in self._open.items() if group in groups)
        self.choose(self._chosen | keys if on else self._chosen - keys)

    def state(self, line: Line) -> Qt.CheckState:
        """How the box of a line stands."""
        if not line.heading:
            on = line.key in self._chosen
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        taken, free = self._taken[line.group], self._free[line.group]
        if not taken:
            return Qt.CheckState.Unchecked
        return Qt.CheckState.Checked if taken == free else Qt.CheckState.PartiallyChecked

    def can_choose(self, line: Line) -> bool:
        """Whether the box can be checked."""
        return bool(self._free[line.group]) if line.heading else not line.locked

    def counts(self, line: Line) -> tuple[int, int]:
        """How many of a heading's lines are chosen, and how many could be."""
        return self._taken[line.group], self._free[line.group]

    def data(self, index: _Index, role: int = 0) -> object:
        if index.isValid():
            line = self.row(index.row())
            if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
                return self.state(line)
            if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
                return self._spoken_box(line)
            if role == Qt.ItemDataRole.AccessibleTextRole and line.heading:
                return f"{line.title}, {line.note}" if index.column() == 1 else ""
            if role == Qt.ItemDataRole.ToolTipRole and line.heading:
                return None
        return super().data(index, role)

    def _spoken_box(self, line: Line) -> str:
        """The box for a screen reader. Item flags would say it too, but Qt asks for them line by
        line whenever it lays a view out, which thousands of lines make slow."""
        if not self.can_choose(line):
            return tr("locked")
        return {
            Qt.CheckState.Checked: tr("chosen"),
            Qt.CheckState.Unchecked: tr("not chosen"),
            Qt.CheckState.PartiallyChecked: tr("partly chosen"),
        }[self.state(line)]


class CandidateTable(Table):
    """Space checks the selected lines; a click into the first column one of them."""

    stretch_room = 210

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.lines = Lines()
        self._unmeasured = _MEASURED
        super().__init__(theme, self.lines, multi=True, name=tr("What could go"), parent=parent)
        self.lines.setParent(self)
        self.lines.chosen_changed.connect(self.viewport().update)

    def show_lines(self, lines: Sequence[Line], chosen: Iterable[str]) -> None:
        """See `Lines.show_lines`."""
        self._unmeasured = _MEASURED
        self.lines.show_lines(lines, chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or event.modifiers():
            super().keyPressEvent(event)
            return
        self._by_keyboard = True
        current = self.currentIndex()
        rows = sorted({index.row() for index in self.selectedIndexes()})
        if current.isValid():
            # The one under the cursor says whether they are checked or not.
            rows = [current.row(), *(row for row in rows if row != current.row())]
        self.lines.toggle(rows)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.column() == 0:
            self._by_keyboard = False
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.lines.toggle([index.row()])
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).column() == 0:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def paint_row(self, painter: QPainter, rect: QRect, row: int, selected: bool) -> None:
        line = self.lines.row(row)
        if line.heading:
            self._paint_heading(painter, rect, line, selected)
        else:
            super().paint_row(painter, rect, row, selected)
        left = self.header().sectionViewportPosition(0) + _EDGE
        box = QRectF(left, rect.y() + (rect.height() - 1 - _BOX) / 2, _BOX, _BOX)
        self._paint_box(painter, box, line)

    def _paint_heading(self, painter: QPainter, rect: QRect, line: Line, selected: bool) -> None:
        tokens = self._theme.tokens
        if not selected:
            painter.fillRect(rect.adjusted(0, 0, 0, -1), QColor(tokens.side))
        left = self.header().sectionViewportPosition(1) + 7
        room = QRect(left, rect.y(), rect.right() - left - 7, rect.height() - 1)
        taken, free = self.lines.counts(line)
        if free:
            right = tr(
                "{taken} of {count} chosen",
                taken=presentation.count(taken),
                count=presentation.count(free),
            )
        else:
            right = tr("all in use or held")
        painter.setFont(font(TextStyle.NOTE))
        painter.setPen(QColor(tokens.muted))
        used = painter.fontMetrics().horizontalAdvance(right)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
        room.setRight(room.right() - used - 16)
        painter.setFont(font(TextStyle.STRONG))
        painter.setPen(QColor(tokens.text))
        metrics = painter.fontMetrics()
        half = room.width() * 3 // 5 if line.note else room.width()
        title = metrics.elidedText(line.title, Qt.TextElideMode.ElideMiddle, half)
        painter.drawText(room, _LEFT, title)
        room.setLeft(room.left() + metrics.horizontalAdvance(title) + 10)
        painter.setFont(font(TextStyle.NOTE))
        painter.setPen(QColor(tokens.muted))
        note = painter.fontMetrics().elidedText(
            line.note, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, _LEFT, note)

    def _paint_box(self, painter: QPainter, box: QRectF, line: Line) -> None:
        if not self.lines.can_choose(line):
            self._theme.paint_icon(painter, box, Icon.LOCK, "muted")
            return
        tokens = self._theme.tokens
        state = self.lines.state(line)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = state is not Qt.CheckState.Unchecked
        painter.setPen(QPen(QColor(tokens.accent if on else tokens.faint), 1))
        painter.setBrush(QColor(tokens.accent if on else tokens.panel))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if on:
            mark = Icon.CHECK if state is Qt.CheckState.Checked else Icon.MINUS
            self._theme.paint_icon(painter, box.adjusted(2, 2, -2, -2), mark, "on_accent")
        painter.restore()

    def _measure(self, first: int, last: int) -> None:
        last = min(last, first + self._unmeasured - 1)
        if last >= first:
            self._unmeasured -= last - first + 1
            super()._measure(first, last)

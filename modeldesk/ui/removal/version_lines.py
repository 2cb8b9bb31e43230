"""How one version that goes stands in the list: its name and size, below it what goes with it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from modeldesk.ui.theme.fonts import TextStyle, font

NAMES = int(Qt.ItemDataRole.UserRole) + 1
"""How many of the lines below the first are names, which are read letter by letter."""
_AIR = 3
_Index = QModelIndex | QPersistentModelIndex


class VersionLines(QStyledItemDelegate):
    """The first line is read first; names under it are in the face of names, sentences are not."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        widget = whole.widget
        style = widget.style()
        part = QStyle.SubElement.SE_ItemViewItemText
        room = style.subElementRect(part, whole, widget).adjusted(_AIR, 0, 0, 0)
        lines, names = _lines(index), int(index.data(NAMES) or 0)
        whole.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, whole, painter, widget)
        heights = [QFontMetrics(_font(number, names)).height() for number in range(len(lines))]
        top = room.y() + (room.height() - sum(heights)) // 2
        on = bool(whole.state & QStyle.StateFlag.State_Enabled)
        group = QPalette.ColorGroup.Normal if on else QPalette.ColorGroup.Disabled
        painter.save()
        for number, (line, height) in enumerate(zip(lines, heights, strict=True)):
            role = QPalette.ColorRole.PlaceholderText if number else QPalette.ColorRole.Text
            painter.setFont(_font(number, names))
            painter.setPen(whole.palette.color(group, role))
            text = painter.fontMetrics().elidedText(
                line, Qt.TextElideMode.ElideMiddle, room.width()
            )
            here = QRect(room.x(), top, room.width(), height)
            painter.drawText(here, int(Qt.AlignmentFlag.AlignVCenter), text)
            top += height
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        lines, names = _lines(index), int(index.data(NAMES) or 0)
        height = sum(QFontMetrics(_font(number, names)).height() for number in range(len(lines)))
        return QSize(super().sizeHint(option, index).width(), height + 2 * _AIR)


def _lines(index: _Index) -> list[str]:
    return str(index.data(Qt.ItemDataRole.DisplayRole)).split("\n")


def _font(number: int, names: int) -> QFont:
    if not number:
        return font(TextStyle.MEDIUM)
    return font(TextStyle.MONO_SMALL if number <= names else TextStyle.LABEL)

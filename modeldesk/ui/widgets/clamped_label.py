"""A label that wraps its text to a few lines, and shortens the last."""

import math

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.presentation import cut
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import TextColor
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip

_LEAST = 60
_WIDE = 1 << 20
_ANYWHERE = QTextOption()
_ANYWHERE.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)


class ClampedLabel(Label):
    """Wrapped text of at most `most_lines`; what is beyond them ends in "…".

    The whole text (up to `LONGEST_SHOWN`) is the tooltip while it is cut, and always the
    accessible name.
    """

    def __init__(
        self,
        style: TextStyle = TextStyle.BODY,
        color: TextColor = "text",
        *,
        most_lines: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", style, color, parent=parent)
        self._most = most_lines
        self._tip = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_text(self, text: str) -> None:
        """Show `text`, line breaks as spaces."""
        text = cut(text)
        self.setText(" ".join(text.splitlines()))
        self.setAccessibleName(text)
        self._explain()
        self.updateGeometry()

    def set_most_lines(self, most_lines: int) -> None:
        """Let there be more or fewer."""
        self._most = most_lines
        self._explain()
        self.updateGeometry()

    def set_tip(self, tip: str) -> None:
        """What the tooltip is, also while nothing is cut."""
        self._tip = tip
        self._explain()

    def shown_lines(self) -> list[str]:
        """What is painted at the present width."""
        return self._lines(self.contentsRect().width())

    def line_height(self) -> int:
        """What one line of the text takes: more where another font stands in."""
        layout = self._begin()
        line, height = layout.createLine(), 0
        if line.isValid():
            line.setLineWidth(_WIDE)
            height = math.ceil(line.height())
        layout.endLayout()
        return max(height, self.fontMetrics().lineSpacing())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(1, len(self._lines(width))) * self.line_height() + 2

    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.text()) + 2
        return QSize(wide, self.line_height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST, self.line_height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        step = self.line_height()
        inside = self.contentsRect()
        for number, line in enumerate(self.shown_lines()):
            rect = QRect(inside.x(), inside.y() + number * step, inside.width(), step)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()

    def _begin(self) -> QTextLayout:
        layout = QTextLayout(self.text(), self.font())
        layout.setTextOption(_ANYWHERE)
        layout.beginLayout()
        return layout

    def _lines(self, width: int) -> list[str]:
        text = self.text()
        lines: list[str] = []
        layout = self._begin()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            start = line.textStart()
            if len(lines) == self._most - 1:
                rest = text[start:]
                right = Qt.TextElideMode.ElideRight
                lines.append(self.fontMetrics().elidedText(rest, right, width))
                break
            lines.append(text[start : start + line.textLength()].rstrip())
        layout.endLayout()
        return lines

    def _explain(self) -> None:
        lines = self.shown_lines()
        whole = not lines or self.text().endswith(lines[-1])
        self.setToolTip(plain_tooltip(self._tip or ("" if whole else self.text())))

"""A label that shortens its text to the room it has."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.presentation import cut
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import TextColor
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.tooltip import plain_tooltip


class ElidedLabel(Label):
    """One line of text, cut in the middle (or where `mode` says) when it does not fit.

    The whole text (up to `LONGEST_SHOWN`) is the tooltip while it is cut, and always the
    accessible name.
    """

    def __init__(
        self,
        text: str = "",
        style: TextStyle = TextStyle.BODY,
        color: TextColor = "text",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", style, color, parent=parent)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show `text`, line breaks as spaces."""
        text = cut(text)
        self.setText(" ".join(text.splitlines()))
        self.setAccessibleName(text)
        self._explain()

    def shown_text(self) -> str:
        """What is painted at the present width."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        shortest = metrics.horizontalAdvance(self.text()[:3]) + metrics.averageCharWidth() * 2
        return QSize(min(shortest, self.sizeHint().width()), metrics.height() + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._explain()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect: QRect = self.contentsRect()
        group = self.foregroundRole()
        painter.setPen(self.palette().color(group))
        painter.drawText(rect, self.alignment() | Qt.AlignmentFlag.AlignVCenter, self.shown_text())
        painter.end()

    def _explain(self) -> None:
        cut = self.shown_text() != self.text()
        self.setToolTip(plain_tooltip(self.text()) if cut else "")

"""Text from outside, whole, however long its words are."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from modeldesk.ui import presentation
from modeldesk.ui.theme.fonts import TextStyle, font

_EDGE = 2


class WrappedText(QPlainTextEdit):
    """Read-only, selectable, as high as its text up to `most_lines`, then it scrolls."""

    def __init__(self, *, most_lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most_lines
        self.setProperty("kind", "flat")
        self.setReadOnly(True)
        self.setFont(font(TextStyle.MONO_SMALL))
        self.document().setDocumentMargin(0)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTabChangesFocus(True)
        self.setFrameShape(self.Shape.NoFrame)

    def set_text(self, text: str) -> None:
        """Show `text`; its line breaks stay, other invisible characters are shown."""
        shown = "\n".join(map(presentation.printable, text.expandtabs(4).splitlines()))
        if shown != self.toPlainText():
            self.setPlainText(shown)
            self._fit()

    def sizeHint(self) -> QSize:
        lines = max(1, int(self.document().size().height()))
        height = min(lines, self._most) * self.fontMetrics().lineSpacing()
        # Of a line that does not fit nothing is seen.
        return QSize(160, height if lines > self._most else height + 2 * _EDGE)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.fontMetrics().lineSpacing() + 2 * _EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())

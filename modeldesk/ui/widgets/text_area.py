"""Several lines to type, as references and documents are written."""

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space

_INSET = Space.S


class TextArea(QPlainTextEdit):
    """So many lines high; Tab leaves it."""

    def __init__(self, text: str, lines: int, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(font(TextStyle.MONO_SMALL))
        self.setTabChangesFocus(True)
        # Text begins where it does in the fields of one line.
        self.document().setDocumentMargin(_INSET)
        room = self.fontMetrics().lineSpacing() * lines
        self.setFixedHeight(room + 2 * (_INSET + self.frameWidth()))

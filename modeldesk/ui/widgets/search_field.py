"""A field to search in, with the shortcut of the larger search shown in it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font

_EDGE = 7


class SearchField(QLineEdit):
    """Esc empties it. `hint_clicked` follows a click on the shortcut."""

    hint_clicked = Signal()

    def __init__(self, placeholder: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setMinimumHeight(35)
        self._hint = QPushButton(hint, self)
        self._hint.setProperty("kind", "key")
        self._hint.setFont(font(TextStyle.KEY))
        self._hint.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._hint.setCursor(Qt.CursorShape.ArrowCursor)
        self._hint.clicked.connect(self.hint_clicked)
        self._has_hint = bool(hint)
        self.textChanged.connect(self._arrange)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        shown = self._has_hint and not self.text()
        self._hint.setVisible(shown)
        size = self._hint.sizeHint()
        self._hint.setGeometry(
            self.width() - size.width() - _EDGE,
            (self.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )
        self.setTextMargins(0, 0, size.width() if shown else 0, 0)

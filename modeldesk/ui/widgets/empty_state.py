"""What a page shows when it has nothing yet: what belongs here, and how to get it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.label import Label

_ICON = 36


class EmptyState(QWidget):
    """An icon, one sentence, more if it helps, and one action."""

    action_chosen = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: Icon,
        sentence: str,
        detail: str = "",
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._picture = QLabel()
        self._sentence = Label("", TextStyle.STRONG, wrap=True)
        self._detail = Label("", TextStyle.BODY, "muted", wrap=True)
        self._action = PlainButton("")
        self._action.clicked.connect(self.action_chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        column.setSpacing(Space.S)
        column.addStretch(1)
        for widget in (self._picture, self._sentence, self._detail):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(widget)
        column.addSpacing(Space.XS)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        theme.changed.connect(self._draw)
        self.set_content(icon, sentence, detail, action)

    def set_content(self, icon: Icon, sentence: str, detail: str = "", action: str = "") -> None:
        """Say something else."""
        self._icon = icon
        self._sentence.setText(sentence)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._action.set_text(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(sentence)
        self._draw()

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(self._theme.pixmap(self._icon, "faint", _ICON, ratio))

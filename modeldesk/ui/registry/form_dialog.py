"""What the dialogs of this room look like: a title, what is asked, and two buttons."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.words import tr
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.label import Label

_WIDTH = 560


class FormDialog(QDialog):
    """Closed by Esc, and gone with its window. Whoever extends it fills `body`."""

    def __init__(self, window_title: str, title: str, act: PlainButton, parent: QWidget) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(window_title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        self.act = act
        self.cancel = PlainButton(tr("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.title = Label(title, TextStyle.SUBTITLE, wrap=True)
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.M)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(act)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(self.title)
        column.addLayout(self.body, 1)
        column.addStretch(1)
        column.addLayout(buttons)

    def make_room(self) -> None:
        """Grow for words that became longer; a dialog does not do so by itself."""
        QTimer.singleShot(0, self, self._grow)

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None:
            needed = layout.totalHeightForWidth(self.width())
            if needed > self.height():
                self.resize(self.width(), needed)

"""A quiet line below a chart's head: what the chart lacks, and a way to get it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import LinkButton
from modeldesk.ui.widgets.elided_label import ElidedLabel


class ChartNote(QWidget):
    """Hidden while there is nothing to say."""

    asked = Signal()
    """The link was clicked."""

    def __init__(self, link: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ElidedLabel("", TextStyle.NOTE, "muted", Qt.TextElideMode.ElideRight)
        self._link = LinkButton(link)
        self._link.setFont(font(TextStyle.NOTE))
        self._link.clicked.connect(self.asked)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self._text)
        row.addWidget(self._link)
        row.addStretch(1)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty while hidden."""
        return self._text.text()

    def say(self, text: str) -> None:
        """Say `text`; nothing for an empty one."""
        self._text.set_text(text)
        self.setVisible(bool(text))

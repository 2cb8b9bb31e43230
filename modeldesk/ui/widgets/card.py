"""A titled surface with a one-pixel line around it."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.label import Label


class Card(QFrame):
    """Put content into `body`; `header` holds the title and what stands at its right."""

    def __init__(
        self, title: str = "", *, padded: bool = True, parent: QWidget | None = None
    ) -> None:
        """`padded` off leaves only a narrow edge, for tables that fill the card."""
        super().__init__(parent)
        self.setProperty("kind", "card")
        side = Space.L if padded else Space.S + 2
        outer = QVBoxLayout(self)
        top = Space.M + 2 if padded or title else 2
        outer.setContentsMargins(side, top, side, Space.L - 2 if padded else Space.S)
        outer.setSpacing(Space.S + 2)
        self._title = Label(title, TextStyle.STRONG, parent=self)
        self._title.setVisible(bool(title))
        self.header = QHBoxLayout()
        inset = 0 if padded else Space.L - side
        self.header.setContentsMargins(inset, 0, inset, 0)
        self.header.setSpacing(Space.S)
        self.header.addWidget(self._title)
        self.header.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(Space.S)
        if title:
            outer.addLayout(self.header)
        self._outer = outer
        outer.addLayout(self.body, 1)
        # Takes the room that a body of fixed height leaves; the header would otherwise.
        outer.addStretch(0)

    def set_title(self, title: str) -> None:
        """Say another title, of a card that has one."""
        self._title.setText(title)

    def set_header_height(self, height: int) -> None:
        """The least height of the title's row: so titles of cards side by side stand level."""
        self._title.setMinimumHeight(height)

    def add_header_widget(self, widget: QWidget) -> None:
        """Add `widget` at the right of the title."""
        self.header.addWidget(widget)
        self._show_header()

    def _show_header(self) -> None:
        if self.header.parent() is None:
            self._outer.insertLayout(0, self.header)

"""Text in one of the program's styles and colours."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.tokens import TextColor

_TITLE_HEIGHT = 32


class Label(QLabel):
    """Plain text; nothing in it is ever read as markup."""

    def __init__(
        self,
        text: str = "",
        style: TextStyle = TextStyle.BODY,
        color: TextColor = "text",
        *,
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(style))
        self.setText(text)
        self.setWordWrap(wrap)
        self.setProperty("color", color)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )

    def set_color(self, color: TextColor) -> None:
        """Change the colour by its name."""
        if self.property("color") != color:
            self.setProperty("color", color)
            repolish(self)


def page_title(text: str, parent: QWidget | None = None) -> Label:
    """The name at the top of a page, as high as the titles that have buttons beside them."""
    label = Label(text, TextStyle.TITLE, parent=parent)
    label.setMinimumHeight(_TITLE_HEIGHT)
    return label


def repolish(widget: QWidget) -> None:
    """Have the style sheet look at the widget's properties again."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()

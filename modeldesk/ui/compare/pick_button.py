"""The button that says which image stands on a side, and asks for another."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.tooltip import plain_tooltip

_WIDEST = 300
_MARK = "  ▾"


class PickButton(PlainButton):
    """Text that does not fit is cut in the middle: both model and version begin to tell."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the side."""
        super().__init__("", parent)
        self._name = name
        self.setFont(font(TextStyle.MONO_SMALL))

    def show_pick(self, text: str, *, chosen: bool) -> None:
        """Say what is chosen, or what is to be chosen."""
        face = font(TextStyle.MONO_SMALL if chosen else TextStyle.MEDIUM)
        self.setFont(face)
        shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideMiddle, _WIDEST)
        self.set_text(shown + _MARK)
        self.setAccessibleName(f"{self._name}: {text}")
        self.setToolTip(plain_tooltip(text) if shown != text else "")

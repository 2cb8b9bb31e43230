"""The button that says which image stands on a side, and asks for another."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.tooltip import plain_tooltip

_WIDEST, _LEAST = 300, 90
_MARK = "  ▾"
_AROUND, _SLACK = 28, 2
"""Padding and line, and what letters measured one by one may take more."""


class PickButton(PlainButton):
    """Text that does not fit is cut in the middle: both model and version begin to tell. Two long
    names give way rather than hold the page wide."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the side."""
        super().__init__("", parent)
        self._name = name
        self._pick = ""
        self.setFont(font(TextStyle.MONO_SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_pick(self, text: str, *, chosen: bool) -> None:
        """Say what is chosen, or what is to be chosen."""
        self._pick = text
        self.setFont(font(TextStyle.MONO_SMALL if chosen else TextStyle.MEDIUM))
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        return self._wide(_WIDEST)

    def minimumSizeHint(self) -> QSize:
        return self._wide(_LEAST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _wide(self, most: int) -> QSize:
        """What it takes with so much room for the text."""
        face = self.fontMetrics()
        text = min(face.horizontalAdvance(self._pick), most)
        width = text + face.horizontalAdvance(_MARK) + _AROUND + _SLACK
        return QSize(width, super().sizeHint().height())

    def _elide(self) -> None:
        face = self.fontMetrics()
        room = min(self.width() - face.horizontalAdvance(_MARK) - _AROUND, _WIDEST)
        shown = face.elidedText(self._pick, Qt.TextElideMode.ElideMiddle, room)
        if shown + _MARK != self.text():
            self.set_text(shown + _MARK)
        self.setAccessibleName(f"{self._name}: {self._pick}")
        self.setToolTip(plain_tooltip(self._pick) if shown != self._pick else "")

"""The button that says which image stands on a side, and asks for another."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.tooltip import plain_tooltip

_WIDEST, _LEAST = 300, 80
_MARK = "  ▾"
_SLACK = 4
"""Letters beside each other are not exactly as wide as each for itself."""


class PickButton(PlainButton):
    """Text that does not fit is cut in the middle: both model and version begin to tell."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls the side."""
        super().__init__("", parent)
        self._name = name
        self._text = ""
        self.setFont(font(TextStyle.MONO_SMALL))

    def show_pick(self, text: str, *, chosen: bool) -> None:
        """Say what is chosen, or what is to be chosen."""
        self._text = text
        self.setFont(font(TextStyle.MONO_SMALL if chosen else TextStyle.MEDIUM))
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the text, as far as it may be wide."""
        return self._with_text(min(self._width(self._text), _WIDEST) + _SLACK)

    def minimumSizeHint(self) -> QSize:
        return self._with_text(min(self._width(self._text), _LEAST))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = min(self.width() - self._with_text(0).width(), _WIDEST + _SLACK)
        cut = Qt.TextElideMode.ElideMiddle
        shown = self.fontMetrics().elidedText(self._text, cut, max(room, 0))
        self.set_text(shown + _MARK)
        self.setAccessibleName(f"{self._name}: {self._text}")
        self.setToolTip(plain_tooltip(self._text) if shown != self._text else "")

    def _with_text(self, width: int) -> QSize:
        """The button's size around a text of that width."""
        now = super().sizeHint()
        return QSize(
            now.width() - self._width(self.text()) + self._width(_MARK) + width, now.height()
        )

    def _width(self, text: str) -> int:
        return QFontMetrics(self.font()).horizontalAdvance(text)

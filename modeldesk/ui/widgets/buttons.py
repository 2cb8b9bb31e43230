"""The buttons of the program. A page has at most one `PrimaryButton`."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QToolButton, QWidget

from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme


class PlainButton(QPushButton):
    """A button with a line around it."""

    kind = "plain"

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(_literal(text), parent)
        self.setProperty("kind", self.kind)
        self.setFont(font(TextStyle.MEDIUM))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(text)

    def set_text(self, text: str) -> None:
        """Show `text` as it is; an ampersand in it is no shortcut."""
        self.setText(_literal(text))
        self.setAccessibleName(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _entered(self, event):
            super().keyPressEvent(event)


class SlimButton(PlainButton):
    """A plain button for the row of a list."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("slim", True)


class PrimaryButton(PlainButton):
    """The one thing a page is for."""

    kind = "primary"


class DangerButton(PlainButton):
    """Something that takes away: filled for the main act, with red text beside others."""

    def __init__(self, text: str, *, filled: bool = True, parent: QWidget | None = None) -> None:
        self.kind = "danger" if filled else "danger-plain"
        super().__init__(text, parent)


class LinkButton(PlainButton):
    """A word to click, for small acts inside a card ("edit", "copy")."""

    kind = "link"

    def __init__(self, text: str, parent: QWidget | None = None, *, flush: bool = False) -> None:
        """`flush`: it begins as far left as the text above it."""
        super().__init__(text, parent)
        self.setProperty("flush", flush)
        self.setFont(font(TextStyle.BODY))
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class SuggestionButton(PlainButton):
    """Looks like a chip that warns, and leads to more."""

    kind = "suggestion"

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(font(TextStyle.LABEL_STRONG))
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class IconButton(QToolButton):
    """A button that is an icon; `name` is its tooltip and what a screen reader says."""

    def __init__(
        self,
        theme: Theme,
        icon: Icon,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self.setIconSize(QSize(18, 18))
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        theme.changed.connect(self._draw)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _entered(self, event):
            super().keyPressEvent(event)

    def _draw(self) -> None:
        self.setIcon(self._theme.icon(self._icon, "muted"))


def _entered(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Let Enter press the button that has the keyboard, as it does in dialogs; whether it did."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    if not event.isAutoRepeat():
        button.click()
    event.accept()
    return True


def _literal(text: str) -> str:
    return text.replace("&", "&&")

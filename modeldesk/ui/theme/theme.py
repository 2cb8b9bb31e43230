"""The look of the program: which colour scheme is on, and putting it on."""

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QStyleFactory

from modeldesk.ui.theme import fonts
from modeldesk.ui.theme.icons import Icon, IconSet
from modeldesk.ui.theme.palette import palette
from modeldesk.ui.theme.stylesheet import stylesheet
from modeldesk.ui.theme.tokens import DARK, LIGHT, ColorName, Tokens


class ThemeMode(Enum):
    """What the person asked for."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours, fonts and icons in use. `changed` follows every switch of the colour scheme."""

    changed = Signal()

    def __init__(self, resources: Path, mode: ThemeMode = ThemeMode.SYSTEM) -> None:
        """`resources` is the folder that holds ``fonts`` and ``icons``."""
        super().__init__()
        self._resources = resources
        self._icons = IconSet(resources / "icons")
        self._mode = mode
        self._app: QApplication | None = None
        self._tokens = _tokens(mode)

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        return self._tokens

    @property
    def mode(self) -> ThemeMode:
        """What the person asked for."""
        return self._mode

    def set_mode(self, mode: ThemeMode) -> None:
        """Use `mode` from now on, window frames included where the platform draws them."""
        self._mode = mode
        hints = QGuiApplication.styleHints()
        if mode is ThemeMode.SYSTEM:
            hints.unsetColorScheme()
        else:
            dark = mode is ThemeMode.DARK
            hints.setColorScheme(Qt.ColorScheme.Dark if dark else Qt.ColorScheme.Light)
        self._refresh()

    def apply(self, app: QApplication) -> None:
        """Dress `app`, and follow the system's colour scheme while the mode says so.

        Call it once, before the first window is made.
        """
        self._app = app
        fonts.load(self._resources / "fonts")
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setFont(fonts.font(fonts.TextStyle.BODY))
        self._dress(app)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    def icon(self, icon: Icon, color: ColorName = "muted", size: int = 18) -> QIcon:
        """`icon` in a colour of the scheme in use; ask again after `changed`."""
        return self._icons.icon(icon, self._tokens.color(color), size)

    def pixmap(
        self, icon: Icon, color: ColorName = "muted", size: int = 18, ratio: float = 1.0
    ) -> QPixmap:
        """`icon` as a picture, `size` logical pixels square."""
        return self._icons.pixmap(icon, self._tokens.color(color), size, ratio)

    def paint_icon(
        self, painter: QPainter, rect: QRectF, icon: Icon, color: ColorName = "muted"
    ) -> None:
        """Draw `icon` into `rect`, sharp at any scale."""
        self._icons.paint(painter, rect, icon, self._tokens.color(color))

    def _refresh(self) -> None:
        tokens = _tokens(self._mode)
        if tokens is self._tokens:
            return
        self._tokens = tokens
        if self._app is not None:
            self._dress(self._app)
        self.changed.emit()

    def _dress(self, app: QApplication) -> None:
        app.setPalette(palette(self._tokens))
        app.setStyleSheet(stylesheet(self._tokens, self._resources / "icons"))


def _tokens(mode: ThemeMode) -> Tokens:
    if mode is ThemeMode.SYSTEM:
        # Some platforms answer Unknown; that counts as light.
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if mode is ThemeMode.DARK else LIGHT

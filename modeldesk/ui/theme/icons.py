"""The program's line icons, drawn from SVG in any colour and at any scale."""

from enum import Enum
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_INK = b"#000000"
_SCALES = (1, 2, 3)


class Icon(Enum):
    """The icons there are; the value is the file's stem."""

    LIBRARY = "library"
    BUILD = "build"
    COMPARE = "compare"
    RELEASES = "releases"
    ACTIVITY = "activity"
    SETTINGS = "settings"
    SEARCH = "search"
    COPY = "copy"
    MORE = "more"
    REFRESH = "refresh"
    CHECK = "check"
    HALF = "half"
    CIRCLE = "circle"
    CROSS = "cross"
    WARNING = "warning"
    ERROR = "error"
    INFO = "info"
    FOLDER = "folder"
    FILE = "file"
    WINDOW = "window"
    TERMINAL = "terminal"
    CHEVRON_LEFT = "chevron-left"
    CLOSE = "close"
    MINUS = "minus"
    TAG = "tag"
    LOCK = "lock"
    CLEAN = "clean"


class IconSet:
    """Icons of one folder, recoloured on demand and kept once made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._renderers: dict[tuple[Icon, str], QSvgRenderer] = {}
        self._icons: dict[tuple[Icon, str, int], QIcon] = {}

    def icon(self, icon: Icon, color: str, size: int) -> QIcon:
        """`icon` in `color` (``#RRGGBB``), `size` logical pixels square."""
        key = (icon, color, size)
        made = self._icons.get(key)
        if made is None:
            made = self._icons[key] = QIcon()
            for scale in _SCALES:
                made.addPixmap(self.pixmap(icon, color, size, scale))
        return made

    def pixmap(self, icon: Icon, color: str, size: int, ratio: float) -> QPixmap:
        """`icon` as a picture of `size` logical pixels for a screen of that pixel ratio."""
        made = QPixmap(round(size * ratio), round(size * ratio))
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint(painter, QRectF(0, 0, size, size), icon, color)
        painter.end()
        return made

    def paint(self, painter: QPainter, rect: QRectF, icon: Icon, color: str) -> None:
        """Draw `icon` into `rect`."""
        key = (icon, color)
        renderer = self._renderers.get(key)
        if renderer is None:
            drawing = (self._folder / f"{icon.value}.svg").read_bytes()
            renderer = QSvgRenderer(QByteArray(drawing.replace(_INK, color.encode())))
            self._renderers[key] = renderer
        renderer.render(painter, rect)

"""What is dropped anywhere on the window: a folder is to be built, an image archive looked into
or compared."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from modeldesk.core.archives.endings import ENDINGS
from modeldesk.core.words import tr
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.fonts import TextStyle, font
from modeldesk.ui.theme.icons import Icon
from modeldesk.ui.theme.theme import Theme
from modeldesk.ui.theme.tokens import Radius, Space

_DRAGS = (
    QEvent.Type.DragEnter,
    QEvent.Type.DragMove,
    QEvent.Type.DragLeave,
    QEvent.Type.Drop,
)

_LAYOUT = "oci-layout"
"""The file that makes a folder an image's layout."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drag carries: one folder or archive, or a sentence that says why it is of no use."""

    folder: Path | None
    refusal: str = ""
    archive: Path | None = None

    @property
    def welcome(self) -> bool:
        """Whether something can be done with it."""
        return self.folder is not None or self.archive is not None


def dropped(mime: QMimeData) -> Dropped | None:
    """Read what is dragged; None when it is no file at all, such as a piece of text."""
    urls = mime.urls() if mime.hasUrls() else []
    if not urls:
        return None
    if len(urls) > 1:
        return Dropped(None, tr("Drop one folder at a time."))
    if not urls[0].isLocalFile():
        return Dropped(
            None,
            tr(
                "“{address}” is not a folder on this machine. Copy it here first.",
                address=printable(urls[0].toDisplayString()),
            ),
        )
    path = Path(urls[0].toLocalFile())
    name = printable(path.name or str(path))
    if path.is_dir() and not (path / _LAYOUT).is_file():
        return Dropped(path)
    if path.is_dir() or (path.is_file() and path.name.lower().endswith(ENDINGS)):
        return Dropped(None, "", path)
    if path.exists():
        refusal = tr(
            "“{name}” is a file. Drop the folder that holds the model, or an image archive.",
            name=name,
        )
    else:
        refusal = tr("“{name}” is not there any more.", name=name)
    return Dropped(None, refusal)


class FolderDrop(QObject):
    """Handles the drags over a window before its widgets see them, so that no field of a page
    takes the folder for text. Install it on the window's handle, and hand it the window's own
    drag events by `handle`."""

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        on_folder: Callable[[Path], None],
        on_archive: Callable[[Path], None],
        on_refusal: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._on_folder = on_folder
        self._on_archive = on_archive
        self._on_refusal = on_refusal
        self._carried: Dropped | None = None
        self.overlay = DropOverlay(theme, window)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        return event.type() in _DRAGS and self.handle(event)

    def handle(self, event: QEvent) -> bool:
        """Whether `event` was a drag of files, and is dealt with."""
        kind = event.type()
        if kind not in _DRAGS:
            return False
        if kind is QEvent.Type.DragLeave:
            self._carried = None
            self.overlay.hide()
            return False
        drag = cast("QDropEvent", event)
        if kind is QEvent.Type.DragEnter:
            self._carried = dropped(drag.mimeData())
        if self._carried is None:
            return False
        if self._carried.welcome:
            drag.setDropAction(Qt.DropAction.CopyAction)
            drag.accept()
        else:
            drag.ignore()
        if kind is QEvent.Type.Drop:
            self._drop(self._carried)
        else:
            self.overlay.present(self._carried)
        return True

    def _drop(self, carried: Dropped) -> None:
        self._carried = None
        self.overlay.hide()
        if carried.folder is not None:
            self._on_folder(carried.folder)
        elif carried.archive is not None:
            self._on_archive(carried.archive)
        else:
            self._on_refusal(carried.refusal)


class DropOverlay(QWidget):
    """Covers the window while something is dragged over it, and says what a drop would do."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._carried = Dropped(None)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        archive = self._carried.archive
        if archive is not None:
            return tr(
                "Drop to look inside “{name}” or compare it",
                name=printable(archive.name or str(archive)),
            )
        if self._carried.folder is None:
            return self._carried.refusal
        folder = self._carried.folder
        return tr("Drop to build “{name}”", name=printable(folder.name or str(folder)))

    def present(self, carried: Dropped) -> None:
        """Say what would happen, over the whole window."""
        if self.isVisible() and carried == self._carried:
            return
        self._carried = carried
        self.cover()
        self.setAccessibleName(self.text)
        self.show()
        self.raise_()
        self.update()

    def cover(self) -> None:
        """Take the whole of the window."""
        self.setGeometry(self._window.rect())

    def paintEvent(self, _event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        willing = self._carried.welcome
        ink = QColor(tokens.accent if willing else tokens.warning)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(tokens.window)
        veil.setAlphaF(0.88)
        painter.fillRect(self.rect(), veil)
        frame = QRectF(self.rect()).adjusted(Space.L, Space.L, -Space.L, -Space.L)
        painter.setPen(QPen(ink, 2, Qt.PenStyle.DashLine if willing else Qt.PenStyle.SolidLine))
        painter.drawRoundedRect(frame, Radius.CARD, Radius.CARD)
        middle = frame.center()
        icon = QRectF(middle.x() - 22, middle.y() - 52, 44, 44)
        mark = Icon.COMPARE if self._carried.archive else Icon.BUILD if willing else Icon.WARNING
        self._theme.paint_icon(painter, icon, mark, "accent" if willing else "warning")
        painter.setFont(font(TextStyle.SUBTITLE))
        painter.setPen(QColor(tokens.text))
        words = QRectF(frame.left() + Space.XL, middle.y() + Space.S, frame.width() - 44, 80)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWrapAnywhere
        painter.drawText(words, int(flags), self.text)
        painter.end()

"""Opens addresses, files and folders with the system's own programs."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.theme.tokens import Tone


def open_url(context: Context, url: str) -> None:
    """Show `url` in the browser; where there is none, say so and offer to copy it."""
    if not QDesktopServices.openUrl(QUrl(url)):
        context.say(
            tr("No browser opens {url} on this desktop.", url=url),
            Tone.WARNING,
            tr("Copy address"),
            lambda: QGuiApplication.clipboard().setText(url),
        )


def open_path(context: Context, path: Path) -> None:
    """Open a file or folder; say so when it is not there or nothing opens it."""
    if not path.exists():
        context.say(tr("{path} is not there yet.", path=path), Tone.WARNING)
    elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        context.say(tr("Nothing on this desktop opens {path}.", path=path), Tone.WARNING)

"""Opens addresses and folders with the system's own programs."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_url(url: str) -> None:
    """Show `url` in the browser."""
    QDesktopServices.openUrl(QUrl(url))

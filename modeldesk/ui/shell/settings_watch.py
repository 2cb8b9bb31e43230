"""Notices when another program of ours, such as a command, changes the settings."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from modeldesk.ui.context import SettingsStore

_SETTLES_MS = 100
"""A file is replaced in some steps."""


class SettingsWatch(QObject):
    """Has the settings read again when the file was touched, and, where the system tells nothing
    of files, when a person comes back to the window."""

    def __init__(self, settings: SettingsStore, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._due = QTimer(self, singleShot=True, interval=_SETTLES_MS)
        self._due.timeout.connect(settings.read_again)
        self._files: QFileSystemWatcher | None = None

    def start(self) -> None:
        """From now on."""
        self._files = QFileSystemWatcher(self)
        self._files.directoryChanged.connect(self._touched)
        self._files.fileChanged.connect(self._touched)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._came_back)
        self._watch()

    def _watch(self) -> None:
        """The file, and its folder: a file that is replaced is another one from then on."""
        if self._files is None:
            return
        watched = {*self._files.files(), *self._files.directories()}
        new = [str(one) for one in (self._path, self._path.parent) if str(one) not in watched]
        there = [one for one in new if Path(one).exists()]
        if there:
            self._files.addPaths(there)

    def _touched(self, _path: str) -> None:
        self._watch()
        self._due.start()

    def _came_back(self, state: Qt.ApplicationState) -> None:
        if state is Qt.ApplicationState.ApplicationActive:
            self._touched("")

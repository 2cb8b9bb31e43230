"""Bringing in the chart library after the window has painted.

Importing it takes a third of a second. In a thread the window's loop never waits longer than
about 30 ms for it; cut into steps on the loop itself, the largest piece alone takes 50.
"""

import importlib
import threading

from PySide6.QtCore import QObject, Signal


class Preload(QObject):
    """Imports the chart library once; `ready` comes on the thread this object lives in."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._done = threading.Event()

    @property
    def is_ready(self) -> bool:
        """Whether charts can be made without waiting."""
        return self._done.is_set()

    def start(self) -> None:
        """Begin, unless begun. Call it after the first paint, while nothing else moves."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="preload-charts", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most `seconds`; say whether it came."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self.is_ready

    def _load(self) -> None:
        importlib.import_module("modeldesk.ui.charts.size_history")
        importlib.import_module("modeldesk.ui.charts.time_series")
        self._done.set()
        self.ready.emit()

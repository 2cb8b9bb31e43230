"""Python's garbage is collected in the UI thread only, and in small pieces.

The automatic collector runs in whichever thread happens to allocate; a QObject in a reference
cycle would then be destroyed in a worker, and the program with it. A full collection walks every
object there is: with a thousand images in memory that holds the window for a tenth of a second.
"""

import gc
import time

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

_INTERVAL_MS = 200
_REST_S = 300.0
"""The least time between two full collections."""
_LATEST_S = 1800.0
"""A window that is always in front is held for one all the same, this often."""


class UiThreadGarbage(QObject):
    """While it runs, the automatic collector is off. A timer collects what is young and sets the
    survivors aside, so that no later collection walks them; all of it is walked only while
    nobody looks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threshold = gc.get_threshold()[0]
        self._full_at = time.monotonic()
        self._was_enabled = False
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Switch the automatic collector off. What exists by now is what the program consists
        of."""
        self._was_enabled = gc.isenabled()
        gc.disable()
        gc.freeze()
        self._full_at = time.monotonic()
        self._timer.start()

    def stop(self) -> None:
        """Hand back to the automatic collector, if it was on."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def collect(self) -> None:
        """Collect the young, or everything when it is time and nobody looks."""
        rested = time.monotonic() - self._full_at
        looked_at = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
        if rested > (_LATEST_S if looked_at else _REST_S):
            self.collect_everything()
        elif gc.get_count()[0] > self._threshold:
            gc.collect(0)
            gc.freeze()

    def collect_everything(self) -> None:
        """Walk every object, those set aside too."""
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._full_at = time.monotonic()

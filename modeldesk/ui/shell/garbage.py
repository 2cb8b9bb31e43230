"""Python's garbage is collected in the UI thread only.

The automatic collector runs in whichever thread happens to allocate; a QObject in a reference
cycle would then be destroyed in a worker, and the program with it.
"""

import gc

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS = 1_000


class UiThreadGarbage(QObject):
    """While it runs, the automatic collector is off and a timer collects each generation at the
    thresholds the collector would use."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect)

    def start(self) -> None:
        """Switch the automatic collector off. What exists by now is what the program consists
        of: it is set aside, so that later collections need not walk it."""
        gc.disable()
        gc.freeze()
        self._timer.start()

    def stop(self) -> None:
        """Hand back to the automatic collector."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def collect(self) -> None:
        """Collect the oldest generation whose threshold is passed."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return

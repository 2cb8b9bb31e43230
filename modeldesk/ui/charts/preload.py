"""Bringing in the chart library after the window has painted.

Importing it takes a third of a second. In a thread the window's loop never waits longer than
about 30 ms for it; cut into steps on the loop itself, the largest piece alone takes 50.

PySide makes a class when its name is first asked for, and two threads that do so at once crash
it. The library asks for every name there is, so all of them are asked for on the loop before the
thread begins, a few at a time.
"""

import importlib
import threading
from collections.abc import Iterator
from time import perf_counter

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer, Signal

_SLICE_S = 0.005
_REST_MS = 10


class Preload(QObject):
    """Imports the chart library once; `ready` comes on the thread this object lives in."""

    ready = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = threading.Thread(target=self._load, name="preload-charts", daemon=True)
        self._done = threading.Event()
        self._classes = _all_classes()
        self._begun = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._prepare)

    @property
    def is_ready(self) -> bool:
        """Whether charts can be made without waiting."""
        return self._done.is_set()

    def start(self) -> None:
        """Begin, unless begun. Call it after the first paint, while nothing else moves."""
        if not self._begun:
            self._begun = True
            self._timer.start(0)

    def stop(self, seconds: float) -> bool:
        """Begin nothing more, and wait for what is begun, at most `seconds`; say whether it is
        over."""
        self._timer.stop()
        self._begun = True
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _prepare(self) -> None:
        until = perf_counter() + _SLICE_S
        for _ in self._classes:
            if perf_counter() >= until:
                self._timer.start(_REST_MS)
                return
        self._thread.start()

    def _load(self) -> None:
        importlib.import_module("modeldesk.ui.charts.size_history")
        importlib.import_module("modeldesk.ui.charts.time_series")
        self._done.set()
        self.ready.emit()


def _all_classes() -> Iterator[object]:
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            yield getattr(module, name)

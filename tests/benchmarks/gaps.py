"""The gaps of the event loop: how long the window could not answer."""

import time

from PySide6.QtCore import QEventLoop, QTimer

_TICK_MS = 2


def let_live(milliseconds: int) -> None:
    """Run the event loop for a while. `QTest.qWait` would keep the interpreter's lock, and every
    worker would stand still."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Gaps:
    """The longest times between two turns of the event loop, with when they were."""

    def __init__(self) -> None:
        self.start = self._last = time.perf_counter()
        self.gaps: list[tuple[float, float]] = []
        self._timer = QTimer(interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append(((now - self._last) * 1000, now - self.start))
        self._last = now

    def worst(self, count: int = 3) -> str:
        """The worst gaps in words."""
        found = sorted(self.gaps, reverse=True)[:count]
        return ", ".join(f"{gap:.0f} ms (at {at:.2f} s)" for gap, at in found)

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

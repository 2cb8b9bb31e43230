"""The gaps of the event loop: how long the window could not answer.

Each is said with the work in it, so that a gap of our own making is told from one in which other
programs had the machine: a gap of 80 ms in which the window's thread worked for 20 is theirs.
"""

import time
from dataclasses import dataclass

from PySide6.QtCore import QEventLoop, QTimer

_TICK_MS = 2


def let_live(milliseconds: int) -> None:
    """Run the event loop for a while. `QTest.qWait` would keep the interpreter's lock, and every
    worker would stand still."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


@dataclass(frozen=True, slots=True)
class Gap:
    """The time between two turns of the event loop, in milliseconds."""

    wall: float
    window: float
    """The work of the window's thread in it."""
    program: float
    """The work of all the program's threads in it; two may work at once."""
    at: float
    """When it ended, in seconds from the start."""

    @property
    def ours(self) -> float:
        """What the gap could have been at most without other programs: a thread of ours may
        have kept the window's from running, by the interpreter's lock or for want of a core."""
        return min(self.wall, self.program)

    def __str__(self) -> str:
        return (
            f"{self.wall:.0f} ms (window {self.window:.0f}, program {self.program:.0f}, "
            f"at {self.at:.2f} s)"
        )


class Gaps:
    """The longest times between two turns of the event loop, with when they were."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.gaps: list[Gap] = []
        self._last = _clocks()
        self._timer = QTimer(interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        last, now = self._last, _clocks()
        self._last = now
        wall, window, program = ((b - a) * 1000 for a, b in zip(last, now, strict=True))
        self.gaps.append(Gap(wall, window, program, now[0] - self.start))

    def worst(self, count: int = 2) -> str:
        """The worst gaps on the clock, and the worst of our own making, in words."""
        long = sorted(self.gaps, key=lambda gap: gap.wall, reverse=True)[:count]
        own = max(self.gaps, key=lambda gap: gap.ours, default=None)
        return f"own work {own.ours if own else 0:3.0f} ms; {', '.join(map(str, long))}"

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def go_on(self) -> None:
        """Measure again; what was since the stop does not count."""
        self._last = _clocks()
        self._timer.start()


def _clocks() -> tuple[float, float, float]:
    return time.perf_counter(), time.thread_time(), time.process_time()

"""What the parts of a transfer add up to."""

import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

from modeldesk.core.jobs import Part, PartState, Progress, Unit

_REPORT_EVERY_S = 0.1
_WINDOW_S = 3.0
"""Over which the speed is the mean."""


class Tally:
    """Takes each part as it changes, in any thread, and reports all of them, ten times a second
    at most and whenever one has ended."""

    def __init__(
        self,
        text: str,
        report: Callable[[Progress], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._text = text
        self._report = report
        self._clock = clock
        self._lock = threading.Lock()
        self._parts: dict[str, Part] = {}
        self._moved: dict[str, int] = {}
        """Bytes by part, without what was there: the most that was heard, since an upload that
        goes on may begin again a little earlier."""
        self._samples: deque[tuple[float, int]] = deque([(clock(), 0)])
        self._said = 0.0

    def __call__(self, part: Part) -> None:
        """A part is new, or stands otherwise than before."""
        with self._lock:
            self._parts[part.name] = part
            if part.state in (PartState.MOVING, PartState.DONE):
                self._moved[part.name] = max(self._moved.get(part.name, 0), part.done)
            now = self._clock()
            if now - self._said < _REPORT_EVERY_S and not part.ended:
                return
            self._said = now
            self._sample(now)
            progress = self._progress()
        self._report(progress)

    @property
    def parts(self) -> tuple[Part, ...]:
        """As they stand, in the order they were first heard of."""
        with self._lock:
            return tuple(self._parts.values())

    @property
    def moved_bytes(self) -> int:
        """What travelled so far."""
        with self._lock:
            return sum(self._moved.values())

    @property
    def there_bytes(self) -> int:
        """What had not to travel, as far as its size is known."""
        with self._lock:
            kept = (PartState.THERE, PartState.MOUNTED)
            return sum(one.total or 0 for one in self._parts.values() if one.state in kept)

    def _sample(self, now: float) -> None:
        self._samples.append((now, sum(self._moved.values())))
        while len(self._samples) > 2 and now - self._samples[1][0] >= _WINDOW_S:
            self._samples.popleft()

    def _progress(self) -> Progress:
        parts = tuple(self._parts.values())
        known = [one for one in parts if one.total is not None]
        total = sum(one.total or 0 for one in known)
        done = sum((one.total or 0) if one.ended else min(one.done, one.total or 0)
                   for one in known)  # fmt: skip
        (first, before), (last, after) = self._samples[0], self._samples[-1]
        rate = (after - before) / (last - first) if last > first else None
        return Progress(self._text, done, total or None, Unit.BYTES, rate or None, parts)

"""How far the sending of a context is."""

import time
from collections import deque
from collections.abc import Callable

from modeldesk.core.build.model import ContextProgress
from modeldesk.core.jobs import Progress, Unit
from modeldesk.core.words import tr

_EVERY_S = 0.1
_RATE_OVER_S = 3.0


class Sending:
    """Counts what is sent and says so about ten times a second, and at the end."""

    def __init__(
        self,
        total_bytes: int,
        report: Callable[[Progress], None],
        on_progress: Callable[[ContextProgress], None],
    ) -> None:
        self._total = total_bytes
        self._report = report
        self._on_progress = on_progress
        self._done = 0
        self._said = float("-inf")
        self._marks = deque([(time.monotonic(), 0)])

    def sent(self, count: int) -> None:
        """`count` more bytes are on their way."""
        self._done += count
        now = time.monotonic()
        if now - self._said < _EVERY_S and self._done < self._total:
            return
        self._said = now
        self._marks.append((now, self._done))
        while now - self._marks[0][0] > _RATE_OVER_S and len(self._marks) > 2:
            self._marks.popleft()
        began, then = self._marks[0]
        rate = (self._done - then) / (now - began) if now > began else 0.0
        self._on_progress(ContextProgress(self._done, self._total, rate))
        self._report(Progress(tr("Sending the folder"), self._done, self._total, Unit.BYTES))

"""How far the sending of a context is."""

import threading
import time
from collections import deque
from collections.abc import Callable

from modeldesk.core.build.model import ContextProgress
from modeldesk.core.jobs import Progress, Unit
from modeldesk.core.words import tr

_EVERY_S = 0.1
_RATE_OVER_S = 3.0


class Sending:
    """Counts what the engine asks for and what is sent, and says so about ten times a second,
    and at the end. Safe from any thread."""

    def __init__(
        self,
        report: Callable[[Progress], None],
        on_progress: Callable[[ContextProgress], None],
    ) -> None:
        self._report = report
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._asked = self._done = 0
        self._told = float("-inf")
        self._told_done = 0
        self._marks = deque([(time.monotonic(), 0)])

    @property
    def done(self) -> int:
        """Bytes that were sent."""
        return self._done

    def asked(self, count: int) -> None:
        """The engine wants `count` more bytes."""
        with self._lock:
            self._asked += count

    def sent(self, count: int) -> None:
        """`count` more bytes are on their way."""
        with self._lock:
            self._done += count
            if time.monotonic() - self._told >= _EVERY_S:
                self._tell()

    def finish(self) -> None:
        """Nothing more is sent: say the rest."""
        with self._lock:
            if self._told_done != self._done:
                self._tell()

    def _tell(self) -> None:
        now = self._told = time.monotonic()
        self._told_done = self._done
        self._marks.append((now, self._done))
        while now - self._marks[0][0] > _RATE_OVER_S and len(self._marks) > 2:
            self._marks.popleft()
        began, then = self._marks[0]
        rate = (self._done - then) / (now - began) if now > began else 0.0
        self._on_progress(ContextProgress(self._done, self._asked, rate))
        self._report(Progress(tr("Sending the folder"), self._done, self._asked, Unit.BYTES))

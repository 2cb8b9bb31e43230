"""Staying with what a gateway tells of its requests, whatever happens to it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from enum import Enum

from modeldesk.core.canary.numbers import Numbers
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.gateway.model import Answered, FeedbackPosted
from modeldesk.core.jobs import CancelToken

FIRST_RETRY_S, LONGEST_RETRY_S = 0.25, 5.0
QUIET_S = 3.0
"""A gateway says something every second; after so long it is not heard any more."""
LOST_S = 10.0
"""After so long without it, it counts as lost: restarts are shorter."""
_AGAIN_S = 2.0
"""So much of what was told is asked for again, as it does not come strictly in order."""
_AS_GOOD_AS_NOW_S = 1.5
_LEAVING_S = 2.0

Told = Iterator[Sequence[Answered | FeedbackPosted]]


class Hearing(Enum):
    """Whether the numbers are what there is."""

    UP_TO_DATE = "up to date"
    WAITING = "waiting"
    """It is being read, or was interrupted a moment ago: nothing is to be decided."""
    LOST = "lost"
    """The numbers can't be had."""


class Follower:
    """Reads into `numbers` in a thread of its own, until it is stopped."""

    def __init__(
        self,
        follow: Callable[[float | None, CancelToken], Told],
        numbers: Numbers,
        since: float,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`follow` gives what was told after a time (seconds since the epoch), as `Gateway.follow`
        does. `ticks` gives seconds that only go forward."""
        self._follow = follow
        self._numbers = numbers
        self._since = since
        self._now = now
        self._ticks = ticks
        self._lock = threading.Lock()
        self._connected = False
        self._caught_up = False
        self._heard = ticks()
        self._problem = ""
        self._token = CancelToken()
        self._thread = threading.Thread(target=self._run, name="canary-follow")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the end for a moment. A gateway that does not let go is left to
        itself."""
        self._token.cancel()
        if self._thread.is_alive():
            self._thread.join(_LEAVING_S)

    @property
    def hearing(self) -> Hearing:
        """How it stands."""
        with self._lock:
            silent = self._ticks() - self._heard
            if silent >= LOST_S:
                return Hearing.LOST
            if self._connected and self._caught_up and silent < QUIET_S:
                return Hearing.UP_TO_DATE
            return Hearing.WAITING

    @property
    def problem(self) -> str:
        """What went wrong last, as a sentence; empty while nothing does."""
        with self._lock:
            return self._problem

    def _run(self) -> None:
        pause = FIRST_RETRY_S
        since = self._since
        while not self._token.cancelled:
            if self._read(since):
                pause = FIRST_RETRY_S
            newest = self._numbers.newest
            since = max(since, newest - _AGAIN_S)
            self._token.wait(pause)
            pause = min(pause * 2, LONGEST_RETRY_S)

    def _read(self, since: float) -> bool:
        """Read until the stream ends; whether anything came."""
        began, came = self._now(), False
        try:
            for batch in self._follow(since, self._token):
                came = True
                self._numbers.add(batch)
                self._note(began, whole=not batch)
        except ModelDeskError as problem:
            self._end(problem.message)
        else:
            self._end("")
        return came

    def _note(self, began: float, *, whole: bool) -> None:
        """A batch came. An empty one says that there is no more for now."""
        with self._lock:
            self._connected = True
            self._problem = ""
            self._heard = self._ticks()
            if whole or self._numbers.newest >= began - _AS_GOOD_AS_NOW_S:
                self._caught_up = True

    def _end(self, problem: str) -> None:
        with self._lock:
            self._connected = self._caught_up = False
            self._problem = problem

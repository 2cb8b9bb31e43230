"""Cancelling what should better come to its end by itself: a registry that is left in the middle of
something may neither go on with it nor take it back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from modeldesk.core.jobs import CancelToken

_GENTLE_S = 1.0


@contextmanager
def gently(token: CancelToken) -> Iterator[CancelToken]:
    """A token that is cancelled some time after `token`, for what can end by itself till then."""
    later = CancelToken()
    timer = threading.Timer(_GENTLE_S, later.cancel)
    timer.name = "registry-gently"
    has_started = threading.Event()

    def start() -> None:
        timer.start()
        has_started.set()

    try:
        with token.closing(start):
            yield later
    finally:
        timer.cancel()
        if has_started.is_set():
            timer.join()

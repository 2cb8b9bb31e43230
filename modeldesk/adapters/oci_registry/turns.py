"""Things that are done by one thread at a time."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from modeldesk.core.jobs import CancelToken

_LOOK_SECONDS = 0.05


class Turns:
    """One turn at a time for each thing; different things do not wait for each other."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken: set[Hashable] = set()

    @contextmanager
    def alone(self, thing: Hashable, token: CancelToken) -> Iterator[None]:
        """Wait for the turn, and have it. Raises `Cancelled` while it waits."""
        with self._changed:
            while thing in self._taken:
                token.raise_if_cancelled()
                self._changed.wait(_LOOK_SECONDS)
            self._taken.add(thing)
        try:
            yield
        finally:
            with self._changed:
                self._taken.remove(thing)
                self._changed.notify_all()

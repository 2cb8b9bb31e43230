"""Who goes first at the interpreter's lock: the window.

Python gives the lock to whoever asks for it, in no order: beside one thread that computes, the
window's takes twice as long, and beside three of them six times. So what computes stops now and
then for as long as the window is at work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep

_LONGEST_S = 0.05
"""A window that is always at work must not stop everything else: after a wait nobody waits again
for as long as that was."""
_CALLED_S = 0.005
_WORTH_S = 0.002
_PAINTING_S = 0.02
"""After work of the first length the window arranges and paints for about the second."""
_LOOK_S = 0.001


class Courtesy:
    """Shared by the window's thread and all others of the program. `give_way` is safe from any."""

    def __init__(self) -> None:
        self._depth = 0
        self._until = 0.0
        self._called_until = 0.0
        self._waited_until = 0.0
        """Nobody waits before."""

    def called(self) -> None:
        """Something waits for the window's thread, which is at work in a moment."""
        self._called_until = perf_counter() + _CALLED_S

    @contextmanager
    def first(self) -> Iterator[None]:
        """The window's thread is at work inside; one may be in another."""
        began = perf_counter()
        self._until = began + _LONGEST_S
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                ended = perf_counter()
                self._until = ended + _PAINTING_S if ended - began > _WORTH_S else ended

    def give_way(self, longest_s: float = _LONGEST_S) -> None:
        """Wait while the window is at work: `longest_s` at most, and half of the time in all.
        Takes less than a microsecond when it is not. Not for who holds a lock that the window's
        thread may want."""
        now = began = perf_counter()
        if not self._is_ahead(now) or now < self._waited_until:
            return
        while self._is_ahead(now) and now - began < longest_s:
            sleep(_LOOK_S)
            now = perf_counter()
        self._waited_until = now + (now - began)

    def _is_ahead(self, now: float) -> bool:
        return now < self._until or now < self._called_until


def go_on() -> None:
    """What gives way to nobody."""

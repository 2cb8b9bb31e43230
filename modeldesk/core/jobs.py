"""Long work: how it is cancelled, and how it says how far it is."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from modeldesk.core.courtesy import go_on
from modeldesk.core.errors import Cancelled

T = TypeVar("T")

_CHECK_EVERY = 256


class CancelToken:
    """A wish to stop, shared by who asks and who works. Safe from any thread."""

    def __init__(self, give_way: Callable[[], None] = go_on) -> None:
        """`give_way` is called by what computes, see `over`."""
        self._give_way = give_way
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask for the stop and run every registered closer once, newest first."""
        self._event.set()
        while True:
            with self._lock:
                if not self._closers:
                    return
                closer = self._closers.pop()
            closer()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` once the stop was asked for."""
        if self.cancelled:
            raise Cancelled

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The `items` themselves, for what computes something of each. Gives way now and then,
        and raises `Cancelled` once the stop was asked for."""
        for number, item in enumerate(items):
            if number % _CHECK_EVERY == 0:
                self._give_way()
                self.raise_if_cancelled()
            yield item

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds`; True as soon as the stop was asked for."""
        return self._event.wait(seconds)

    @contextmanager
    def closing(self, closer: Callable[[], None]) -> Iterator[None]:
        """While inside, a cancel calls `closer` (in the canceller's thread), which must make
        the blocked call inside return. Called at once when the stop was already asked for."""
        with self._lock:
            self._closers.append(closer)
        if self.cancelled:
            self.cancel()
        try:
            yield
        finally:
            with self._lock:
                if closer in self._closers:
                    self._closers.remove(closer)


class Unit(Enum):
    """What a progress counts."""

    BYTES = "bytes"
    STEPS = "steps"
    FILES = "files"
    IMAGES = "images"


class PartState(Enum):
    """Where a part of a transfer stands."""

    WAITING = "waiting"
    MOVING = "moving"
    UNPACKING = "unpacking"
    DONE = "done"
    THERE = "already there"
    """Nothing of it had to move."""
    MOUNTED = "shared"
    """The registry has it in another repository, and has it here too now: nothing moved."""


@dataclass(frozen=True, slots=True)
class Part:
    """One layer or document of a transfer, as it stands."""

    name: str
    """By which it is known again: the beginning of a digest."""
    state: PartState
    done: int = 0
    """Bytes."""
    total: int | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more of it is to come."""
        return self.state in (PartState.DONE, PartState.THERE, PartState.MOUNTED)

    @property
    def fraction(self) -> float | None:
        """0.0–1.0, or None while that is unknown."""
        if self.ended:
            return 1.0
        if self.state is PartState.WAITING:
            return 0.0
        return None if not self.total else min(1.0, self.done / self.total)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. `total` is None while it is not known."""

    text: str
    done: int = 0
    total: int | None = None
    unit: Unit = Unit.STEPS
    rate: float | None = None
    """Of the unit, a second; where that is worth telling."""
    parts: tuple[Part, ...] = ()
    """Of what moves in parts, each of them."""

    @property
    def fraction(self) -> float | None:
        """0.0–1.0, or None while the total is unknown."""
        return None if not self.total else min(1.0, self.done / self.total)


def _ignore_progress(_: Progress) -> None: ...
def _ignore_line(_: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """What a long-running function is given: a token to watch, and two ways to speak."""

    token: CancelToken = field(default_factory=CancelToken)
    report: Callable[[Progress], None] = _ignore_progress
    log: Callable[[str], None] = _ignore_line

"""Making things in steps, so that the window answers in between.

A page is a hundred widgets and more, and making them at once holds the window for a tenth of a
second. A making is a generator that does a little, yields, and returns what it made in the end.
"""

import inspect
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from time import perf_counter
from typing import TypeAlias, TypeVar

from PySide6.QtCore import QObject, QTimer

from modeldesk.core.courtesy import Courtesy

T = TypeVar("T")
Making: TypeAlias = Generator[None, None, T]

_SLICE_S = 0.008
"""Steps are taken for this long before the event loop gets its turn."""
_REST_MS = 25
"""Between two steps that nobody waits for."""


def at_once(making: Making[T]) -> T:
    """What `making` makes, however long it takes."""
    while True:
        try:
            next(making)
        except StopIteration as end:
            made: T = end.value
            return made


class Maker(QObject):
    """Goes on with makings while the event loop runs: first with those that are waited for, the
    newest of them first, then with the others, one step at a time. A making that raises is
    forgotten; the error goes where errors in slots go."""

    def __init__(self, courtesy: Courtesy, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._courtesy = courtesy
        self._hurried: deque[Making[None]] = deque()
        self._others: deque[Making[None]] = deque()
        self._stopped = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    def hurry(self, making: Making[None]) -> None:
        """Somebody waits for `making`: take one step now, and the others as soon as can be."""
        if self._stopped:
            return
        self._withdraw(making)
        self._hurried.appendleft(making)
        try:
            self._step(self._hurried)
        finally:
            self._go_on()

    def later(self, making: Making[None]) -> None:
        """Go through `making` while nothing else is waited for."""
        if not self._stopped:
            self._others.append(making)
            if not self._timer.isActive():
                self._go_on()

    def finish(self, making: Making[None]) -> None:
        """Make what is left of `making` now, however long it takes."""
        self._withdraw(making)
        with self._courtesy.first():
            at_once(making)

    def stop(self) -> None:
        """Begin nothing more. What is begun is made to its end, and then goes with what it is
        part of: widgets without a parent would outlive the window."""
        self._stopped = True
        self._timer.stop()
        for queue in (self._hurried, self._others):
            while queue:
                making = queue.popleft()
                if inspect.getgeneratorstate(making) == inspect.GEN_SUSPENDED:
                    at_once(making)

    def _withdraw(self, making: Making[None]) -> None:
        for queue in (self._hurried, self._others):
            with suppress(ValueError):
                queue.remove(making)

    def _turn(self) -> None:
        until = perf_counter() + _SLICE_S
        try:
            if not self._hurried and self._others:
                self._step(self._others)
            while self._hurried and perf_counter() < until:
                self._step(self._hurried)
        finally:
            self._go_on()

    def _step(self, queue: deque[Making[None]]) -> None:
        """One step of the first in `queue`, which stays there until it ends. The step itself may
        hurry another."""
        making = queue[0]
        going_on = False
        try:
            with self._courtesy.first():
                next(making)
            going_on = True
        except StopIteration:
            pass
        finally:
            if not going_on:
                queue.remove(making)

    def _go_on(self) -> None:
        if self._hurried:
            self._timer.start(0)
        elif self._others:
            self._timer.start(_REST_MS)

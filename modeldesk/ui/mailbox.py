"""How other threads reach the UI thread: one locked queue and one wake-up signal.

A call is posted and run once, in order. A feed gathers items and hands them over in batches, so
that a hundred thousand reports become a handful of calls. Owners are held weakly: what was meant
for a deleted object is dropped.
"""

import inspect
import threading
import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Generic, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from modeldesk.core.courtesy import Courtesy

T = TypeVar("T")
P = ParamSpec("P")

BATCH_INTERVAL_MS = 34
"""A feed is delivered at most about 30 times a second."""
_SLICE_S = 0.008
"""Posted calls run for this long before the event loop gets its turn."""


class OwnedCall(Generic[P]):
    """A callback that does nothing once its owner is deleted. A bound method of a QObject is
    held weakly, so a callback never keeps a page alive."""

    def __init__(self, owner: QObject, callback: Callable[P, None]) -> None:
        self._owner = weakref.ref(owner)
        self._method: weakref.WeakMethod[Callable[P, None]] | None = None
        self._function: Callable[P, None] | None = None
        if inspect.ismethod(callback) and isinstance(callback.__self__, QObject):
            self._method = weakref.WeakMethod(callback)
        else:
            self._function = callback

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        owner = self._owner()
        if owner is None or not shiboken6.isValid(owner):
            return
        callback = self._function if self._method is None else self._method()
        if callback is None:
            return
        bound_to = getattr(callback, "__self__", None)
        if isinstance(bound_to, QObject) and not shiboken6.isValid(bound_to):
            return
        callback(*args, **kwargs)


class Feed(Generic[T]):
    """Items on their way to the UI thread. Made by `Mailbox.feed`; calling it pushes an item,
    from any thread. Beyond `limit` undelivered items the oldest are dropped."""

    def __init__(self, box: "Mailbox", deliver: Callable[[list[T]], None], limit: int) -> None:
        self._box = box
        self._deliver = deliver
        self._items: deque[T] = deque(maxlen=limit)
        self.waiting = False

    def __call__(self, item: T) -> None:
        self._box.push(self, item)

    def add(self, item: T) -> None:
        """Keep `item`; the mailbox's lock is held."""
        self._items.append(item)

    def take(self) -> list[T]:
        """Everything kept, oldest first; the mailbox's lock is held."""
        items = list(self._items)
        self._items.clear()
        return items

    def deliver(self, items: list[T]) -> None:
        """Hand a batch to the receiver; in the UI thread."""
        if items:
            self._deliver(items)


class Mailbox(QObject):
    """Belongs to the UI thread; `post` and feeds may be called from any."""

    _woken = Signal()

    def __init__(self, courtesy: Courtesy, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._courtesy = courtesy
        self._lock = threading.Lock()
        self._calls: deque[Callable[[], None]] = deque()
        self._waiting_feeds: deque[Feed[Any]] = deque()
        self._awake = False
        self._closed = False
        self._last_flush = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._flush)
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` soon in the UI thread, after what was posted before."""
        with self._lock:
            if not self._closed:
                self._calls.append(call)
                self._wake()

    def feed(
        self, owner: QObject, deliver: Callable[[list[T]], None], limit: int = 10_000
    ) -> Feed[T]:
        """A feed whose batches reach `deliver` while `owner` lives."""
        return Feed(self, OwnedCall(owner, deliver), limit)

    def push(self, feed: Feed[T], item: T) -> None:
        """Put `item` into `feed`, and see that it is delivered."""
        with self._lock:
            feed.add(item)
            if feed.waiting or self._closed:
                return
            feed.waiting = True
            self._waiting_feeds.append(feed)
            if len(self._waiting_feeds) == 1:
                self._calls.append(self._arm)
                self._wake()

    def flush(self, feed: Feed[T]) -> None:
        """Deliver what `feed` holds now; in the UI thread."""
        with self._lock:
            items = feed.take()
        feed.deliver(items)

    def close(self) -> None:
        """Drop what is on its way and everything still to come."""
        with self._lock:
            self._closed = True
            self._calls.clear()
            self._waiting_feeds.clear()
        self._timer.stop()

    def _wake(self) -> None:
        if not self._awake:
            self._awake = True
            self._courtesy.called()
            self._woken.emit()

    def _drain(self) -> None:
        deadline = perf_counter() + _SLICE_S
        with self._lock:
            calls, self._calls = self._calls, deque()
        try:
            with self._courtesy.first():
                while calls and not self._closed and perf_counter() < deadline:
                    calls.popleft()()
        finally:
            with self._lock:
                if not self._closed:
                    calls.extend(self._calls)
                    self._calls = calls
                self._awake = False
                if self._calls:
                    self._wake()

    def _arm(self) -> None:
        if not self._timer.isActive():
            since = (perf_counter() - self._last_flush) * 1000
            self._timer.start(max(0, round(BATCH_INTERVAL_MS - since)))

    def _flush(self) -> None:
        """Deliver every waiting feed. One that raises does not keep the others from it."""
        self._last_flush = perf_counter()
        with self._lock:
            feeds, self._waiting_feeds = self._waiting_feeds, deque()
            for feed in feeds:
                feed.waiting = False
        try:
            with self._courtesy.first():
                while feeds:
                    self.flush(feeds.popleft())
        finally:
            for feed in feeds:
                self.post(partial(self.flush, feed))

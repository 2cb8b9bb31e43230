"""How often somebody may fail to say who they are."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

MOST_FAILURES = 10
WITHIN_S = 60.0
_MOST_KNOWN = 10_000
"""Addresses that are remembered: whoever has more fills no memory."""


class Failures:
    """Counts by address. Any thread may ask."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds that only go forward."""
        self._clock = clock
        self._lock = threading.Lock()
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """How long `address` has to wait until it is heard again; 0 for not at all."""
        with self._lock:
            times = self._recent(address)
            if len(times) < MOST_FAILURES:
                return 0.0
            return max(0.0, times[0] + WITHIN_S - self._clock())

    def add(self, address: str) -> None:
        """It failed once more."""
        with self._lock:
            times = self._recent(address)
            times.append(self._clock())
            self._times[address] = times
            self._times.move_to_end(address)
            while len(self._times) > _MOST_KNOWN:
                self._times.popitem(last=False)

    def _recent(self, address: str) -> deque[float]:
        times = self._times.get(address) or deque(maxlen=MOST_FAILURES)
        while times and times[0] <= self._clock() - WITHIN_S:
            times.popleft()
        if not times:
            self._times.pop(address, None)
        return times

"""Where work waits for its turn, and the threads that take it up."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum

_SERIAL_WORKERS = 4
_CANCEL_WORKERS = 4


class Lane(Enum):
    """Where work waits for its turn. The value is how many run at once."""

    INTERACTIVE = ("interactive", 4)
    """What a person waits for: a detail pane, a check of a field."""
    TRANSFER = ("transfer", 3)
    """Builds, pulls, pushes, runs: long, and mostly waiting for the engine."""
    ANALYSIS = ("analysis", 1)
    """Reading the insides of images."""
    FOLDER = ("folder", 1)
    """What looks at all files of a folder while texts are typed. Several at once would take as
    long, and the window would share the time with all of them."""
    STORAGE = ("storage", 1)
    """Small writes, in the order asked for. The end of the program waits for them."""

    REGISTRIES = ("registries", 8)
    """Looking through registries: one that is away must not hold up another."""

    @property
    def workers(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class SerialLane:
    """Work with the same key runs one after the other, in the order asked for."""

    key: str


def serial(key: str) -> SerialLane:
    """The lane of everything that must not overlap, such as the releases of a deployment."""
    return SerialLane(key)


Launch = Callable[[ThreadPoolExecutor], None]


class Lanes:
    """The threads of every lane, and who waits for whom in the serial ones. UI thread only.

    What goes through is a function that begins the work; when its turn has come it is called with
    the pool that is to run it.
    """

    def __init__(self) -> None:
        self._pools = {lane: _pool(lane.value[0], lane.workers) for lane in Lane}
        self._serial_pool = _pool("serial", _SERIAL_WORKERS)
        self._cancel_pool = _pool("cancel", _CANCEL_WORKERS)
        self._waiting: dict[str, deque[Launch]] = {}
        """By the key of a serial lane that is in use."""

    def enter(self, lane: Lane | SerialLane, launch: Launch) -> None:
        """Call `launch` now, or for a serial lane once all before it have left."""
        if isinstance(lane, Lane):
            launch(self._pools[lane])
        elif (queue := self._waiting.get(lane.key)) is not None:
            queue.append(launch)
        else:
            self._waiting[lane.key] = deque()
            launch(self._serial_pool)

    def leave(self, lane: Lane | SerialLane) -> None:
        """What was launched in `lane` has ended: the next one's turn."""
        if not isinstance(lane, SerialLane):
            return
        if queue := self._waiting[lane.key]:
            queue.popleft()(self._serial_pool)
        else:
            del self._waiting[lane.key]

    def withdraw(self, lane: Lane | SerialLane, launch: Launch) -> None:
        """Take back what waits in a serial lane."""
        if isinstance(lane, SerialLane):
            self._waiting[lane.key].remove(launch)

    def aside(self, work: Callable[[], None]) -> Future[None]:
        """Run something short that may wait, such as the closing of a socket, past all lanes."""
        return self._cancel_pool.submit(work)

    def close(self, *, wait: bool) -> None:
        """Launch nothing more; with `wait`, come back when all threads have ended."""
        self._waiting.clear()
        for pool in (*self._pools.values(), self._serial_pool, self._cancel_pool):
            pool.shutdown(wait=wait, cancel_futures=True)


def _pool(name: str, workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix=f"modeldesk-{name}")

"""A gateway's log is followed: a thread waits for the engine's lines, and they are handed on in
batches several times a second, so that many cost little."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from modeldesk.adapters.gateway.access_log import LogReader
from modeldesk.core.containers.model import ContainerDetail, LogLine
from modeldesk.core.errors import Cancelled, ModelDeskError, NotFound
from modeldesk.core.gateway.model import Answered, FeedbackPosted
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine

_BATCH_S = 0.25
_GONE_S = 5.0
"""How long a gateway may be away before it counts as gone."""
_OVERLAP_S = 1.0
"""Longer than the gateway keeps lines back."""
_REMEMBERED = 10_000
"""Lines; as many again of before."""
_MOST_WAITING = 200_000
"""Lines. Whoever does not take them would else fill the memory; the oldest go."""

Lines = Sequence[Answered | FeedbackPosted]


@dataclass
class _Stream:
    """The lines of one run of a container that nobody has read yet."""

    lines: deque[LogLine] = field(default_factory=lambda: deque(maxlen=_MOST_WAITING))
    ended: threading.Event = field(default_factory=threading.Event)
    error: ModelDeskError | None = None


class _Recent:
    """The last lines. Engines tell some of them again when a file of the log is full and the next
    is begun, and so do we when a stream broke and another begins a little earlier."""

    def __init__(self) -> None:
        self._last = set[str]()
        self._before = set[str]()

    def news(self, lines: Iterable[str]) -> list[str]:
        """Those that were not told yet."""
        found = []
        for line in lines:
            if line not in self._last and line not in self._before:
                self._last.add(line)
                found.append(line)
        if len(self._last) > _REMEMBERED:
            self._last, self._before = set(), self._last
        return found


class Follower:
    """Follows one deployment's gateway, whichever container that is."""

    def __init__(
        self, engine: ImageEngine, find: Callable[[], ContainerDetail | None], since: float
    ) -> None:
        self._engine = engine
        self._find = find
        self._since = since
        self._reader = LogReader()
        self._recent = _Recent()
        self._latest = since
        """The time of the newest line."""

    def batches(self, token: CancelToken) -> Iterator[Lines]:
        """What it tells from `since` on, and what one tells that comes in its place, until there
        has been none for a few seconds."""
        yield ()
        last: ContainerDetail | None = None
        seen = time.monotonic()
        while time.monotonic() - seen < _GONE_S:
            token.raise_if_cancelled()
            gateway = self._find()
            if gateway is not None and gateway.summary.running:
                same = last is not None and last.summary.id == gateway.summary.id
                begin = self._latest - _OVERLAP_S if same else self._since
                yield from self._run(gateway.summary.id, begin, token)
                last, seen = gateway, time.monotonic()
            token.wait(_BATCH_S)
            yield ()

    def _run(self, container: ContainerId, begin: float, token: CancelToken) -> Iterator[Lines]:
        """Until the engine tells no more of it."""
        stream, inner = _Stream(), CancelToken()
        thread = threading.Thread(
            target=self._fill, args=(stream, container, begin, inner), name="gateway-log"
        )
        thread.start()
        try:
            with token.closing(inner.cancel):
                ended = False
                while not ended:
                    ended = stream.ended.wait(_BATCH_S)
                    token.raise_if_cancelled()
                    yield self._read(stream)
        finally:
            inner.cancel()
            thread.join()
        if stream.error is not None:
            raise stream.error

    def _fill(
        self, stream: _Stream, container: ContainerId, begin: float, token: CancelToken
    ) -> None:
        try:
            stream.lines.extend(self._engine.follow_logs(container, token, None, begin))
        except (Cancelled, NotFound):
            pass
        except ModelDeskError as error:
            stream.error = error
        finally:
            stream.ended.set()

    def _read(self, stream: _Stream) -> Lines:
        """The lines that wait. What the gateway says as errors tells of no request."""
        waiting = (stream.lines.popleft() for _ in range(len(stream.lines)))
        read = self._reader.read
        news = self._recent.news(one.text for one in waiting if not one.error)
        told = [line for line in map(read, news) if line]
        if told:
            self._latest = max(self._latest, told[-1].time)
        return [line for line in told if line.time >= self._since]

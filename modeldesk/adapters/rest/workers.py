"""Threads for what waits: the registry, the disk, the records. The loop itself never does."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from modeldesk.adapters.rest.problems import busy
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """As many as requests are served at once, and a list of what is under way."""

    def __init__(self, count: int) -> None:
        # What is written of a request may wait while its work is under way.
        self._pool = ThreadPoolExecutor(2 * count, thread_name_prefix="rest")
        self._lock = threading.Lock()
        self._most = count
        self._under_way: set[CancelToken] = set()
        self._closing = False

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives, done in a thread; it is waited for even when nobody wants it any
        more, so that nothing goes on behind an answer."""
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, lambda: work(*args, **kwargs))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            raise

    @contextmanager
    def under_way(self) -> Iterator[CancelToken]:
        """While inside, a request is; its token is cancelled when the server ends. Raises
        `Cancelled` where it ends already, `Problem` where too many are."""
        token = CancelToken()
        with self._lock:
            if self._closing:
                raise Cancelled
            if len(self._under_way) >= self._most:
                raise busy()
            self._under_way.add(token)
        try:
            yield token
        finally:
            with self._lock:
                self._under_way.discard(token)

    def cancel_all(self) -> None:
        """Everything under way ends, and nothing new begins."""
        with self._lock:
            self._closing = True
            tokens = list(self._under_way)
        for token in tokens:
            token.cancel()

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()

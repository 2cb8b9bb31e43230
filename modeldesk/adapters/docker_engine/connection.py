"""How an engine is reached, and clients for it.

A client is a `requests` session, which two threads must not use at once, and which keeps one
socket for every different path it asked for. So every call has a client of its own: making one
costs a twentieth of a millisecond, connecting to a local socket a fifth.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from docker import APIClient
from docker.tls import TLSConfig

from modeldesk.adapters.docker_engine.errors import translated, unavailable

ANSWER_SECONDS = 120
"""How long a call may take; removing a large image can take a minute."""


class Connection:
    """An engine's address and API version, with clients to talk to it. Safe to share."""

    def __init__(self, address: str, api_version: str, tls: TLSConfig | None = None) -> None:
        self.address = address
        self.api_version = api_version
        self._tls = tls
        self._lock = threading.Lock()
        self._cuts: list[Callable[[], None]] = []
        self._closed = False

    @property
    def tls(self) -> TLSConfig | None:
        """How the link is secured, where it is."""
        return self._tls

    def new_client(self, seconds: int = ANSWER_SECONDS) -> APIClient:
        """A client that the caller closes. Nothing is sent yet. `seconds` limits each wait."""
        with self._lock:
            if self._closed:
                raise unavailable()
        with translated():
            return APIClient(self.address, self.api_version, seconds, tls=self._tls or False)

    @contextmanager
    def client(self, seconds: int = ANSWER_SECONDS) -> Iterator[APIClient]:
        """A client for calls inside the `with`; the library's errors come out translated."""
        client = self.new_client(seconds)
        try:
            with translated():
                yield client
        finally:
            client.close()

    @contextmanager
    def cut_on_close(self, cut: Callable[[], None]) -> Iterator[None]:
        """While inside, closing the connection calls `cut`, which must end a stream."""
        with self._lock:
            self._cuts.append(cut)
            closed = self._closed
        if closed:
            cut()
        try:
            yield
        finally:
            with self._lock:
                self._cuts.remove(cut)

    def close(self) -> None:
        """End every stream; no call succeeds any more."""
        with self._lock:
            self._closed = True
            cuts = list(self._cuts)
        for cut in cuts:
            cut()

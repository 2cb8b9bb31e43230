"""How an engine is reached, and clients for it.

A client is a `requests` session, which two threads must not use at once. So every call borrows
one that nobody else uses and gives it back; every stream has one of its own. A new client costs
well under a millisecond once the API version is known.
"""

import threading
from collections.abc import Iterator
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
        self._idle: list[APIClient] = []
        self._closed = False

    def new_client(self, seconds: int = ANSWER_SECONDS) -> APIClient:
        """A client that the caller closes. Nothing is sent yet. `seconds` limits each wait."""
        with translated():
            return APIClient(self.address, self.api_version, seconds, tls=self._tls or False)

    @contextmanager
    def client(self) -> Iterator[APIClient]:
        """A client nobody else uses, for calls inside the `with`, whose library errors come out
        translated."""
        with self._lock:
            if self._closed:
                raise unavailable()
            borrowed = self._idle.pop() if self._idle else None
        client = borrowed or self.new_client()
        kept = False
        try:
            with translated():
                yield client
            with self._lock:
                kept = not self._closed
                if kept:
                    self._idle.append(client)
        finally:
            if not kept:
                client.close()

    def close(self) -> None:
        """Close the idle clients; those in use close when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

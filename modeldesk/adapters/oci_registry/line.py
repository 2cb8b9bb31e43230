"""Connections to a registry, each lent to one request at a time: a cancel breaks those of its own
request and no other."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import httpx

from modeldesk.adapters.oci_registry.errors import endless, not_a_registry
from modeldesk.adapters.oci_registry.transport import MOST_REDIRECTS, open_http, trust
from modeldesk.core.registry.known import KnownRegistry

if TYPE_CHECKING:
    import ssl

Body = bytes | Callable[[], Iterator[bytes]]
"""What is sent; one that is made anew whenever it is sent again."""

_MOVED = (301, 302, 303, 307, 308)
_MOVED_AS_ASKED = (307, 308)
_DRAINED = 64 * 1024


class Line:
    """A client of its own: all that it opens is for the request it is lent for."""

    def __init__(self, registry: str, http: httpx.Client) -> None:
        self._registry = registry
        self.http = http
        http.event_hooks = {"request": [self._watch]}
        self._sockets: list[socket.socket] = []
        self.is_cut = False

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, patience: float
    ) -> httpx.Response:
        """The answer, opened, of wherever one is sent on to; the authorization stays at the first
        address. `patience` in seconds is for each byte. Raises httpx's errors."""
        kept = dict(headers)
        for _ in range(MOST_REDIRECTS + 1):
            request = self._request(method, url, kept, body, patience)
            answer = self.http.send(request, stream=True, follow_redirects=False)
            followed = _MOVED if method in ("GET", "HEAD") else _MOVED_AS_ASKED
            if answer.status_code not in followed or "location" not in answer.headers:
                return answer
            there = answer.url.join(answer.headers["location"])
            drain(answer)
            if there.scheme not in ("http", "https") or (
                body and there.scheme == "http" and answer.url.scheme == "https"
            ):
                raise not_a_registry(self._registry, f"sent on to {there.scheme}://{there.host}")
            if origin(there) != origin(answer.url):
                kept.pop("Authorization", None)
            url = str(there)
        raise endless(self._registry)

    def cut(self) -> None:
        """Break every connection, from any thread: closing one frees nobody who reads from it."""
        self.is_cut = True
        for one in self._sockets[:]:
            _break(one)

    def close(self) -> None:
        self.http.close()

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: Body, patience: float
    ) -> httpx.Request:
        return self.http.build_request(
            method,
            url,
            headers=headers,
            content=body if isinstance(body, bytes) else body(),
            timeout=httpx.Timeout(patience, connect=self.http.timeout.connect),
        )

    def _watch(self, request: httpx.Request) -> None:
        request.extensions["trace"] = self._notice

    def _notice(self, event: str, info: dict[str, Any]) -> None:
        """The library tells of the connections it opens."""
        if event == "connection.connect_tcp.complete":
            found = info["return_value"].get_extra_info("socket")
            if isinstance(found, socket.socket):
                self._sockets = [one for one in self._sockets if one.fileno() >= 0] + [found]
                if self.is_cut:
                    _break(found)


class Lines:
    """Lends lines to one registry, and keeps those that came back whole for the next."""

    def __init__(
        self,
        known: KnownRegistry,
        timeout: httpx.Timeout,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._known = known
        self._timeout = timeout
        self._transport = transport
        self._tls: ssl.SSLContext | None = None
        self._free: list[Line] = []
        self._is_closed = False
        self._lock = threading.Lock()

    @contextmanager
    def lent(self) -> Iterator[Line]:
        """A line that nobody else has. Raises `RegistryUntrusted` when the certificates to trust
        can't be read."""
        with self._lock:
            line = self._free.pop() if self._free else None
        line = line or self._new()
        try:
            yield line
        finally:
            with self._lock:
                keep = not line.is_cut and not self._is_closed
                if keep:
                    self._free.append(line)
            if not keep:
                line.close()

    def close(self) -> None:
        """Let go of every connection; of those that are lent, when they come back."""
        with self._lock:
            self._is_closed = True
            free, self._free = self._free, []
        for line in free:
            line.close()

    def _new(self) -> Line:
        with self._lock:
            # Made once: it reads all the certificates that this machine trusts.
            if self._tls is None and self._transport is None:
                self._tls = trust(self._known)
        http = open_http(self._known, self._timeout, self._transport, self._tls)
        return Line(self._known.host, http)


def origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Whom a token may be shown to."""
    return url.scheme, url.host, url.port


def drain(answer: httpx.Response) -> None:
    """Read what is left of a small answer, so that its connection serves the next; close it."""
    try:
        length = answer.headers.get("content-length", "")
        is_small = length.isdecimal() and int(length) <= _DRAINED
        # Docker's registry promises more of these than it sends.
        is_short = answer.status_code == 416
        if (is_small and not is_short) or answer.request.method == "HEAD":
            with suppress(httpx.HTTPError, httpx.StreamError):
                for _ in answer.iter_raw():
                    pass
    finally:
        answer.close()


def _break(connection: socket.socket) -> None:
    with suppress(OSError):
        # Past the TLS layer, which must not be touched from two threads.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)

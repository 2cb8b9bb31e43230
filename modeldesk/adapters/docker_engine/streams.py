"""Long answers of the engine, read as they come, that another thread can end at once.

Closing a response or a client frees nobody who is blocked on it. Shutting its socket down does,
in whatever phase the request is: connecting, sending a body, waiting for the first byte, or in
the middle of the answer. The engine notices and stops what it did for us.
"""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from docker import APIClient

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.errors import refusal, translate, translated, unavailable
from modeldesk.adapters.docker_engine.fields import Object, mapping, text
from modeldesk.adapters.docker_engine.sent_body import SentBody
from modeldesk.adapters.docker_engine.sockets import ClientSockets
from modeldesk.core.errors import EngineError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.words import tr

# It tells every address it asks for, and that of a build has the values of its arguments in it.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

CONNECT_SECONDS = 5
_UPGRADE_SECONDS = 30
Params = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What the engine is asked."""

    path: str
    method: str = "GET"
    params: Params | None = None
    headers: Mapping[str, str] | None = None
    body: Iterable[bytes] | None = None
    """Sent chunk by chunk as it is iterated."""
    wait_seconds: tuple[float, float | None] = (CONNECT_SECONDS, None)
    """How long connecting may take, and each wait for the answer; None: as long as it takes."""
    versioned: bool = True
    """Whether the path is one of the API version that was agreed on."""


class Stream:
    """An answer that is still being sent. Whoever reads it gets `Cancelled` once the token is
    cancelled, and `EngineUnavailable` when the link breaks."""

    def __init__(
        self, response: requests.Response, token: CancelToken, cut: Callable[[], None]
    ) -> None:
        self._response = response
        self._token = token
        self.cut = cut
        """Breaks the link, from any thread: whoever reads finds it broken."""

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    def chunks(self) -> Iterator[bytes]:
        """Bytes as the engine sends them, unbuffered, until it ends the answer."""
        pieces = self._response.raw.stream(65536)
        while True:
            self._token.raise_if_cancelled()
            try:
                piece = next(pieces, None)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                self._token.raise_if_cancelled()
                raise unavailable(str(error)) from error
            if piece is None:
                break
            yield piece
        self._token.raise_if_cancelled()

    def lines(self) -> Iterator[bytes]:
        """Whole lines, without their ends."""
        rest = b""
        for chunk in self.chunks():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            yield rest

    def objects(self) -> Iterator[Object]:
        """JSON objects, one a line. A line that is no object is passed over."""
        for line in self.lines():
            if line.strip():
                try:
                    value = json.loads(line)
                except ValueError:
                    continue
                yield mapping(value)


@contextmanager
def open_stream(
    connection: Connection, token: CancelToken, request: EngineRequest
) -> Iterator[Stream]:
    """Send a request on a client of its own and give its answer as a stream.

    Raises what the engine's refusal means, `Cancelled`, or `EngineUnavailable`; an error that
    the request's body raises comes through unchanged. Once the `with` is left, or the token
    cancelled and the stream left, no socket stays open.
    """
    with _answer(connection, token, request) as (response, sockets):
        yield Stream(response, token, sockets.shut)


@dataclass(frozen=True, slots=True)
class TakenSocket:
    """A connection that no longer speaks HTTP/1.1."""

    socket: socket.socket
    first: bytes
    """What was read of it already."""
    shut: Callable[[], None]
    """Ends it, from any thread: whoever is blocked on it returns."""


@contextmanager
def open_socket(
    connection: Connection, token: CancelToken, path: str, headers: Mapping[str, str]
) -> Iterator[TakenSocket]:
    """Ask the engine to speak another protocol from now on, as `headers` say, and give the
    connection. Raises `EngineError` when it does not, which a Windows pipe can't either; else as
    `open_stream`."""
    request = EngineRequest(
        path, "POST", headers=headers, wait_seconds=(CONNECT_SECONDS, _UPGRADE_SECONDS)
    )
    with _answer(connection, token, request) as (response, sockets):
        taken = sockets.only()
        if response.status_code != 101 or not isinstance(taken, socket.socket):
            raise EngineError(tr("The engine opens no session."))
        yield TakenSocket(taken, _read_already(response, taken), sockets.shut)


def _read_already(response: requests.Response, taken: socket.socket) -> bytes:
    """What stands in the library's buffer, behind the head of the answer."""
    reader: Any = response.raw._fp
    taken.setblocking(False)
    try:
        return reader.fp.read1(65536) or b""
    except ssl.SSLWantReadError:
        return b""
    finally:
        taken.setblocking(True)


@contextmanager
def _answer(
    connection: Connection, token: CancelToken, request: EngineRequest
) -> "Iterator[tuple[requests.Response, ClientSockets]]":
    token.raise_if_cancelled()
    client = connection.new_client()
    version = f"/v{client.api_version}" if request.versioned else ""
    sockets = ClientSockets(client)
    sent = None if request.body is None else SentBody(request.body)
    response: requests.Response | None = None
    try:
        with token.closing(sockets.shut), connection.cut_on_close(sockets.shut):
            try:
                response = client.request(
                    request.method,
                    f"{client.base_url}{version}{request.path}",
                    params=request.params,
                    headers=request.headers,
                    data=sent,
                    stream=True,
                    timeout=request.wait_seconds,
                )
                if response.status_code >= 400:
                    raise refusal(response.status_code, _message(response))
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                if sent is not None and sent.error is not None:
                    raise sent.error from None
                token.raise_if_cancelled()
                raise translate(error) from error
            yield response, sockets
    finally:
        # Closing an answer reads the rest of it, unless its socket is down.
        sockets.shut()
        if response is not None:
            response.close()
        client.close()


@contextmanager
def limited_client(
    connection: Connection, seconds: float, token: CancelToken
) -> Iterator[APIClient]:
    """A client of its own whose calls end, with what they have got, once `seconds` are over.
    Raises `Cancelled` once the token is."""
    client = connection.new_client()
    sockets = ClientSockets(client)
    limit = threading.Timer(seconds, sockets.shut)
    limit.name = "engine-call-limit"
    limit.start()
    try:
        with token.closing(sockets.shut), translated():
            yield client
    finally:
        limit.cancel()
        limit.join()
        sockets.shut()
        client.close()
        token.raise_if_cancelled()


def _message(response: requests.Response) -> str:
    words = response.text
    with suppress(ValueError):
        return text(mapping(json.loads(words)).get("message")) or words
    return words

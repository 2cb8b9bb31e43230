"""What every `HttpAsker` promises, held against the fake and real servers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Protocol

import pytest

from modeldesk.adapters.http_probe.asker import HttpServerAsker
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken
from modeldesk.core.trial.ports import HttpAsker, HttpRequest
from tests.contracts.http_server import HERE, serving
from tests.fakes.http_asker import FakeHttpAsker
from tests.support.ports import free_port

SEEN: list[tuple[str, str, bytes, str]] = []


class World(Protocol):
    """An asker, and servers; each gives its port."""

    asker: HttpAsker

    def server(self, statuses: dict[str, int]) -> AbstractContextManager[int]: ...
    def free_port(self) -> int: ...


class _Answering(BaseHTTPRequestHandler):
    statuses: dict[str, int]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        SEEN.append((self.command, self.path, body, self.headers["Content-Type"] or ""))
        self.send_response(self.statuses[self.path])
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"abc")


class RealWorld:
    def __init__(self) -> None:
        self.asker: HttpAsker = HttpServerAsker()

    @contextmanager
    def server(self, statuses: dict[str, int]) -> Iterator[int]:
        handler = type("Handler", (_Answering,), {"statuses": statuses})
        with serving(handler) as port:
            yield port

    def free_port(self) -> int:
        return free_port()


class FakeWorld:
    def __init__(self) -> None:
        self._fake = FakeHttpAsker({})
        self.asker: HttpAsker = self._fake

    @contextmanager
    def server(self, statuses: dict[str, int]) -> Iterator[int]:
        self._fake.statuses = statuses
        yield 1
        self._fake.statuses = {}

    def free_port(self) -> int:
        return 2


@pytest.fixture(params=[FakeWorld, RealWorld])
def world(request: pytest.FixtureRequest) -> World:
    make: Callable[[], World] = request.param
    return make()


def ask(world: World, port: int, request: HttpRequest) -> int | None:
    return world.asker.status(HERE, port, request, 5.0, CancelToken())


def test_the_status_of_the_answer_is_told(world: World) -> None:
    with world.server({"/health": 503, "/predict": 200}) as port:
        assert ask(world, port, HttpRequest("/health")) == 503
        assert ask(world, port, HttpRequest("/predict", "POST", b"[1]")) == 200


def test_nobody_there_is_no_answer(world: World) -> None:
    assert ask(world, world.free_port(), HttpRequest("/")) is None


def test_who_cancelled_before_asks_nobody(world: World) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        world.asker.status(HERE, world.free_port(), HttpRequest("/"), 5.0, token)


def test_a_body_is_posted_as_json() -> None:
    world = RealWorld()
    SEEN.clear()
    with world.server({"/predict": 200}) as port:
        ask(world, port, HttpRequest("/predict", "POST", b"[1]"))
    assert SEEN == [("POST", "/predict", b"[1]", "application/json")]


@contextmanager
def silent() -> Iterator[int]:
    """A server that takes connections and never says anything."""
    with socket.create_server((HERE, 0)) as listener:
        yield listener.getsockname()[1]


def test_who_says_nothing_in_time_gives_no_answer() -> None:
    with silent() as port:
        asker = HttpServerAsker()
        assert asker.status(HERE, port, HttpRequest("/"), 0.05, CancelToken()) is None


def test_a_cancel_wakes_who_waits_for_an_answer() -> None:
    token = CancelToken()
    with silent() as port:
        threading.Timer(0.1, token.cancel).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            HttpServerAsker().status(HERE, port, HttpRequest("/"), 60, token)
    assert time.monotonic() - began < 30


def test_an_answer_that_breaks_off_is_none() -> None:
    with socket.create_server((HERE, 0)) as listener:

        def break_off() -> None:
            connection, _ = listener.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
            connection.close()

        thread = threading.Thread(target=break_off)
        thread.start()
        port = listener.getsockname()[1]
        found = HttpServerAsker().status(HERE, port, HttpRequest("/"), 5.0, CancelToken())
        thread.join()
    assert found is None

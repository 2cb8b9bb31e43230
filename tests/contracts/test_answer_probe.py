"""What every `AnswerProbe` promises, held against the fake and real servers."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Protocol

import pytest

from modeldesk.adapters.http_probe import HttpAnswerProbe
from modeldesk.core.ports import AnswerProbe
from tests.contracts.http_server import HERE, serving
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.support.ports import free_port


class World(Protocol):
    """A probe, and places it can ask at; each gives its port."""

    probe: AnswerProbe

    def server(self, status: int) -> AbstractContextManager[int]: ...
    def free_port(self) -> int: ...
    def closes_at_once(self) -> AbstractContextManager[int]: ...


class _Answering(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()


class RealWorld:
    def __init__(self) -> None:
        self.probe: AnswerProbe = HttpAnswerProbe()

    @contextmanager
    def server(self, status: int) -> Iterator[int]:
        handler = type("Handler", (_Answering,), {"status": status})
        with serving(handler) as port:
            yield port

    def free_port(self) -> int:
        return free_port()

    @contextmanager
    def closes_at_once(self) -> Iterator[int]:
        with socket.create_server((HERE, 0)) as listener:

            def accept_and_close() -> None:
                connection, _ = listener.accept()
                connection.close()

            thread = threading.Thread(target=accept_and_close)
            thread.start()
            yield listener.getsockname()[1]
            thread.join()


class FakeWorld:
    def __init__(self) -> None:
        self._fake = FakeAnswerProbe()
        self.probe: AnswerProbe = self._fake

    @contextmanager
    def server(self, status: int) -> Iterator[int]:
        places = {(HERE, status), ("localhost", status)}
        self._fake.answering |= places
        yield status
        self._fake.answering -= places

    def free_port(self) -> int:
        return 1

    @contextmanager
    def closes_at_once(self) -> Iterator[int]:
        yield 2


@pytest.fixture(params=[FakeWorld, RealWorld])
def world(request: pytest.FixtureRequest) -> World:
    make: Callable[[], World] = request.param
    return make()


@pytest.mark.parametrize("status", [200, 302, 404, 503])
def test_any_status_is_an_answer_while_the_server_is_there(world: World, status: int) -> None:
    with world.server(status) as port:
        assert world.probe.answers(HERE, port)
        assert world.probe.answers(HERE, port)
    assert not world.probe.answers(HERE, port)


def test_a_name_is_as_good_as_an_address(world: World) -> None:
    with world.server(200) as port:
        assert world.probe.answers("localhost", port)
    assert not world.probe.answers("no-such-host.invalid", world.free_port())


def test_a_closed_port_does_not_answer(world: World) -> None:
    assert not world.probe.answers(HERE, world.free_port())


def test_accepted_and_closed_at_once_is_no_answer(world: World) -> None:
    with world.closes_at_once() as port:
        assert not world.probe.answers(HERE, port)

"""Streams end when they are told to, in every phase, and leave nothing open."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.streams import EngineRequest, limited_client, open_stream
from modeldesk.core.errors import (
    Cancelled,
    DiskFull,
    EngineUnavailable,
    ModelDeskError,
    NotFound,
)
from modeldesk.core.jobs import CancelToken
from tests.contracts.engine_contract import open_sockets
from tests.support.waiting import until
from tests.unit.adapters.docker_engine.server import EngineServer, Request, json_of, silence


@pytest.fixture(autouse=True)
def _no_socket_left(server: EngineServer) -> Iterator[None]:
    before = open_sockets()
    yield
    server.let_go()
    until(lambda: open_sockets() <= before, seen=open_sockets)


def cancel_blocked(work: Callable[[CancelToken], object]) -> None:
    """Cancel `work` once it is blocked; it must raise `Cancelled`."""
    token = CancelToken()
    raised: list[ModelDeskError] = []

    def run() -> None:
        try:
            work(token)
        except ModelDeskError as error:
            raised.append(error)

    thread = threading.Thread(target=run, name="test-worker")
    thread.start()
    time.sleep(0.2)
    assert thread.is_alive()
    token.cancel()
    thread.join(5)
    assert [type(error) for error in raised] == [Cancelled]


def read(connection: Connection, token: CancelToken, path: str = "/stream") -> list[bytes]:
    with open_stream(connection, token, EngineRequest(path)) as stream:
        return list(stream.chunks())


def ticking(request: Request) -> None:
    request.begin_stream()
    request.send_chunk(b"one")
    request.over.wait(30)


def test_cancel_while_the_engine_does_not_answer(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/stream"] = silence
    cancel_blocked(lambda token: read(connection, token))


def test_cancel_in_the_middle_of_an_answer(server: EngineServer, connection: Connection) -> None:
    server.answers["/stream"] = ticking
    cancel_blocked(lambda token: read(connection, token))


def test_cancel_while_sending_to_an_engine_that_does_not_read(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/build"] = silence

    def send(token: CancelToken) -> None:
        chunks = (bytes(1_000_000) for _ in range(1000))
        with open_stream(connection, token, EngineRequest("/build", "POST", body=chunks)):
            raise AssertionError

    cancel_blocked(send)


def test_the_token_decides_even_when_the_engine_ended_the_answer(
    server: EngineServer, connection: Connection
) -> None:
    def finished(request: Request) -> None:
        request.begin_stream()
        request.send_chunk(b"one")
        request.send_chunk(b"")

    server.answers["/stream"] = finished
    token = CancelToken()
    with open_stream(connection, token, EngineRequest("/stream")) as stream:
        chunks = stream.chunks()
        assert next(chunks) == b"one"
        token.cancel()
        with pytest.raises(Cancelled):
            next(chunks)


def test_an_answer_that_breaks_off(server: EngineServer, connection: Connection) -> None:
    def broken(request: Request) -> None:
        request.begin_stream()
        request.send_chunk(b"one")
        request.close_connection = True

    server.answers["/stream"] = broken
    with pytest.raises(EngineUnavailable):
        read(connection, CancelToken())


def test_closing_the_connection_ends_its_streams(
    server: EngineServer, connection: Connection
) -> None:
    server.answers["/stream"] = ticking
    with open_stream(connection, CancelToken(), EngineRequest("/stream")) as stream:
        chunks = stream.chunks()
        assert next(chunks) == b"one"
        connection.close()
        with pytest.raises(EngineUnavailable):
            next(chunks)
    with pytest.raises(EngineUnavailable), connection.client() as client:
        client.ping()


def test_an_error_of_the_body_comes_through_unchanged(
    server: EngineServer, connection: Connection
) -> None:
    mine = OSError(5, "the folder is gone")

    def chunks() -> Iterator[bytes]:
        yield b"one"
        raise mine

    server.answers["/build"] = json_of({})
    with (
        pytest.raises(OSError, match="the folder is gone") as caught,
        open_stream(connection, CancelToken(), EngineRequest("/build", "POST", body=chunks())),
    ):
        raise AssertionError
    assert caught.value is mine


def test_a_refusal_is_translated(server: EngineServer, connection: Connection) -> None:
    server.answers["/stream"] = json_of({"message": "write /x: no space left on device"}, 500)
    with pytest.raises(DiskFull) as caught:
        read(connection, CancelToken())
    assert caught.value.detail == "write /x: no space left on device"
    with pytest.raises(NotFound):
        read(connection, CancelToken(), "/nowhere")


def test_lines_and_objects_are_put_together(server: EngineServer, connection: Connection) -> None:
    def pieces(request: Request) -> None:
        request.begin_stream()
        for piece in (b'{"a": ', b'1}\r\n\r\n{"b"', b': "\xc3', b'\xa9"}\nno json\n{"c": 3}'):
            request.send_chunk(piece)
        request.send_chunk(b"")

    server.answers["/stream"] = pieces
    with open_stream(connection, CancelToken(), EngineRequest("/stream")) as stream:
        assert list(stream.objects()) == [{"a": 1}, {"b": "é"}, {"c": 3}]


def test_a_limited_client_ends_in_time(server: EngineServer, connection: Connection) -> None:
    server.answers["/_ping"] = silence
    began = time.monotonic()
    with (
        pytest.raises(EngineUnavailable),
        limited_client(connection, 0.1, CancelToken()) as client,
    ):
        client.ping()
    assert time.monotonic() - began < 1


def test_a_limited_client_ends_on_cancel(server: EngineServer, connection: Connection) -> None:
    server.answers["/_ping"] = silence

    def ping(token: CancelToken) -> None:
        with limited_client(connection, 30, token) as client:
            client.ping()

    cancel_blocked(ping)

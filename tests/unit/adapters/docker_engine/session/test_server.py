"""Calls of the engine's, answered; each end of a session on a socket pair."""

import threading
import time

import pytest

from modeldesk.adapters.docker_engine.protobuf import counted, fields
from modeldesk.adapters.docker_engine.session import secrets, sign_in
from modeldesk.adapters.docker_engine.session.frames import Frames, frame
from modeldesk.adapters.docker_engine.session.server import Call, unary
from modeldesk.core.build.secret import Secret
from modeldesk.core.engine.model import SignIn
from modeldesk.core.errors import FolderError
from tests.support.session_client import serving

HEALTH = "/grpc.health.v1.Health/Check"


def test_messages_come_in_any_pieces() -> None:
    data = frame(b"one") + frame(b"") + frame(b"three" * 1000)
    for size in (1, 3, 7, 4096, len(data)):
        frames, found = Frames(), list[bytes]()
        for at in range(0, len(data), size):
            found += frames.feed(data[at : at + size])
        assert found == [b"one", b"", b"three" * 1000]


@pytest.mark.parametrize("data", [b"\x01\0\0\0\x01a", b"\0\xff\xff\xff\xffa"])
def test_a_message_that_can_not_be_read(data: bytes) -> None:
    with pytest.raises(ValueError, match="can't be read"):
        Frames().feed(data)
    with serving({"/a/b": unary(lambda _: b"")}) as (client, _):
        stream = client.begin("/a/b")
        client.send(stream, data)
        # The connection goes on.
        assert client.call(HEALTH).status == 0


def test_it_is_well_and_knows_what_it_knows() -> None:
    with serving({}) as (client, server):
        answer = client.call(HEALTH)
        assert (answer.status, answer.messages) == (0, [b"\x08\x01"])
        assert client.call("/moby.filesync.v1.Auth/FetchToken").status == 12
        assert server.error is None


def test_a_slow_answer_holds_up_no_other() -> None:
    let_go = threading.Event()

    def slow(request: bytes) -> bytes:
        let_go.wait(5)
        return request

    with serving({"/slow/call": unary(slow)}) as (client, _):
        client.send(client.begin("/slow/call"), frame(b"x"), end=True)
        began = time.monotonic()
        assert client.call(HEALTH).status == 0
        assert time.monotonic() - began < 2
        let_go.set()


def test_secrets_by_their_ids() -> None:
    handler = secrets.secret_handler({"token": Secret(b"a\0b"), "found": Secret(lambda: b"later")})
    with serving({secrets.METHOD: handler}) as (client, _):
        assert client.call(secrets.METHOD, counted(1, b"token")).messages == [counted(1, b"a\0b")]
        assert client.call(secrets.METHOD, counted(1, b"found")).messages == [counted(1, b"later")]
        missing = client.call(secrets.METHOD, counted(1, b"none"))
        assert missing.status == 5
        assert "none" in missing.said


def test_an_error_of_an_answer_is_kept_and_not_told() -> None:
    error = FolderError("/home/me/secrets.txt can't be read.")

    def find() -> bytes:
        raise error

    handler = secrets.secret_handler({"token": Secret(find)})
    with serving({secrets.METHOD: handler}) as (client, server):
        answer = client.call(secrets.METHOD, counted(1, b"token"))
        assert answer.status == 2
        assert "/home/me" not in answer.said
        assert server.error is error


def test_who_one_is_at_a_registry() -> None:
    known = {"docker.io": SignIn("me", "pass"), "r.lan:5000": SignIn("", "token")}
    with serving({sign_in.METHOD: sign_in.sign_in_handler(known.get)}) as (client, _):

        def asked(host: bytes) -> dict[int, int | bytes]:
            (message,) = client.call(sign_in.METHOD, counted(1, host)).messages
            return dict(fields(message))

        assert asked(b"registry-1.docker.io") == {1: b"me", 2: b"pass"}
        assert asked(b"r.lan:5000") == {1: b"", 2: b"token"}
        assert asked(b"elsewhere.lan") == {}


def test_data_goes_as_the_other_end_takes_it() -> None:
    big = bytes(range(256)) * 8192

    def handle(call: Call) -> None:
        call.send_in_pieces(b"head", big)
        call.send(b"", b"last")

    with serving({"/big/one": handle}) as (client, _):
        assert client.call("/big/one").messages == [b"head" + big, b"", b"last"]


def test_it_goes_on_reading_while_nothing_more_can_be_sent() -> None:
    """An engine asks whether all is well while it takes no more data."""
    big = bytes(1 << 20)
    with serving({"/big/one": unary(lambda _: big)}) as (client, _):
        first = client.begin("/big/one")
        client.send(first, frame(b""), end=True)
        time.sleep(0.1)
        health = client.begin(HEALTH)
        client.send(health, frame(b""), end=True)
        time.sleep(0.1)
        # Neither has room; then there is.
        client.h2.increment_flow_control_window(1 << 22)
        assert client.call("/none/such").status == 12


def test_a_call_that_waits_to_send_ends_with_the_connection() -> None:
    ended = threading.Event()

    def handle(call: Call) -> None:
        try:
            call.send(bytes(1 << 24))
        finally:
            ended.set()

    with serving({"/big/one": handle}) as (client, server):
        client.send(client.begin("/big/one"), frame(b""), end=True)
        time.sleep(0.05)
        assert not ended.is_set()
    assert ended.wait(2)
    assert server.error is None


def test_nothing_tells_a_secret() -> None:
    assert "hush" not in repr(Secret(b"hush"))
    assert "hush" not in repr(SignIn("hush", "hush"))

"""A server that listens: whoever is slow, greedy or gone holds up nobody."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from modeldesk.adapters.rest.server import serve
from modeldesk.core.access.failures import Failures
from modeldesk.core.access.limits import Limits
from modeldesk.core.access.listening import Listening, Serving
from modeldesk.core.access.model import Grant, Role
from modeldesk.core.access.service import Access
from modeldesk.core.errors import InvalidInput, PortTaken
from modeldesk.core.jobs import CancelToken
from tests.fakes.access_records import FakeAccessRecords
from tests.unit.core.hub.hubs import Desk, weights

LIMITS = Limits(
    upload_bytes=50_000_000,
    connections=8,
    headers_bytes=8192,
    headers_s=2.0,
    pause_s=2.0,
    grace_s=5.0,
)
CONTENT = bytes(8_000_000)
FILE = "/v1/models/team/rec/-/versions/v1/files/weights/0.bin"
UPLOAD = "/v1/models/team/rec/-/versions/v2.0.0?file=model.safetensors"


@dataclass
class Running:
    """A server in a thread."""

    desk: Desk
    access: Access
    token: str
    port: int
    end: CancelToken
    thread: threading.Thread
    uploads: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=20)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def request(self, line: str, *headers: str) -> bytes:
        own = (line, "Host: x", f"Authorization: Bearer {self.token}", *headers)
        return ("\r\n".join(own) + "\r\n\r\n").encode()

    def outcome(self) -> str:
        """Of what was done last; empty for nothing yet."""
        return next((one.outcome.value for one in self.access.audit(1)), "")

    def until(self, is_so: Callable[[], bool]) -> None:
        patience = time.monotonic() + 10
        while not is_so():
            assert time.monotonic() < patience
            time.sleep(0.01)


Start = Callable[[Limits], Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[Running] = []

    def begin(limits: Limits) -> Running:
        desk = Desk()
        desk.add("team/rec", "v1", CONTENT)
        records = FakeAccessRecords()
        access = Access(records, records, Failures(time.monotonic), lambda: desk.now)
        _, token = access.add("ci", [Grant(Role.ADMINISTER)])
        listening = Listening("127.0.0.1", 0)
        serving = Serving(listening, tmp_path / "uploads", limits=limits)
        ports: list[int] = []
        end, there = CancelToken(), threading.Event()

        def say(where: Listening) -> None:
            ports.append(where.port)
            there.set()

        thread = threading.Thread(target=serve, args=(desk.hub(), access, serving, say, end))
        thread.start()
        assert there.wait(10)
        found = Running(desk, access, token, ports[0], end, thread, tmp_path / "uploads")
        running.append(found)
        return found

    yield begin
    for one in running:
        one.end.cancel()
        one.thread.join(20)
        assert not one.thread.is_alive()
        assert list(one.uploads.iterdir()) == []


@pytest.fixture
def server(start: Start) -> Running:
    return start(LIMITS)


def read_all(connection: socket.socket) -> bytes:
    found = b""
    try:
        while piece := connection.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def drip(connection: socket.socket, until: float) -> None:
    """A header after another, until nobody listens any more."""
    try:
        while time.monotonic() < until:
            connection.sendall(b"X-A: b\r\n")
            time.sleep(0.05)
    except (BrokenPipeError, ConnectionResetError):
        return


def test_it_serves(server: Running) -> None:
    with server.client() as client:
        assert client.get("/v1/health").json()["status"] == "ok"
        assert client.get(FILE).content == CONTENT
        headers = {"Content-Type": "application/octet-stream"}
        answer = client.put(UPLOAD, content=weights(1, 1_000_000), headers=headers)
        assert answer.status_code == 201, answer.text
    assert "server" not in answer.headers


@pytest.mark.parametrize("sent", [b"", b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-A: "])
def test_nobody_is_waited_for_who_says_nothing(server: Running, sent: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(sent)
        begin = time.monotonic()
        assert read_all(connection) == b""
        assert time.monotonic() - begin < 5


def test_nor_for_headers_that_come_drop_by_drop(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /v1/health HTTP/1.1\r\n")
        begin = time.monotonic()
        drip(connection, begin + 8)
        assert time.monotonic() - begin < 8


def test_nor_for_a_second_request_that_does_not_end(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nX: ")
        begin = time.monotonic()
        assert b"200 OK" in read_all(connection)
        assert time.monotonic() - begin < 5


def test_nor_for_a_body_that_does_not_come(server: Running) -> None:
    head = server.request(
        f"PUT {UPLOAD} HTTP/1.1", "Content-Type: application/octet-stream", "Content-Length: 1000"
    )
    with server.connect() as connection:
        connection.sendall(head + b"begin")
        said = read_all(connection)
    assert b"408 Request Timeout" in said
    assert b"urn:modeldesk:too-slow" in said


def test_headers_have_an_end(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 20_000)
        assert b"200" not in read_all(connection)[:20]


@pytest.mark.parametrize(
    "line",
    [
        b"GET /v1/models/../../../etc/passwd HTTP/1.1",
        b"GET /v1/models/..%2f..%2fetc/-/versions HTTP/1.1",
        b"GET http://evil.example/v1/models HTTP/1.1",
        b"GET /v1/\xff\xfe HTTP/1.1",
        b"GET /v1/%ff%fe HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0",
        b"GET / HTTP/9.9",
    ],
)
def test_nothing_odd_gets_in(server: Running, line: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        said = read_all(connection)
    status = said.split(b" ", 2)[1:2]
    assert status in ([b"400"], [b"401"], [b"404"]), said


def test_two_lengths_are_one_too_many(server: Running) -> None:
    head = server.request(
        f"PUT {UPLOAD} HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked"
    )
    smuggled = b"0\r\n\r\nGET /v1/audit HTTP/1.1\r\nHost: x\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(head + smuggled)
        said = read_all(connection)
    assert b"200 OK" not in said


def test_an_upload_has_an_end(start: Start) -> None:
    server = start(replace(LIMITS, upload_bytes=100_000))
    head = server.request(
        f"PUT {UPLOAD} HTTP/1.1",
        "Content-Type: application/octet-stream",
        "Transfer-Encoding: chunked",
    )
    piece = b"10000\r\n" + bytes(65_536) + b"\r\n"
    with server.connect() as connection:
        connection.sendall(head + piece + piece)
        assert b"413" in connection.recv(1000).split(b"\r\n")[0]
    assert server.desk.registry.sent == 0


def test_not_everybody_is_let_in_at_once(server: Running) -> None:
    held = [server.connect() for _ in range(LIMITS.connections)]
    time.sleep(0.1)
    with server.connect() as connection:
        begin = time.monotonic()
        assert read_all(connection) == b""
        assert time.monotonic() - begin < 0.4
    for one in held:
        one.close()
    time.sleep(0.1)
    with server.client() as client:
        assert client.get("/v1/health").status_code == 200


def test_whoever_leaves_ends_the_download(server: Running) -> None:
    with server.connect() as connection:
        connection.sendall(server.request(f"GET {FILE} HTTP/1.1"))
        connection.recv(1000)
    server.until(lambda: server.outcome() == "cancelled")


def test_whoever_takes_nothing_is_cut_off(server: Running) -> None:
    with server.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(server.request(f"GET {FILE} HTTP/1.1"))
        server.until(lambda: server.outcome() == "cancelled")


def test_whoever_leaves_in_an_upload_leaves_nothing(server: Running) -> None:
    head = server.request(
        f"PUT {UPLOAD} HTTP/1.1",
        "Content-Type: application/octet-stream",
        "Content-Length: 1000000",
    )
    room = next(server.uploads.iterdir())
    with server.connect() as connection:
        connection.sendall(head + bytes(10_000))
        server.until(lambda: list(room.iterdir()) != [])
    server.until(lambda: list(room.iterdir()) == [])
    assert "v2.0.0" not in server.desk.registry.kept["team/rec"].tags


def test_a_file_that_is_not_what_it_should_be_is_never_whole(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client, caplog.at_level("CRITICAL"):
        detail = client.get("/v1/models/team/rec/-/versions/v1").json()
        server.desk.registry.damaged.add(detail["files"][0]["digest"])
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(FILE)
    assert server.outcome() == "failed"


class TestEnding:
    def slow(self, server: Running) -> threading.Event:
        """The registry answers when it is told to."""
        go = threading.Event()
        tokens: list[str] = []

        def wait(method: str, *_: str) -> None:
            if method == "put_blob" and not tokens:
                tokens.append(method)
                go.wait(10)

        server.desk.registry.before = wait
        return go

    def upload(self, server: Running, statuses: list[int]) -> threading.Thread:
        def send() -> None:
            with server.client() as client:
                headers = {"Content-Type": "application/octet-stream"}
                answer = client.put(UPLOAD, content=weights(1), headers=headers)
                statuses.append(answer.status_code)

        thread = threading.Thread(target=send)
        thread.start()
        server.until(lambda: server.desk.registry.asked["has_blob"] > 0)
        time.sleep(0.1)
        return thread

    def test_what_is_under_way_comes_to_its_end(self, server: Running) -> None:
        go, statuses = self.slow(server), list[int]()
        thread = self.upload(server, statuses)
        server.end.cancel()
        server.until(lambda: not _listens(server.port))
        go.set()
        thread.join(10)
        server.thread.join(10)
        assert statuses == [201]
        assert server.outcome() == "done"

    def test_what_takes_too_long_is_cancelled(self, start: Start) -> None:
        server = start(replace(LIMITS, grace_s=0.2))
        go, statuses = self.slow(server), list[int]()
        thread = self.upload(server, statuses)
        server.end.cancel()
        time.sleep(0.6)
        go.set()
        thread.join(10)
        server.thread.join(10)
        assert statuses == [503]
        assert server.outcome() == "cancelled"
        assert "v2.0.0" not in server.desk.registry.kept["team/rec"].tags


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_port_that_is_taken_is_told(server: Running, tmp_path: Path) -> None:
    serving = Serving(Listening("127.0.0.1", server.port), tmp_path / "uploads")
    with pytest.raises(PortTaken, match=str(server.port)):
        serve(server.desk.hub(), server.access, serving, lambda _: None, CancelToken())


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_so_is_an_address_of_others(server: Running, tmp_path: Path, host: str) -> None:
    serving = Serving(Listening(host, 0, plain_http=True), tmp_path / "uploads")
    with pytest.raises((InvalidInput, PortTaken), match=host):
        serve(server.desk.hub(), server.access, serving, lambda _: None, CancelToken())


def test_what_killed_servers_left_goes(tmp_path: Path) -> None:
    from modeldesk.adapters.rest.server import _room

    left = tmp_path / "4194304-abc"
    left.mkdir()
    (left / "sent").write_bytes(b"x")
    with _room(tmp_path) as room:
        assert list(tmp_path.iterdir()) == [room]
        with _room(tmp_path) as second:
            assert sorted(tmp_path.iterdir()) == sorted([room, second])
    assert list(tmp_path.iterdir()) == []

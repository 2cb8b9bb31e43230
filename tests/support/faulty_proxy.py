"""A proxy before a registry that does to its traffic what bad networks, proxies and registries do:
drops, delays and damages it, or answers by itself."""

import http.client
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = "127.0.0.1"
_PIECE = 64 * 1024
_HOP_BY_HOP = ("connection", "transfer-encoding", "keep-alive")


@dataclass(frozen=True)
class Drop:
    """Break the connection: after so many bytes of what is sent, or of what is answered."""

    sent: int | None = None
    answered: int | None = None


@dataclass(frozen=True)
class Swallow:
    """Do it all, and break the connection instead of answering."""


@dataclass(frozen=True)
class Delay:
    seconds: float


@dataclass(frozen=True)
class Damage:
    """Change a byte of what is sent, or of what is answered."""

    sent: bool = False


@dataclass(frozen=True)
class Cut:
    """Answer with fewer bytes, and say that these are all."""

    left: int


@dataclass(frozen=True)
class Answer:
    """Answer by itself."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


Fault = Drop | Swallow | Delay | Damage | Cut | Answer


@dataclass
class Rule:
    """What happens to the next `times` requests whose method and path match."""

    pattern: str
    fault: Fault
    times: int = 1
    after: int = 0
    """So many that match are let through before."""


@dataclass
class FaultyProxy:
    """Before the registry at `upstream`. `asked` has method and path of each request."""

    upstream: str
    rules: list[Rule] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    address: str = ""
    ends: threading.Event = field(default_factory=threading.Event)
    """Nothing is delayed any more."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fault(self, request: str) -> Fault | None:
        """Of the first rule that fits; it is used up by that."""
        with self._lock:
            self.asked.append(request)
            for rule in self.rules:
                if rule.times and re.search(rule.pattern, request):
                    if rule.after:
                        rule.after -= 1
                        return None
                    rule.times -= 1
                    return rule.fault
            return None


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultyProxy
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._handle()

    def do_HEAD(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_PATCH(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        fault = self.proxy.fault(f"{self.command} {self.path}")
        if isinstance(fault, Delay):
            self.proxy.ends.wait(fault.seconds)
        if isinstance(fault, Answer):
            self._say(fault.status, fault.headers, fault.kind, fault.body)
            return
        there = http.client.HTTPConnection(self.proxy.upstream, timeout=30)
        try:
            self._forward(there, fault)
        except (OSError, http.client.HTTPException):
            self._break()
        finally:
            there.close()

    def _forward(self, there: http.client.HTTPConnection, fault: Fault | None) -> None:
        body = self._body()
        if isinstance(fault, Drop) and fault.sent is not None:
            body = _first(body, fault.sent)
        if isinstance(fault, Damage) and fault.sent:
            body = _damaged(body)
        there.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                there.putheader(name, value)
        is_chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        if is_chunked:
            there.putheader("Transfer-Encoding", "chunked")
        there.endheaders()
        for piece in body:
            there.send(b"%x\r\n%s\r\n" % (len(piece), piece) if is_chunked else piece)
        if isinstance(fault, Drop) and fault.sent is not None:
            self._break()
            return
        if is_chunked:
            there.send(b"0\r\n\r\n")
        # One that ends the connection has taken it over, and must let go of it by itself.
        with there.getresponse() as answer:
            self._answer(answer, fault)

    def _answer(self, answer: http.client.HTTPResponse, fault: Fault | None) -> None:
        if isinstance(fault, Swallow):
            answer.read()
            self._break()
            return
        pieces: Iterable[bytes] = iter(lambda: answer.read(_PIECE), b"")
        length = answer.getheader("Content-Length")
        if length is None and self.command != "HEAD":
            # Registries send long lists in chunks, without saying before how long they are.
            whole = b"".join(pieces)
            pieces, length = [whole], str(len(whole))
        if isinstance(fault, Drop) and fault.answered is not None:
            pieces = _first(pieces, fault.answered)
        if isinstance(fault, Damage):
            pieces = _damaged(pieces)
        if isinstance(fault, Cut):
            pieces, length = _first(pieces, fault.left), str(fault.left)
        if length is None and self.command != "HEAD":
            # Long lists come in chunks.
            whole = b"".join(pieces)
            pieces, length = [whole], str(len(whole))
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in (*_HOP_BY_HOP, "content-length"):
                # As a proxy that knows its own address.
                self.send_header(name, value.replace(self.proxy.upstream, self.proxy.address))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if self.command != "HEAD":
            for piece in pieces:
                self.wfile.write(piece)
        if isinstance(fault, Drop):
            self._break()

    def _body(self) -> Iterator[bytes]:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().strip() or b"0", 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left and (piece := self.rfile.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece

    def _say(self, status: int, headers: Iterable[tuple[str, str]], kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with suppress(OSError):
                self.wfile.write(body)
        self.close_connection = True

    def _break(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None: ...


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # they are waited for at the end

    # Clients leave in the middle; that is what this is for.
    def handle_error(self, *_: object) -> None: ...


@contextmanager
def faulty_proxy(upstream: str) -> Iterator[FaultyProxy]:
    """Its `address` is known while it runs."""
    proxy = FaultyProxy(upstream)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    with _Server((HERE, 0), handler) as server:
        proxy.address = f"{HERE}:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.ends.set()
            server.shutdown()
            thread.join()


def _first(pieces: Iterable[bytes], count: int) -> Iterator[bytes]:
    left = count
    for piece in pieces:
        if left <= 0:
            return
        yield piece[:left]
        left -= len(piece)


def _damaged(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for number, piece in enumerate(pieces):
        yield bytes([piece[0] ^ 1]) + piece[1:] if number == 0 and piece else piece

"""A receiver of events that does as it is told: it answers, refuses, breaks off, drips."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from modeldesk.core.release_events.signing import signature

HERE = "127.0.0.1"


@dataclass(frozen=True)
class Reply:
    """An answer. `drop`: none, the connection is cut; `gate`: not before it is open."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    drop: bool = False
    endless: bool = False
    """The body never ends."""
    gate: threading.Event | None = None


@dataclass(frozen=True)
class Got:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """In the structured form."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """Whether whoever has the secret would believe it."""
        wanted = signature(
            self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body, secret
        )
        return self.headers.get("webhook-signature") == wanted


@dataclass
class Site:
    """What a receiver is told and has got. Each of `replies` is given once, then `usual`."""

    port: int = 0
    usual: Reply = Reply()
    replies: list[Reply] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def address(self) -> str:
        return f"http://{HERE}:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """Of what came, in its order."""
        return [one.headers["webhook-id"] for one in list(self.got)]

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Fail with what came when it does not come to hold."""
        with self.news:
            assert self.news.wait_for(condition, seconds), self.got


@contextmanager
def receiving(port: int = 0) -> Iterator[Site]:
    """A receiver, meanwhile."""
    site = Site()
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(length)
            if len(body) < length:
                # Who sent it was killed in the middle.
                return
            names = {name.lower(): value for name, value in self.headers.items()}
            with site.news:
                reply = site.replies.pop(0) if site.replies else site.usual
                site.got.append(Got(self.path, names, body))
                site.news.notify_all()
            if reply.gate is not None:
                reply.gate.wait(30)
            if reply.drop:
                self.close_connection = True
                return
            self._answer(reply)

        def _answer(self, reply: Reply) -> None:
            try:
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                if not reply.endless and reply.status != 204:
                    self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
                while reply.endless and not ended.is_set():
                    self.wfile.write(b"x" * 65536)
                    time.sleep(0.001)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((HERE, port), Handler)
    server.daemon_threads = False
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()

"""A server on a local socket that says what a test tells it to, as an engine would or would not."""

import json
import socketserver
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import TracebackType
from typing import Self

VERSION = {
    "Version": "28.5.2",
    "ApiVersion": "1.51",
    "MinAPIVersion": "1.24",
    "Os": "linux",
    "Arch": "amd64",
    "Components": [{"Name": "Engine"}],
}
INFO = {"OperatingSystem": "Debian GNU/Linux 12 (bookworm)", "Driver": "overlay2"}


class Request(BaseHTTPRequestHandler):
    """One request; `over` is set when the test is."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def handle_any(self) -> None:
        path = self.path.partition("?")[0]
        first, _, rest = path.removeprefix("/").partition("/")
        plain = f"/{rest}" if first.startswith("v1.") else path
        self.server.seen.append(f"{self.command} {path}")
        answer = self.server.answers.get(plain)
        if answer is None:
            self.answer_json({"message": "page not found"}, 404)
        else:
            answer(self)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 (names that the base class calls)

    @property
    def over(self) -> threading.Event:
        return self.server.over

    def answer_json(self, content: object, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()

    def send_chunk(self, chunk: bytes) -> None:
        """An empty one ends the stream."""
        self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """The test's own output is enough."""


Answer = Callable[[Request], None]


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = False
    block_on_close = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), Request)
        self.answers: dict[str, Answer] = {}
        self.seen: list[str] = []
        self.over = threading.Event()

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what is tested."""


class EngineServer:
    """Use as a context. `answers` maps paths, without the API version, to what answers them."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix://{path}"
        self._server = _Server(path)
        self.answers = self._server.answers
        self.seen = self._server.seen
        self.answers["/version"] = json_of(VERSION)
        self.answers["/info"] = json_of(INFO)
        self.answers["/_ping"] = json_of("OK")
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="test-engine-server"
        )

    def let_go(self) -> None:
        """End the answers that never end."""
        self._server.over.set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def json_of(content: object, status: int = 200) -> Answer:
    """Answers with `content`."""
    return lambda request: request.answer_json(content, status)


def silence(request: Request) -> None:
    """Never answers."""
    request.over.wait(30)
    request.close_connection = True

"""Something that speaks like a registry as far as an engine asks, and then refuses."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HANDSHAKE = b"\x16"
"""What TLS begins with."""


@contextmanager
def refusing(status: int, body: bytes, host: str = "127.0.0.1") -> Iterator[str]:
    """Its address. Everything is welcome until a layer is to be sent."""

    class Handler(BaseHTTPRequestHandler):
        def handle(self) -> None:
            if self.connection.recv(1, socket.MSG_PEEK) == _HANDSHAKE:
                # What registries say then. An engine tells by it that they speak plain HTTP.
                self.connection.recv(1 << 16)
                self.wfile.write(b"HTTP/1.0 400 Bad Request\r\n\r\nThis is no HTTPS.")
            else:
                super().handle()

        def do_GET(self) -> None:
            self._say(200, b"{}") if self.path == "/v2/" else self._say(404, b"{}")

        def do_HEAD(self) -> None:
            self._say(404, b"")

        def do_POST(self) -> None:
            self._say(status, body)

        def log_message(self, *_: object) -> None:
            pass

        def _say(self, code: int, content: bytes) -> None:
            self.send_response(code)
            self.send_header("Docker-Distribution-API-Version", "registry/2.0")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="refusing")
    thread.start()
    try:
        yield f"{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

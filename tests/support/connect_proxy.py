"""A proxy as companies have them, which leads whatever is asked for to one server of the tests."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer

_END = b"\r\n\r\n"


@dataclass
class ConnectProxy:
    """Where it is, and which hosts were asked for."""

    address: str
    asked: list[str] = field(default_factory=list)


class _Handler(BaseRequestHandler):
    proxy: ConnectProxy
    target: tuple[str, int]

    def handle(self) -> None:
        head = b""
        while _END not in head:
            piece = self.request.recv(4096)
            if not piece:
                return
            head += piece
        method, host, _ = head.split(b" ", 2)
        assert method == b"CONNECT"
        self.proxy.asked.append(host.decode())
        with socket.create_connection(self.target) as server:
            self.request.sendall(b"HTTP/1.1 200 OK" + _END)
            back = threading.Thread(target=_carry, args=(server, self.request))
            back.start()
            _carry(self.request, server)
            back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def serve_connections(target: str) -> Iterator[ConnectProxy]:
    """A proxy that leads to `target`, a host and port, while it runs."""
    host, _, port = target.rpartition(":")
    proxy = ConnectProxy("")
    handler = type("Handler", (_Handler,), {"proxy": proxy, "target": (host, int(port))})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        proxy.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from modeldesk.adapters.http_probe import HttpAnswerProbe


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(503)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def _serving(server: HTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_any_status_is_an_answer() -> None:
    with _serving(HTTPServer(("127.0.0.1", 0), _Refusing)) as port:
        assert HttpAnswerProbe().answers("127.0.0.1", port)


def test_a_closed_port_does_not_answer() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert not HttpAnswerProbe().answers("127.0.0.1", port)


def test_accepted_and_closed_at_once_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept_and_close() -> None:
            connection, _ = listener.accept()
            connection.close()

        thread = threading.Thread(target=accept_and_close)
        thread.start()
        assert not HttpAnswerProbe().answers("127.0.0.1", listener.getsockname()[1])
        thread.join()

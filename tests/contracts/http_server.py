"""Real servers that probes and askers are held against."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

HERE = "127.0.0.1"


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[int]:
    """The port where `handler` answers meanwhile; what it is asked is printed nowhere."""
    quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
    with HTTPServer((HERE, 0), quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()

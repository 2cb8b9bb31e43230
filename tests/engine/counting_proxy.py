"""A way to a registry that counts what goes there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Counted:
    """Bytes since the proxy was opened."""

    def __init__(self) -> None:
        self.there = 0
        self.back = 0


@contextmanager
def counting(host: str) -> Iterator[tuple[str, Counted]]:
    """The address at which `host` is reached, and the count."""
    name, _, port = host.partition(":")
    counted = Counted()
    listener = socket.create_server(("127.0.0.1", 0))
    open_sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def pump(source: socket.socket, goal: socket.socket, *, there: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if there:
                    counted.there += len(piece)
                else:
                    counted.back += len(piece)
                goal.sendall(piece)
            goal.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection((name, int(port)))
                open_sockets.extend((near, far))
                for source, goal, there in ((near, far, True), (far, near, False)):
                    thread = threading.Thread(
                        target=pump, args=(source, goal), kwargs={"there": there}, name="pump"
                    )
                    threads.append(thread)
                    thread.start()

    accepting = threading.Thread(target=accept, name="accept")
    accepting.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}", counted
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for one in open_sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for one in open_sockets:
            one.close()

"""How soon whoever sends release events is free again once that is cancelled, whatever the receiver
is at; allowed are 100 ms. ``python -m tests.benchmarks.event_cancelling``."""

import os
import socket
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.outbox import SqliteOutbox
from modeldesk.adapters.webhook import HttpEventPoster
from modeldesk.core.event_receiver import EventReceiver, receiver
from modeldesk.core.release_events.cloud_events import Message
from modeldesk.core.release_events.sender import EventSender
from tests.benchmarks.cancelling import figures
from tests.support.event_receiver import receiving
from tests.unit.core.release_events.bench import Bench, event

_TURNS, _BLOCKED_S = 20, 0.1
_RECEIVERS = 8
_PAUSE_S = 0.05


@contextmanager
def hanging(says: bytes, *, drips: bool = False, accepts: bool = True) -> Iterator[int]:
    """The port of a receiver that says so much, and no more; or goes on byte by byte; or does not
    even take the connection."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def serve(wire: socket.socket) -> None:
        with wire, suppress(OSError):
            wire.sendall(says)
            while not over.wait(_PAUSE_S):
                if drips:
                    wire.sendall(b"x")

    def accept() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                threads.append(threading.Thread(target=serve, args=(listener.accept()[0],)))
                threads[-1].start()

    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(64 if accepts else 0)
        listener.settimeout(0.2)
        port: int = listener.getsockname()[1]
        if accepts:
            threads.append(threading.Thread(target=accept))
            threads[0].start()
        else:
            # One fills its queue; all that follow are left waiting.
            for _ in range(2):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            over.set()
            for thread in threads:
                thread.join()


def stopping(name: str, receivers: list[EventReceiver], *, locked: bool = False) -> None:
    """Stop a sender that is at all of them; `locked`: and another program writes for long."""
    spent = []
    for _ in range(_TURNS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "records.sqlite"
            database = open_database(path).database
            bench = Bench(
                *receivers,
                outbox=SqliteOutbox(database),
                poster=HttpEventPoster(),
                clock=lambda: datetime.now(UTC),
            )
            bench.events.tell(event(1))
            other = sqlite3.connect(path, isolation_level=None)
            if locked:
                other.execute("BEGIN IMMEDIATE")
            sender = EventSender(bench.events)
            sender.start()
            time.sleep(_BLOCKED_S)
            began = time.perf_counter()
            sender.stop(20)
            spent.append((time.perf_counter() - began) * 1000)
            other.close()
            database.close()
    print(f"{name:<44} median {statistics.median(spent):6.1f} ms  worst {max(spent):6.1f} ms")


def main() -> None:
    """The poster alone, then all that sends."""
    os.environ["no_proxy"] = "*"
    ways = {
        "no answer": ("http", {"says": b""}),
        "half a head": ("http", {"says": b"HTTP/1.1 503 Slow\r\nX-Drips: "}),
        "a head that drips": ("http", {"says": b"HTTP/1.1 503 S\r\nX: ", "drips": True}),
        "a body that drips": (
            "http", {"says": b"HTTP/1.1 503 S\r\nContent-Length: 4000\r\n\r\n", "drips": True},
        ),
        "no handshake": ("https", {"says": b""}),
        "no connection": ("http", {"says": b"", "accepts": False}),
    }  # fmt: skip
    poster = HttpEventPoster()
    for name, (scheme, how) in ways.items():
        with hanging(**how) as port:  # type: ignore[arg-type]
            message = Message(f"{scheme}://127.0.0.1:{port}/hook", (), b"{}")
            figures(f"posting: {name}", partial(poster.post, message))
    for name, (scheme, how) in ways.items():
        with hanging(**how) as port:  # type: ignore[arg-type]
            receivers = [
                receiver(f"{scheme}://127.0.0.1:{port}/{number}", id=f"r{number}")
                for number in range(_RECEIVERS)
            ]
            stopping(f"stopping {_RECEIVERS} senders: {name}", receivers)
    with receiving() as site:
        stopping("stopping while another program writes", [receiver(site.address)], locked=True)


if __name__ == "__main__":
    main()

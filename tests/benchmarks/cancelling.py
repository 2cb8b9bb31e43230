"""How soon a thread that is blocked on an engine is free again once it is cancelled; allowed are
100 ms. ``python -m tests.benchmarks.cancelling``."""

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken
from tests.unit.adapters.docker_engine.server import EngineServer, silence

_TURNS = 20
_BLOCKED_S = 0.05


def figures(name: str, work: Callable[[CancelToken], object]) -> None:
    """Cancel `work` once it is blocked, some times, and print how long that took."""
    spent = []
    for _ in range(_TURNS):
        token, ended = CancelToken(), threading.Event()

        def run(token: CancelToken = token, ended: threading.Event = ended) -> None:
            with suppress(Cancelled):
                work(token)
            ended.set()

        thread = threading.Thread(target=run)
        thread.start()
        time.sleep(_BLOCKED_S)
        began = time.perf_counter()
        token.cancel()
        ended.wait()
        spent.append((time.perf_counter() - began) * 1000)
        thread.join()
    print(f"{name:<44} median {statistics.median(spent):6.1f} ms  worst {max(spent):6.1f} ms")


def main() -> None:
    """An answer that does not come, and a context that is not read."""
    with tempfile.TemporaryDirectory() as folder, EngineServer(Path(folder) / "s") as server:
        server.answers["/stream"] = server.answers["/build"] = silence
        connection = Connection(server.address, "1.51")

        def read(token: CancelToken) -> None:
            with open_stream(connection, token, EngineRequest("/stream")) as stream:
                list(stream.chunks())

        def send(token: CancelToken) -> None:
            chunks = (bytes(1_000_000) for _ in range(1_000))
            with open_stream(connection, token, EngineRequest("/build", "POST", body=chunks)):
                pass

        figures("waiting for an answer", read)
        figures("sending what nobody reads", send)
        server.let_go()
        connection.close()


if __name__ == "__main__":
    main()

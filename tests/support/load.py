"""Clients that ask a server without pause, in a process of their own: how many requests failed,
how long they took and who answered, by phases that the test names.

``python -m tests.support.load PORT CLIENTS SHARE_THAT_KEEPS_ALIVE HOST PAUSE_S`` reads names of
phases from its input, a line each, and writes what it counted as JSON once the input ends. A line
that is a number is answered by a line once the phase has so many requests.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Self

from modeldesk.core.gateway.model import VERSION_HEADER

HOST = "127.0.0.1"
CALLER_HEADER = "X-Caller"
_ANSWER_S = 30.0
_END_S = 60.0
_MOST_PROBLEMS = 20


@dataclass
class Phase:
    """What was counted while a phase lasted. A request belongs to the one in which it ended."""

    sent: int = 0
    failed: int = 0
    """No whole answer, or one of 5xx."""
    by: dict[str, int] = field(default_factory=dict)
    """How often each backend answered."""
    problems: list[str] = field(default_factory=list)
    """The first of them."""
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    slowest_ms: float = 0.0
    seconds: float = 0.0
    took: dict[str, int] = field(default_factory=dict)
    """How many requests took so many whole milliseconds."""


def p99_of(phases: Iterable[Phase]) -> float:
    """Of all their requests together, in whole milliseconds; 0 for none."""
    took = sum((Counter(phase.took) for phase in phases), Counter[str]())
    left = took.total() * 0.99
    for milliseconds, count in sorted((int(ms), count) for ms, count in took.items()):
        left -= count
        if left <= 0:
            return float(milliseconds)
    return 0.0


class Load:
    """Runs from entering to `finish`, or leaving. The first phase is called ``steady``."""

    def __init__(
        self,
        port: int,
        clients: int = 50,
        keep_alive: float = 0.5,
        host: str = HOST,
        pause_s: float = 0.0,
    ) -> None:
        """`pause_s` is what a client waits after each answer."""
        given = (port, clients, keep_alive, host, pause_s)
        self._command = [sys.executable, "-m", __name__, *map(str, given)]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def phase(self, name: str) -> None:
        """From now on what happens belongs to this one."""
        self._say(name)

    def wait_for(self, count: int) -> None:
        """Wait until the phase has so many requests."""
        self._say(str(count))
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "the clients ended"

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def finish(self) -> Mapping[str, Phase]:
        """Stop, and tell what there was, by phases."""
        told, _ = self._process.communicate(timeout=_END_S)
        return {name: Phase(**phase) for name, phase in json.loads(told).items()}


class _Counting:
    def __init__(self) -> None:
        self.over = False
        self._took: list[float] = []
        self._by: Counter[str] = Counter()
        self._phase = Phase()
        self._began = time.monotonic()
        self._name = "steady"
        self._wanted = 0
        self._reached = asyncio.Event()
        self.phases: dict[str, Phase] = {}

    def begin(self, name: str) -> None:
        """What was counted so far is put away."""
        phase, took = self._phase, sorted(self._took)
        phase.by = dict(self._by)
        phase.took = dict(Counter(str(int(one * 1000)) for one in took))
        phase.seconds = time.monotonic() - self._began
        if took:
            phase.p50_ms = took[len(took) // 2] * 1000
            phase.p99_ms = took[int(len(took) * 0.99)] * 1000
            phase.slowest_ms = took[-1] * 1000
        self.phases[self._name] = phase
        self._took, self._by, self._phase = [], Counter(), Phase()
        self._name, self._began = name, time.monotonic()

    async def wait_for(self, count: int) -> None:
        self._wanted = count
        if self._phase.sent < count:
            self._reached.clear()
            await self._reached.wait()

    def answered(self, seconds: float, status: int, by: str) -> None:
        self._sent()
        self._took.append(seconds)
        self._by[by] += 1
        if status >= 500:
            self._fail(f"status {status} by {by or 'nobody'}")

    def lost(self, problem: str) -> None:
        self._sent()
        self._fail(problem)

    def _sent(self) -> None:
        self._phase.sent += 1
        if self._phase.sent == self._wanted:
            self._reached.set()

    def _fail(self, problem: str) -> None:
        self._phase.failed += 1
        if len(self._phase.problems) < _MOST_PROBLEMS:
            self._phase.problems.append(problem)


class _Client:
    """One caller, with its connection where it keeps one."""

    def __init__(
        self, host: str, port: int, number: int, keeps_alive: bool, pause_s: float
    ) -> None:
        self._host = host
        self._port = port
        self._pause_s = pause_s
        self._keeps_alive = keeps_alive
        lines = [f"GET /{number} HTTP/1.1", "Host: localhost", f"{CALLER_HEADER}: client-{number}"]
        if not keeps_alive:
            lines.append("Connection: close")
        self._request = "\r\n".join([*lines, "", ""]).encode()
        self._wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, counting: _Counting) -> None:
        while not counting.over:
            began, reused = time.monotonic(), self._wire is not None
            try:
                async with asyncio.timeout(_ANSWER_S):
                    status, by = await self._ask()
            except (OSError, EOFError, ValueError) as error:
                how = "on a kept connection" if reused else "on a new connection"
                counting.lost(f"{type(error).__name__} {error} {how}")
                self._close()
            else:
                counting.answered(time.monotonic() - began, status, by)
            if self._pause_s:
                await asyncio.sleep(self._pause_s)
        self._close()

    async def _ask(self) -> tuple[int, str]:
        if self._wire is None:
            self._wire = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._wire
        writer.write(self._request)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        headers = {name.lower(): value for name, _, value in pairs}
        await reader.readexactly(int(headers["content-length"]))
        if not self._keeps_alive or headers.get("connection", "").lower() == "close":
            self._close()
        return int(first.split(" ")[1]), headers.get(VERSION_HEADER.lower(), "")

    def _close(self) -> None:
        if self._wire is not None:
            self._wire[1].close()
            self._wire = None


async def _main(port: int, clients: int, keep_alive: float, host: str, pause_s: float) -> None:
    counting = _Counting()
    keeping = round(clients * keep_alive)
    every = [_Client(host, port, number, number < keeping, pause_s) for number in range(clients)]
    running = [asyncio.create_task(client.run(counting)) for client in every]
    loop = asyncio.get_running_loop()
    told = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    while line := await told.readline():
        said = line.decode().strip()
        if said.isdecimal():
            await counting.wait_for(int(said))
            sys.stdout.write("\n")
            sys.stdout.flush()
        else:
            counting.begin(said)
    counting.over = True
    await asyncio.gather(*running)
    counting.begin("")
    sys.stdout.write(json.dumps({name: asdict(phase) for name, phase in counting.phases.items()}))


if __name__ == "__main__":
    port, clients, keep_alive, host, pause_s = sys.argv[1:]
    asyncio.run(_main(int(port), int(clients), float(keep_alive), host, float(pause_s)))

"""A line between here and a server on which everything takes its time, each way: a process of its
own, so that it takes nothing from who measures. ``python -m tests.support.slow_line PORT MS``
prints the port that it listens on."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

HERE = "127.0.0.1"
_PIECE = 64 * 1024


@contextmanager
def slow_line(port: int, milliseconds: float) -> Iterator[int]:
    """The port behind which the server at `port` answers so much later, while inside."""
    command = [sys.executable, "-m", "tests.support.slow_line", str(port), str(milliseconds)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


async def _serve(port: int, seconds: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection(HERE, port)
            await asyncio.gather(
                _pass(reader, back, seconds / 2), _pass(there, writer, seconds / 2)
            )

    server = await asyncio.start_server(connected, HERE, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    """Each piece as much later as it came after the one before."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            loop.call_later(seconds, _write, writer, piece)
    loop.call_later(seconds, writer.close)


def _write(writer: asyncio.StreamWriter, piece: bytes) -> None:
    if not writer.is_closing():
        writer.write(piece)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))

"""What a container prints, as lines."""

from collections.abc import Iterable, Iterator

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import mapping
from modeldesk.adapters.docker_engine.streams import EngineRequest, open_stream
from modeldesk.core.containers.model import LogLine
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken

LONGEST_LINE = 64 * 1024
"""Longer ones are cut, so that a program that never ends its line can't fill the memory."""
_HEADER = 8
_STDERR = 2


def recent_logs(connection: Connection, container: ContainerId, lines: int) -> tuple[LogLine, ...]:
    """The last lines, oldest first."""
    return tuple(_read(connection, container, CancelToken(), lines, follow=False))


def follow_logs(
    connection: Connection,
    container: ContainerId,
    token: CancelToken,
    tail: int | None,
    since: float | None = None,
) -> Iterator[LogLine]:
    """The last `tail` lines of those since then, then each new one until the container ends."""
    return _read(connection, container, token, tail, follow=True, since=since)


def _read(
    connection: Connection,
    container: ContainerId,
    token: CancelToken,
    tail: int | None,
    *,
    follow: bool,
    since: float | None = None,
) -> Iterator[LogLine]:
    with connection.client() as client:
        inspected = mapping(client.inspect_container(container))
    terminal = mapping(inspected.get("Config")).get("Tty") is True
    params: dict[str, str | int | list[str]] = {
        "stdout": 1,
        "stderr": 1,
        "follow": int(follow),
        "tail": "all" if tail is None else tail,
    }
    if since is not None:
        params["since"] = f"{since:.9f}"
    path = f"/containers/{container}/logs"
    with open_stream(connection, token, EngineRequest(path, params=params)) as stream:
        chunks = stream.chunks()
        yield from joined(((False, chunk) for chunk in chunks) if terminal else frames(chunks))


def frames(chunks: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """The pieces of a container without a terminal, True for those of its standard error: each
    has a header of eight bytes, the stream's number and the length of what follows."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        start = 0
        while len(waiting) - start >= _HEADER:
            end = start + _HEADER + int.from_bytes(waiting[start + 4 : start + _HEADER], "big")
            if len(waiting) < end:
                break
            yield waiting[start] == _STDERR, bytes(waiting[start + _HEADER : end])
            start = end
        del waiting[:start]


def joined(pieces: Iterable[tuple[bool, bytes]]) -> Iterator[LogLine]:
    """Lines from pieces that begin and end anywhere. Each output has its own unfinished line."""
    waiting = {False: b"", True: b""}
    for error, piece in pieces:
        *whole, rest = (waiting[error] + piece).split(b"\n")
        for line in whole:
            yield _line(error, line)
        while len(rest) > LONGEST_LINE:
            yield _line(error, rest[:LONGEST_LINE])
            rest = rest[LONGEST_LINE:]
        waiting[error] = rest
    for error, rest in waiting.items():
        if rest:
            yield _line(error, rest)


def _line(error: bool, line: bytes) -> LogLine:
    return LogLine(line.rstrip(b"\r").decode("utf-8", "replace"), error)

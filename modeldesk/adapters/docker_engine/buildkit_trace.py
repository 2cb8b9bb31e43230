"""BuildKit's progress records.

Each is a ``moby.buildkit.v1.StatusResponse``: vertexes (steps), statuses (bytes of a step),
logs and warnings. Fields that are not needed, and those of later versions, are passed over.
"""

from dataclasses import dataclass

from modeldesk.adapters.docker_engine.protobuf import Value, fields


@dataclass(frozen=True, slots=True)
class Vertex:
    """A step. Times are seconds since the epoch on the engine's clock; None: not yet."""

    digest: str
    name: str
    cached: bool
    started: float | None
    completed: float | None
    error: str


@dataclass(frozen=True, slots=True)
class VertexStatus:
    """How far a part of a step is; `total` is 0 where nothing is counted."""

    id: str
    vertex: str
    current: int
    total: int


@dataclass(frozen=True, slots=True)
class VertexLog:
    """Output of a step: any piece of it, not a line."""

    vertex: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Trace:
    """What one record says."""

    vertexes: tuple[Vertex, ...] = ()
    statuses: tuple[VertexStatus, ...] = ()
    logs: tuple[VertexLog, ...] = ()
    warnings: tuple[str, ...] = ()


def decode(record: bytes) -> Trace:
    """Read one record. Raises `ValueError` when it is cut short or no protobuf."""
    parts: dict[int, list[bytes]] = {1: [], 2: [], 3: [], 4: []}
    for number, value in fields(record):
        if number in parts and isinstance(value, bytes):
            parts[number].append(value)
    return Trace(
        tuple(_vertex(dict(fields(part))) for part in parts[1]),
        tuple(_status(dict(fields(part))) for part in parts[2]),
        tuple(_log(dict(fields(part))) for part in parts[3]),
        tuple(_text(dict(fields(part)), 3) for part in parts[4]),
    )


def _vertex(found: dict[int, Value]) -> Vertex:
    return Vertex(
        digest=_text(found, 1),
        name=_text(found, 3),
        cached=bool(_number(found, 4)),
        started=_time(found, 5),
        completed=_time(found, 6),
        error=_text(found, 7),
    )


def _status(found: dict[int, Value]) -> VertexStatus:
    return VertexStatus(_text(found, 1), _text(found, 2), _number(found, 4), _number(found, 5))


def _log(found: dict[int, Value]) -> VertexLog:
    return VertexLog(_text(found, 1), _bytes(found, 4))


def _bytes(found: dict[int, Value], number: int) -> bytes:
    value = found.get(number, b"")
    return value if isinstance(value, bytes) else b""


def _text(found: dict[int, Value], number: int) -> str:
    return _bytes(found, number).decode(errors="replace")


def _number(found: dict[int, Value], number: int) -> int:
    value = found.get(number, 0)
    return value if isinstance(value, int) else 0


def _time(found: dict[int, Value], number: int) -> float | None:
    if number not in found:
        return None
    stamp = dict(fields(_bytes(found, number)))
    return _number(stamp, 1) + _number(stamp, 2) / 1e9

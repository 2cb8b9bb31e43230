"""BuildKit's progress records.

Each is a ``moby.buildkit.v1.StatusResponse``: vertexes (steps), statuses (bytes of a step),
logs and warnings. Fields that are not needed, and those of later versions, are passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from modeldesk.adapters.docker_engine.protobuf import Value, fields

_INPUTS = 2


@dataclass(frozen=True, slots=True)
class Vertex:
    """A step. Times are seconds since the epoch on the engine's clock; None: not yet."""

    digest: str
    name: str
    cached: bool
    started: float | None
    completed: float | None
    error: str
    inputs: tuple[str, ...] = ()
    """Digests of the steps it builds upon."""


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
        tuple(map(_vertex, parts[1])),
        tuple(_status(dict(fields(part))) for part in parts[2]),
        tuple(_log(dict(fields(part))) for part in parts[3]),
        tuple(_text(dict(fields(part)), 3) for part in parts[4]),
    )


def in_order(vertexes: Sequence[Vertex]) -> list[Vertex]:
    """What a step builds upon before it; newer engines tell of steps in any order. Of one step
    told of twice, the end comes last."""
    told: dict[str, list[Vertex]] = {}
    for vertex in vertexes:
        told.setdefault(vertex.digest, []).append(vertex)
    used = {digest for vertex in vertexes for digest in vertex.inputs}
    ordered: dict[str, None] = {}
    ends = [digest for digest in told if digest not in used]
    # The last is taken first; what no end leads to, a ring, comes after all.
    waiting = [*told, *reversed(ends)]
    entered: set[str] = set()
    while waiting:
        digest = waiting[-1]
        if digest in entered:
            ordered[waiting.pop()] = None
            continue
        entered.add(digest)
        inputs = dict.fromkeys(one for vertex in told[digest] for one in vertex.inputs)
        waiting += [one for one in reversed(inputs) if one in told and one not in entered]
    return [
        vertex
        for digest in ordered
        for vertex in sorted(told[digest], key=lambda one: one.completed is not None)
    ]


def _vertex(record: bytes) -> Vertex:
    pairs = list(fields(record))
    found = dict(pairs)
    inputs = (value for number, value in pairs if number == _INPUTS and isinstance(value, bytes))
    return Vertex(
        digest=_text(found, 1),
        name=_text(found, 3),
        cached=bool(_number(found, 4)),
        started=_time(found, 5),
        completed=_time(found, 6),
        error=_text(found, 7),
        inputs=tuple(value.decode(errors="replace") for value in inputs),
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

"""BuildKit's progress records, read from protobuf without a protobuf library.

Each is a ``moby.buildkit.v1.StatusResponse``: vertexes (steps), statuses (bytes of a step),
logs and warnings. Fields that are not needed, and those of later versions, are passed over.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5
_Value = int | bytes


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
    for number, value in _fields(record):
        if number in parts and isinstance(value, bytes):
            parts[number].append(value)
    return Trace(
        tuple(_vertex(dict(_fields(part))) for part in parts[1]),
        tuple(_status(dict(_fields(part))) for part in parts[2]),
        tuple(_log(dict(_fields(part))) for part in parts[3]),
        tuple(_text(dict(_fields(part)), 3) for part in parts[4]),
    )


def _vertex(fields: dict[int, _Value]) -> Vertex:
    return Vertex(
        digest=_text(fields, 1),
        name=_text(fields, 3),
        cached=bool(_number(fields, 4)),
        started=_time(fields, 5),
        completed=_time(fields, 6),
        error=_text(fields, 7),
    )


def _status(fields: dict[int, _Value]) -> VertexStatus:
    return VertexStatus(_text(fields, 1), _text(fields, 2), _number(fields, 4), _number(fields, 5))


def _log(fields: dict[int, _Value]) -> VertexLog:
    return VertexLog(_text(fields, 1), _bytes(fields, 4))


def _bytes(fields: dict[int, _Value], number: int) -> bytes:
    value = fields.get(number, b"")
    return value if isinstance(value, bytes) else b""


def _text(fields: dict[int, _Value], number: int) -> str:
    return _bytes(fields, number).decode(errors="replace")


def _number(fields: dict[int, _Value], number: int) -> int:
    value = fields.get(number, 0)
    return value if isinstance(value, int) else 0


def _time(fields: dict[int, _Value], number: int) -> float | None:
    if number not in fields:
        return None
    stamp = dict(_fields(_bytes(fields, number)))
    return _number(stamp, 1) + _number(stamp, 2) / 1e9


def _fields(message: bytes) -> Iterator[tuple[int, _Value]]:
    """Field numbers with their values: integers, or bytes for everything else."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire_type = key & 7
        if wire_type == _VARINT:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        if wire_type == _COUNTED:
            length, at = _varint(message, at)
        elif wire_type in (_EIGHT_BYTES, _FOUR_BYTES):
            length = 8 if wire_type == _EIGHT_BYTES else 4
        else:
            raise ValueError(f"unknown wire type {wire_type}")
        if at + length > len(message):
            raise ValueError("the record is cut short")
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """The number that begins at `at`, and where it ends."""
    number = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    raise ValueError("the record is cut short")

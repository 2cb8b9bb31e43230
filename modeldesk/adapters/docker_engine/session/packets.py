"""Packets of the file transfer that BuildKit speaks: what there is, what is wanted, what is in it.

Each is a ``fsutil.types.Packet`` {1 type, 2 stat, 3 id, 4 data}; a stat is {1 path, 2 mode,
3 owner, 4 group, 5 size, 6 nanoseconds since the epoch, 7 link target}. A file's id is its place
among the stats.
"""

from dataclasses import dataclass
from enum import IntEnum

from modeldesk.adapters.docker_engine.protobuf import counted, counted_head, fields, number
from modeldesk.core.build_context.scan import ContextEntry
from modeldesk.core.build_context.tar import EntryKind, name_bytes

_TYPE, _STAT, _ID, _DATA = 1, 2, 3, 4
_PATH, _MODE, _SIZE, _TIME, _TARGET = 1, 2, 5, 6, 7
# Go's bits for what an entry is, and for the bits above its permissions.
_KINDS = {EntryKind.FILE: 0, EntryKind.FOLDER: 1 << 31, EntryKind.LINK: 1 << 27}
_ABOVE_PERMISSIONS = ((0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20))


class PacketType(IntEnum):
    """What a packet is."""

    STAT = 0
    REQUEST = 1
    DATA = 2
    FINISH = 3
    ERROR = 4


@dataclass(frozen=True, slots=True)
class Received:
    """A packet of the engine's."""

    type: int
    id: int
    data: bytes


def read_packet(message: bytes) -> Received:
    """Raises `ValueError` for what is no packet."""
    found = dict(fields(message))
    kind, file, data = found.get(_TYPE, 0), found.get(_ID, 0), found.get(_DATA, b"")
    if not (isinstance(kind, int) and isinstance(file, int) and isinstance(data, bytes)):
        raise ValueError("no packet")
    return Received(kind, file, data)


def stat_packet(entry: ContextEntry) -> bytes:
    """What there is. Owner and group are root, as in every image."""
    mode = _KINDS[entry.kind] | entry.mode & 0o777
    for ours, theirs in _ABOVE_PERMISSIONS:
        mode |= theirs if entry.mode & ours else 0
    target = name_bytes(entry.target)
    size = len(target) if entry.kind is EntryKind.LINK else entry.size_bytes
    stat = (
        counted(_PATH, name_bytes(entry.path))
        + number(_MODE, mode)
        + number(_SIZE, size)
        + number(_TIME, entry.modified * 1_000_000_000 + entry.fraction)
        + (counted(_TARGET, target) if target else b"")
    )
    return counted(_STAT, stat)


END_OF_STATS = b""
"""A packet of the first type, with nothing in it."""
FINISHED = number(_TYPE, PacketType.FINISH)


def data_head(file: int, length: int) -> bytes:
    """What stands before `length` bytes of a file."""
    return number(_TYPE, PacketType.DATA) + number(_ID, file) + counted_head(_DATA, length)


def end_of_data(file: int) -> bytes:
    """After the last of a file."""
    return number(_TYPE, PacketType.DATA) + number(_ID, file)

"""A file in a layer, as the layer's tar header tells of it."""

from dataclasses import dataclass
from enum import IntEnum

WHITEOUT = b".wh."
"""Begins the name of a marker that removes a path of a lower layer."""
OPAQUE = b".wh..wh..opq"
"""The name of a marker that hides all that lower layers have in its folder."""


class FileType(IntEnum):
    """What an entry is. The numbers are stored."""

    FILE = 0
    FOLDER = 1
    SYMLINK = 2
    HARD_LINK = 3
    SPECIAL = 4
    """A device node or a FIFO."""
    WHITEOUT = 5
    OPAQUE = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One path of one layer."""

    path: bytes
    """From the root, without a slash at its beginning or end, as the archive has it: it may not
    be UTF-8, and may hold ``..``. For a whiteout its own name, with ``.wh.``."""
    type: FileType
    size_bytes: int
    """Content of a file; the length of a symbolic link's target, as the engine counts it; zero
    for all else."""
    mode: int
    """Permission bits."""
    uid: int
    gid: int
    modified: int
    """Seconds since the epoch."""
    link: bytes
    """Where a symbolic or hard link points, as the archive has it; else empty."""
    offset: int
    """Where its data begins in the layer's uncompressed tar."""


def shown(path: bytes) -> str:
    """A path for a person: control characters and what is not UTF-8 are escaped."""
    text = path.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def hidden_by(path: bytes) -> bytes:
    """The path that a whiteout's own `path` removes; for an opaque marker its folder."""
    folder, slash, name = path.rpartition(b"/")
    if name == OPAQUE:
        return folder
    return folder + slash + name[len(WHITEOUT) :]

"""The few parts of the tar format that a build context needs.

GNU tar: names are bytes as they are on disk, long names and large files have no limit.
"""

import os
import tarfile
from enum import Enum

_BLOCK = 512
_NAME_BYTES = 100
END_BYTES = 2 * _BLOCK
END = bytes(END_BYTES)
"""What a tar ends with."""


class EntryKind(Enum):
    """What a context holds."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


_TYPES = {
    EntryKind.FILE: tarfile.REGTYPE,
    EntryKind.FOLDER: tarfile.DIRTYPE,
    EntryKind.LINK: tarfile.SYMTYPE,
}


def header(
    path: str, kind: EntryKind, *, mode: int, modified: int, size_bytes: int = 0, target: str = ""
) -> bytes:
    """What stands before an entry's content. Owner and group are root, as in every image."""
    info = tarfile.TarInfo(path)
    info.type = _TYPES[kind]
    info.mode, info.mtime, info.size, info.linkname = mode, modified, size_bytes, target
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", _NAME_ERRORS)


_NAME_ERRORS = "surrogatepass" if os.name == "nt" else "surrogateescape"


def name_bytes(name: str) -> bytes:
    """A path or a link's target as the bytes it is made of."""
    return name.encode("utf-8", _NAME_ERRORS)


def padding(size_bytes: int) -> bytes:
    """What stands behind `size_bytes` of content."""
    return bytes(-size_bytes % _BLOCK)


def entry_bytes(path: str, kind: EntryKind, size_bytes: int, target: str) -> int:
    """How much of a tar an entry takes: header, long names, content and padding."""
    name = len(path) if path.isascii() else len(name_bytes(path))
    name += kind is EntryKind.FOLDER
    link = len(name_bytes(target)) if target else 0
    return _BLOCK + _long_name(name) + _long_name(link) + _padded(size_bytes)


def _long_name(length: int) -> int:
    """A name that its field can't hold goes before, with a header of its own and a final zero."""
    return _BLOCK + _padded(length + 1) if length > _NAME_BYTES else 0


def _padded(size_bytes: int) -> int:
    return size_bytes + -size_bytes % _BLOCK

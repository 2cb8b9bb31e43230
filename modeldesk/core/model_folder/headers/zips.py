"""Opening zip archives that may be traps: their list of files is measured before it is read."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from modeldesk.core.model_folder.headers.reading import BadHeader
from modeldesk.core.words import tr

BAD_ZIP = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, KeyError,
           NotImplementedError, struct.error)  # fmt: skip
_HEAD = struct.Struct("<26xHH")
"""Of one file; its name and extra bytes follow, of which it tells the lengths."""
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_LONGEST_END = 65_535 + 22 + 76
_LARGEST_LIST = 3 * 1024 * 1024
"""Of tens of thousands of files."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive: what is in it is read in bounded pieces."""

    file: BinaryIO
    zipped: zipfile.ZipFile
    names: frozenset[str]

    def start_of(self, name: str, limit: int) -> bytes:
        """Up to `limit` bytes of one file."""
        with self.zipped.open(name) as part:
            return part.read(limit)

    def size_of(self, name: str) -> int:
        """How many bytes one file has, by the archive's list."""
        return self.zipped.getinfo(name).file_size

    def is_stored(self, name: str) -> bool:
        """Whether it lies in the archive as it is."""
        info = self.zipped.getinfo(name)
        return info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size

    def place_of(self, name: str) -> int:
        """Where in the archive the bytes of one file begin."""
        start = self.zipped.getinfo(name).header_offset
        self.file.seek(start)
        head = self.file.read(_HEAD.size)
        if not head.startswith(b"PK\x03\x04") or len(head) < _HEAD.size:
            raise zipfile.BadZipFile
        names, extra = _HEAD.unpack(head)
        return start + _HEAD.size + int(names) + int(extra)


@contextmanager
def opened_zip(file: BinaryIO, size: int) -> Iterator[Archive]:
    """The archive in `file`. Raises `BadHeader` for one that lists too many files, and what is
    in `BAD_ZIP` for a damaged one."""
    if _list_bytes(file, size) > _LARGEST_LIST:
        raise BadHeader(tr("it lists more files than any model has"))
    with zipfile.ZipFile(file) as archive:
        yield Archive(file, archive, frozenset(archive.namelist()))


def _list_bytes(file: BinaryIO, size: int) -> int:
    """The largest length that any end record in the archive's last bytes tells of its list. Which
    of several counts is for the reader to choose, so each is believed."""
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read(_LONGEST_END)
    file.seek(0)
    lengths = [0]
    for mark, at, kind in ((_END, 12, "<I"), (_END64, 40, "<Q")):
        place = tail.find(mark)
        while 0 <= place <= len(tail) - at - struct.calcsize(kind):
            (length,) = struct.unpack_from(kind, tail, place + at)
            # Where the number does not fit, the record for large archives has it.
            lengths.append(0 if kind == "<I" and length == 0xFFFF_FFFF else length)
            place = tail.find(mark, place + 1)
    return max(lengths)

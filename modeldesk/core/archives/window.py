"""A sliding view of a sequence of bytes, from a file or a stream, for readers that go forward.

The reader works on `data` by itself, as fast as it can, and asks the window only when it comes
to its end. Positions are places in `data`; `base` is where `data` begins in the whole.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Protocol

from modeldesk.core.errors import ArchiveDamaged
from modeldesk.core.words import tr

_CHUNK = 1024 * 1024


class Window(Protocol):
    """What is read forward."""

    data: bytes
    base: int

    def at(self, place: int, need: int) -> int:
        """Move on until `need` bytes from `place` (which may be far behind the end of `data`)
        are there; the place they have then. Fewer are there only at the very end. Raises
        `ArchiveDamaged` when the end comes before `place`."""
        ...


class FileWindow:
    """A part of an open file. Only what is asked for is read."""

    def __init__(self, descriptor: int, begin: int, end: int) -> None:
        self.data = b""
        self.base = begin
        self._descriptor = descriptor
        self._end = end

    def at(self, place: int, need: int) -> int:
        """See `Window`."""
        if 0 <= place <= len(self.data) - need:
            return place
        where = self.base + place
        if where > self._end:
            raise ended_early()
        length = min(max(need, _CHUNK), self._end - where)
        self.data = os.pread(self._descriptor, length, where)
        self.base = where
        # One call may bring less than was asked for.
        while len(self.data) < min(need, length):
            more = os.pread(self._descriptor, length - len(self.data), where + len(self.data))
            if not more:
                raise ended_early()
            self.data += more
        return 0


class StreamWindow:
    """Bytes that come in pieces and are seen once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.data = b""
        self.base = 0
        self._pieces = iter(pieces)

    def at(self, place: int, need: int) -> int:
        """See `Window`."""
        while place >= len(self.data):
            piece = next(self._pieces, None)
            if piece is None:
                if place > len(self.data):
                    raise ended_early()
                break
            place -= len(self.data)
            self.base += len(self.data)
            self.data = piece
        if len(self.data) - place < need:
            self._extend(place, need)
            place = 0
        return place

    def _extend(self, place: int, need: int) -> None:
        pieces = [self.data[place:]]
        there = len(pieces[0])
        while there < need:
            piece = next(self._pieces, None)
            if piece is None:
                break
            pieces.append(piece)
            there += len(piece)
        self.base += place
        self.data = b"".join(pieces)

    def pieces(self, place: int, size: int) -> Iterator[bytes]:
        """The `size` bytes from `place`, in pieces; the window moves on with them."""
        left = size
        while left:
            place = self.at(place, 1)
            piece = self.data[place : place + left]
            if not piece:
                raise ended_early()
            left -= len(piece)
            place += len(piece)
            # The window must stand behind the piece before it is handed on.
            self.data, self.base = self.data[place:], self.base + place
            place = 0
            yield piece


def ended_early() -> ArchiveDamaged:
    """What is raised when data ends in the middle."""
    return ArchiveDamaged(
        tr("The archive ends in the middle of a file."),
        tr("It may be only partly downloaded or copied. Fetch or save it again."),
    )

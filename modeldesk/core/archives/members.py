"""The files of an archive that holds images, one after another, with their data in reach."""

from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.core.archives.tar_entries import TarEntries
from modeldesk.core.archives.tar_headers import BLOCK
from modeldesk.core.archives.window import StreamWindow
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a stream. Its data can be read until the next member is asked for."""

    path: bytes
    type: FileType
    size_bytes: int
    link: bytes
    _window: StreamWindow
    _begin: int

    def beginning(self, size: int) -> bytes:
        """Its first bytes, without taking them."""
        place = self._window.at(self._begin - self._window.base, min(size, self.size_bytes))
        return self._window.data[place : place + min(size, self.size_bytes)]

    def pieces(self) -> Iterator[bytes]:
        """Its data, once. Raises `ArchiveDamaged` where it ends early."""
        return self._window.pieces(self._begin - self._window.base, self.size_bytes)


def members(pieces: Iterator[bytes]) -> Iterator[Member]:
    """Everything in a tar archive that comes in pieces. Raises `ArchiveDamaged`."""
    window, into = StreamWindow(pieces), LayerIndexWriter()
    entries = TarEntries(window, into)
    place = 0
    while True:
        place = window.at(place, BLOCK)
        there = len(window.data) - place
        if there < BLOCK:
            entries.end_without_mark(there)
            return
        behind = entries.one(place)
        if entries.ended:
            return
        behind += window.base
        rows = into.columns
        if rows.paths:
            yield Member(
                rows.paths[0].removesuffix(b"/"),
                FileType(rows.types[0]),
                rows.sizes[0],
                rows.links.get(0, b""),
                window,
                rows.offsets[0],
            )
            into.clear()
        place = behind - window.base

"""The content of one file of a layer."""

from collections.abc import Iterable, Iterator

from modeldesk.core.archives.tar_headers import BLOCK, SPARSE, parse
from modeldesk.core.archives.window import Window, ended_early
from modeldesk.core.contents.entries import Entry, FileType, shown
from modeldesk.core.errors import ArchiveDamaged, ArchiveError, InvalidInput
from modeldesk.core.words import tr

_LARGEST_IN_HEADER = 8 * 1024**3
"""From this size on a header need not say a file's size itself."""


def file_in_layer(window: Window, entry: Entry) -> Iterator[bytes]:
    """The content of `entry`, in pieces, out of a window at the beginning of the layer's tar.

    Raises `InvalidInput` for what is no file, `ArchiveError` for a file that is kept in pieces,
    `ArchiveDamaged` where the layer is not the one that the entry was read from.
    """
    yield from _content(window, entry, window.base)


def _content(window: Window, entry: Entry, begin: int) -> Iterator[bytes]:
    """As `file_in_layer`, the layer beginning at `begin` in the whole, from where the window
    may have moved on."""
    if entry.type != FileType.FILE:
        raise InvalidInput(tr("{path} is no file.", path=shown(entry.path)))
    place = window.at(begin + entry.offset - BLOCK - window.base, BLOCK)
    _check(window.data[place : place + BLOCK], entry)
    place, left = place + BLOCK, entry.size_bytes
    while left:
        place = window.at(place, 1)
        piece = window.data[place : place + left]
        if not piece:
            raise ended_early()
        yield piece
        place += len(piece)
        left -= len(piece)


def files_in_layer(window: Window, entries: Iterable[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """The content of several, in pieces, by their order in the tar, which is read once up to the
    last. Each has at least one piece. Raises as `file_in_layer` does."""
    begin = window.base
    for entry in sorted(entries, key=lambda entry: entry.offset):
        begun = False
        for piece in _content(window, entry, begin):
            begun = True
            yield entry, piece
        if not begun:
            yield entry, b""


def _check(block: bytes, entry: Entry) -> None:
    """The block before a file's data is its header, unless a map of its holes lies between."""
    try:
        header = parse(block) if len(block) == BLOCK else None
    except ArchiveDamaged:
        header = None
    size = entry.size_bytes
    if header is None or header.flag == SPARSE:
        raise _sparse(entry)
    if header.size != size and size < _LARGEST_IN_HEADER:
        raise _sparse(entry)


def _sparse(entry: Entry) -> ArchiveError:
    return ArchiveError(
        tr("{path} is kept with holes in it, which can't be shown.", path=shown(entry.path)),
        tr("Run the image and copy the file out of the container."),
    )

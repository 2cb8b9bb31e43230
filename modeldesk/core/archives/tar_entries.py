"""The entries of a tar archive one by one, in whatever form they are."""

from modeldesk.core.archives import tar_headers
from modeldesk.core.archives.tar_headers import BLOCK, Header, Overrides, damaged
from modeldesk.core.archives.window import Window
from modeldesk.core.contents.entries import OPAQUE, WHITEOUT, FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.layer_index import Row
from modeldesk.core.contents.paths import clean
from modeldesk.core.words import tr

HEAD_BYTES = 512
"""Bytes that are kept of the beginning of a large file, to tell what is in it."""
LARGE = 1024 * 1024
"""Size from which a file's beginning is kept."""
DATABASES = (b"var/lib/dpkg/status", b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
"""Files that are kept whole."""
DATABASE_FOLDER = b"var/lib/dpkg/status.d/"
"""A folder whose files are kept whole."""

_TYPES = {
    b"1": FileType.HARD_LINK,
    b"2": FileType.SYMLINK,
    b"3": FileType.SPECIAL,
    b"4": FileType.SPECIAL,
    b"5": FileType.FOLDER,
    b"6": FileType.SPECIAL,
}
"""Entries without data. All others are files, as the format asks for of types one does not
know."""
_EXTENSIONS = (
    tar_headers.LONG_NAME,
    tar_headers.LONG_LINK,
    tar_headers.RECORDS_FOR_ALL,
    *tar_headers.RECORDS,
)
_MAY_BE_WHITEOUT = (FileType.FILE, FileType.HARD_LINK, FileType.SPECIAL)
_LINKS = (FileType.SYMLINK, FileType.HARD_LINK)
_MOST_KEPT_BYTES = 16 * 1024 * 1024
_MOST_HEADS = 4096
_ZEROS = bytes(BLOCK)


class TarEntries:
    """Reads a window forward and adds what it finds to an index. Places are those of the
    window."""

    def __init__(self, window: Window, into: LayerIndexWriter) -> None:
        self.ended = False
        """Whether the archive's end has come."""
        self._window = window
        self._into = into
        self._begin = window.base
        self._said: Overrides | None = None
        self._for_all: dict[bytes, bytes] = {}
        self._kept_bytes = 0
        self._heads = 0

    @property
    def shift(self) -> int:
        """Where the window's data begins in the archive."""
        return self._window.base - self._begin

    @property
    def next_is_plain(self) -> bool:
        """Whether nothing was said before of the entry that comes next."""
        return self._said is None

    def end_without_mark(self, rest: int) -> None:
        """The data is over but for `rest` bytes. Archives without the empty blocks at their end
        are common."""
        if rest or not (self._said is None or self._for_all):
            raise damaged(tr("it ends in the middle of a header"))
        self.ended = True

    def one(self, place: int) -> int:
        """Take one header of any kind, which is in the window whole; the place behind it and its
        data. Nothing is added for one that speaks of those behind it."""
        block = self._window.data[place : place + BLOCK]
        if block == _ZEROS:
            self.ended = True
            return place + BLOCK
        header = tar_headers.parse(block)
        place += BLOCK
        if header.flag in _EXTENSIONS:
            return self._extension(header, place)
        if header.sparse_goes_on:
            place = self._pass_sparse_map(place)
        said, self._said = self._said or Overrides(), None
        if self._for_all:
            self._said = Overrides()
            self._said.take(self._for_all)
        return self._add(header, said, place)

    def _extension(self, header: Header, place: int) -> int:
        """Read a header that speaks of those behind it."""
        if header.size > tar_headers.LONGEST_EXTENSION:
            raise damaged(tr("a name or record is impossibly long"))
        padded = _padded(header.size)
        place = self._window.at(place, padded)
        content = self._window.data[place : place + header.size]
        if len(content) < header.size:
            raise damaged(tr("it ends in the middle of a header"))
        said = self._said or Overrides()
        match header.flag:
            case tar_headers.LONG_NAME:
                said.long_path = content.partition(b"\0")[0]
            case tar_headers.LONG_LINK:
                said.long_link = content.partition(b"\0")[0]
            case tar_headers.RECORDS_FOR_ALL:
                records = tar_headers.pax_records(content)
                self._for_all.update(records)
                said.take(records)
            case _:
                said.take(tar_headers.pax_records(content))
        self._said = said
        return place + padded

    def _pass_sparse_map(self, place: int) -> int:
        while True:
            place = self._window.at(place, BLOCK)
            block = self._window.data[place : place + BLOCK]
            if len(block) < BLOCK:
                raise damaged(tr("it ends in the middle of a header"))
            place += BLOCK
            if block[504] == 0:
                return place

    def _add(self, header: Header, said: Overrides, place: int) -> int:
        """Add an entry whose data begins at `place`; the place behind that."""
        name = _first(said.long_path, said.path, header.name)
        kind = _TYPES.get(header.flag, FileType.FILE)
        if header.flag == b"\0" and name.endswith(b"/"):
            # So old archives have their folders.
            kind = FileType.FOLDER
        stored = header.size if said.size is None else said.size
        if header.flag in _TYPES or kind == FileType.FOLDER:
            # Engines pass over no data either, whatever size it says.
            stored = 0
        size = stored if said.real_size is None else said.real_size
        if header.flag == tar_headers.SPARSE:
            size = header.sparse_size
        link = b""
        if kind in _LINKS:
            link = _first(said.long_link, said.link, header.link)
        owner = (
            header.mode,
            header.uid if said.uid is None else said.uid,
            header.gid if said.gid is None else said.gid,
        )
        modified = header.modified if said.modified is None else said.modified
        row = cleaned((name, kind, size, self._into.owner(owner), modified, 0), link)
        if row is not None:
            if row[1] == FileType.FILE:
                place = self._keep_start(row[0], size, stored, place)
            self._into.add_row((*row[:5], self.shift + place), link)
        return place + _padded(stored)

    def _keep_start(self, path: bytes, size: int, stored: int, place: int) -> int:
        """Keep what tells of a file's content; its place, which may have moved."""
        if path in DATABASES or path.startswith(DATABASE_FOLDER):
            wanted = stored
        elif size >= LARGE and self._heads < _MOST_HEADS:
            wanted = min(stored, HEAD_BYTES)
            self._heads += 1
        else:
            return place
        if not wanted or self._kept_bytes + wanted > _MOST_KEPT_BYTES:
            return place
        place = self._window.at(place, wanted)
        self._into.kept[path] = self._window.data[place : place + wanted]
        self._kept_bytes += wanted
        return place


def cleaned(row: Row, link: bytes) -> Row | None:
    """A row as an index has it: its path from the root, a folder's with a slash at its end, a
    marker known as one, and a size only for what has one. None for the root itself."""
    name, kind, size, owner, modified, offset = row
    path = clean(name)
    if not path:
        return None
    if kind in _MAY_BE_WHITEOUT:
        last = path.rpartition(b"/")[2]
        if last == OPAQUE:
            kind = FileType.OPAQUE
        elif last.startswith(WHITEOUT):
            kind = FileType.WHITEOUT
    match kind:
        case FileType.FILE:
            return path, kind, size, owner, modified, offset
        case FileType.FOLDER:
            return path + b"/", kind, 0, owner, modified, offset
        case FileType.SYMLINK:
            return path, kind, len(link), owner, modified, offset
    return path, kind, 0, owner, modified, offset


def _first(*said: bytes | None) -> bytes:
    """What was said first of several; nothing where nobody says it."""
    return next((one for one in said if one is not None), b"")


def _padded(size: int) -> int:
    return (size + BLOCK - 1) & -BLOCK

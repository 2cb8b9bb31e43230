"""The entries of a tar archive, by its headers alone.

Several times as fast as the standard library's reader, because it makes no object for a file and
passes over data without looking at it. It takes what that reader takes (old, ustar, GNU and PAX
forms), and is fuzzed against it.
"""

import re
from collections.abc import Callable
from struct import Struct
from zlib import adler32

from modeldesk.core.archives import tar_headers
from modeldesk.core.archives.tar_headers import BLOCK, Header, Overrides, damaged
from modeldesk.core.archives.window import Window
from modeldesk.core.contents.entries import OPAQUE, WHITEOUT, FileType
from modeldesk.core.contents.layer_index import LayerIndexWriter, Row
from modeldesk.core.contents.paths import clean
from modeldesk.core.words import tr

HEAD_BYTES = 512
"""Bytes that are kept of the beginning of a large file, to tell what is in it."""
LARGE = 1024 * 1024
"""Size from which a file's beginning is kept."""

_PLAIN = Struct("100s24s11sB11sB8sc188xB166x")
_KINDS = {b"0": int(FileType.FILE), b"5": int(FileType.FOLDER)}
_BLANK = 0x20
_DPKG, _APK = b"b/dpkg/status", b"b/apk/db/inst"
"""In the names of files that are kept whole."""
_ODD_NAMES = re.compile(rb"(?:^|\0)[./]|/\.|//|(?:^|\0)(?:$|\0)")
"""Names joined by zero bytes, one of which may have to be made clean."""
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
_DATABASES = (b"var/lib/dpkg/status", b"lib/apk/db/installed", b"usr/lib/apk/db/installed")
_DATABASE_FOLDER = b"var/lib/dpkg/status.d/"
_MOST_KEPT_BYTES = 24 * 1024 * 1024
_MOST_HEADS = 4096
_CHECK_EVERY = 4096
_MOST_LEARNED = 50_000
_ZEROS = bytes(BLOCK)


def walk(window: Window, into: LayerIndexWriter, check: Callable[[], None]) -> None:
    """Add every entry from the beginning of `window` to the end of the archive.

    `check` is called now and then and may raise to stop. Raises `ArchiveDamaged`.
    """
    walking = Walk(window, into)
    place = window.at(0, BLOCK)
    while not walking.ended:
        check()
        into.pack_when_large()
        place = walking.go_on(place)


class Walk:
    """One pass. Plain files and folders are taken in one loop without calls; all that is rarer
    goes through `one`, which could take them too."""

    def __init__(self, window: Window, into: LayerIndexWriter) -> None:
        self.ended = False
        self._window = window
        self._into = into
        self._begin = window.base
        self._owners: dict[bytes, int] = {}
        """Fields for permissions, user and group → place in the table of owners."""
        self._sums: dict[bytes, int] = {}
        """Field for the check sum → lower half of Adler-32 over a header that has it."""
        self._said: Overrides | None = None
        self._for_all: dict[bytes, bytes] = {}
        self._kept_bytes = 0
        self._heads = 0

    def go_on(self, place: int) -> int:
        """Take the next few thousand entries; the place behind them."""
        kinds, owners, sums, unpack = _KINDS, self._owners, self._sums, _PLAIN.unpack_from
        data, length, shift = self._view()
        rows: list[Row] = []
        for _ in range(_CHECK_EVERY):
            if place + BLOCK > length:
                place = self._window.at(place, BLOCK)
                data, length, shift = self._view()
                if place + BLOCK > length:
                    self.end_without_mark(length - place)
                    break
            name, owner, size_field, size_end, time_field, time_end, total, flag, prefix = unpack(
                data, place
            )
            try:
                kind, owner_row, summed = kinds[flag], owners[owner], sums[total]
                size, modified = int(size_field, 8), int(time_field, 8)
            except (KeyError, ValueError):
                size = -1
            if (
                not 0 <= size < LARGE
                or prefix
                or size_end > _BLANK
                or time_end > _BLANK
                or self._said is not None
                or _DPKG in name
                or _APK in name
                or adler32(data[place : place + BLOCK]) & 0xFFFF != summed
            ):
                self._take(rows)
                rows = []
                place = self.one(place)
                if self.ended:
                    break
                data, length, shift = self._view()
                continue
            place += BLOCK
            rows.append((name.rstrip(b"\0"), kind, size, owner_row, modified, shift + place))
            if not kind:
                place += (size + 511) & -BLOCK
        self._take(rows)
        return place

    def _take(self, rows: list[Row]) -> None:
        """Add plain rows. Nearly always their names are clean, which is seen of all at once."""
        if not rows:
            return
        names = b"\0".join([row[0] for row in rows])
        folders = sum([row[1] for row in rows])
        clean_names = (
            names.count(b"\0") == len(rows) - 1
            and not _ODD_NAMES.search(names)
            and names.count(b"/\0") + names.endswith(b"/") == folders
        )
        self._into.add(rows if clean_names else list(filter(None, map(_cleaned, rows))))

    def _view(self) -> tuple[bytes, int, int]:
        """The data at hand, its length, and where it begins in the archive."""
        data = self._window.data
        return data, len(data), self._window.base - self._begin

    def end_without_mark(self, rest: int) -> None:
        """The data is over. Archives without the empty blocks at their end are common."""
        if rest or self._said is not None:
            raise damaged(tr("it ends in the middle of a header"))
        self.ended = True

    def one(self, place: int) -> int:
        """Take one header of any kind, which is in the window whole; the place behind it and its
        data. Nothing is added for one that speaks of those behind it."""
        data = self._window.data
        block = data[place : place + BLOCK]
        if block == _ZEROS:
            self.ended = True
            return place + BLOCK
        header = tar_headers.parse(block)
        self._learn(block, header)
        place += BLOCK
        if header.flag in _EXTENSIONS:
            return self._extension(header, place)
        if header.sparse_goes_on:
            place = self._pass_sparse_map(place)
        said, self._said = self._said or Overrides(), None
        self._forget()
        return self._add(header, said, place)

    def _learn(self, block: bytes, header: Header) -> None:
        """Few fields are different from those of a header before."""
        if len(self._owners) + len(self._sums) > _MOST_LEARNED:
            self._owners.clear()
            self._sums.clear()
        self._owners[block[100:124]] = self._into.owner((header.mode, header.uid, header.gid))
        self._sums[block[148:156]] = adler32(block) & 0xFFFF

    def _forget(self) -> None:
        """What was said of one entry is over; what was said for all of them stays."""
        if self._for_all:
            self._said = Overrides()
            self._said.take(self._for_all)

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
                said.path = content.partition(b"\0")[0]
            case tar_headers.LONG_LINK:
                said.link = content.partition(b"\0")[0]
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
        name = header.name if said.path is None else said.path
        path, kind = clean(name), _type_of(header.flag, name)
        stored = 0 if header.flag in _TYPES else header.size if said.size is None else said.size
        size = stored if said.real_size is None else said.real_size
        link = b""
        if header.flag == tar_headers.SPARSE:
            size = header.sparse_size
        if kind in (FileType.SYMLINK, FileType.HARD_LINK):
            link = header.link if said.link is None else said.link
            size = len(link) if kind == FileType.SYMLINK else 0
        if path:
            if kind == FileType.FILE:
                place = self._keep_start(path, size, stored, place)
            self._add_row(path, kind, size, header, said, link, place)
        return place + _padded(stored)

    def _add_row(
        self,
        path: bytes,
        kind: FileType,
        size: int,
        header: Header,
        said: Overrides,
        link: bytes,
        place: int,
    ) -> None:
        columns = self._into.columns
        if link:
            columns.links[len(columns.paths)] = link
        owner = (
            header.mode,
            header.uid if said.uid is None else said.uid,
            header.gid if said.gid is None else said.gid,
        )
        columns.add(
            (
                path + b"/" if kind == FileType.FOLDER else path,
                kind,
                size if kind in _SIZED else 0,
                self._into.owner(owner),
                header.modified if said.modified is None else said.modified,
                self._window.base - self._begin + place,
            )
        )

    def _keep_start(self, path: bytes, size: int, stored: int, place: int) -> int:
        """Keep what tells of a file's content; its place, which may have moved."""
        whole = path in _DATABASES or path.startswith(_DATABASE_FOLDER)
        if whole:
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


_EXTENSIONS = (
    tar_headers.LONG_NAME,
    tar_headers.LONG_LINK,
    tar_headers.RECORDS_FOR_ALL,
    *tar_headers.RECORDS,
)
_SIZED = (FileType.FILE, FileType.SYMLINK)


def _cleaned(row: Row) -> Row | None:
    """A plain row as `Walk._add` would have it; None for the root itself."""
    name, kind, size, owner, modified, offset = row
    name = name.partition(b"\0")[0]
    path = clean(name)
    if not path:
        return None
    if kind == FileType.FOLDER:
        return path + b"/", kind, size, owner, modified, offset
    kind = _type_of(b"0", name)
    return path, kind, size if kind == FileType.FILE else 0, owner, modified, offset


def _type_of(flag: bytes, name: bytes) -> FileType:
    kind = _TYPES.get(flag, FileType.FILE)
    if flag == b"\0" and name.endswith(b"/"):
        # So old archives have their folders.
        return FileType.FOLDER
    if kind in (FileType.FILE, FileType.HARD_LINK, FileType.SPECIAL):
        last = name.rstrip(b"/").rpartition(b"/")[2]
        if last == OPAQUE:
            return FileType.OPAQUE
        if last.startswith(WHITEOUT):
            return FileType.WHITEOUT
    return kind


def _padded(size: int) -> int:
    return (size + BLOCK - 1) & -BLOCK

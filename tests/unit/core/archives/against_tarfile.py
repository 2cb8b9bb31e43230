"""The same archive read by ours and by the standard library, to be compared."""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import replace

from modeldesk.core.archives.tar_walk import walk
from modeldesk.core.archives.window import StreamWindow
from modeldesk.core.contents.entries import OPAQUE, WHITEOUT, Entry, FileType
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.paths import clean
from modeldesk.core.errors import ArchiveDamaged

_TYPES = {
    tarfile.DIRTYPE: FileType.FOLDER,
    tarfile.SYMTYPE: FileType.SYMLINK,
    tarfile.LNKTYPE: FileType.HARD_LINK,
    tarfile.CHRTYPE: FileType.SPECIAL,
    tarfile.BLKTYPE: FileType.SPECIAL,
    tarfile.FIFOTYPE: FileType.SPECIAL,
}
SPARSE = -1
"""The offset of files with holes, whose data is not in one place."""


def ours(archive: bytes, piece: int = 0) -> dict[bytes, Entry]:
    """The entries by path, read as a stream of pieces of that size (0: in one piece)."""
    piece = piece or max(1, len(archive))
    pieces = (archive[at : at + piece] for at in range(0, len(archive), piece))
    writer = LayerIndexWriter()
    walk(StreamWindow(pieces), writer, lambda: None)
    index = unpack(writer.finish())
    assert list(index.paths) == sorted(set(index.paths))
    return {index.paths[row]: entry for row, entry in enumerate(index)}


def theirs(archive: bytes) -> dict[bytes, Entry]:
    """The entries as the standard library tells of them, in our words. Raises
    `tarfile.TarError`."""
    entries: dict[bytes, Entry] = {}
    try:
        for entry in _members(archive):
            if entry.path:
                slash = b"/" if entry.type == FileType.FOLDER else b""
                entries[entry.path + slash] = entry
    except (ValueError, OverflowError) as error:
        # So it fails for some records of files with holes.
        raise tarfile.ReadError(str(error)) from error
    return entries


def _members(archive: bytes) -> Iterator[Entry]:
    with tarfile.open(
        fileobj=io.BytesIO(archive), mode="r:", encoding="utf-8", errors="surrogateescape"
    ) as opened:
        for member in opened:
            header = archive[member.offset_data - tarfile.BLOCKSIZE : member.offset_data]
            other = header[257:263] != b"ustar\0" and header[345:500].strip(b"\0")
            if other and not member.issparse():
                raise tarfile.ReadError("It takes other fields for a part of the name.")
            name = _bytes(member.name).partition(b"\0")[0]
            link = _bytes(member.linkname).partition(b"\0")[0]
            yield _entry(member, clean(name), link)
        if archive[opened.offset : opened.offset + tarfile.BLOCKSIZE].strip(b"\0"):
            raise tarfile.ReadError("It takes a header that it can't read for the end.")


def _entry(member: tarfile.TarInfo, path: bytes, link: bytes) -> Entry:
    kind = _TYPES.get(member.type, FileType.FILE)
    if member.type == tarfile.AREGTYPE and member.name.endswith("/"):
        # It looks for the slash before the name has its beginning; engines look behind.
        kind = FileType.FOLDER
    last = path.rpartition(b"/")[2]
    if kind in (FileType.FILE, FileType.HARD_LINK, FileType.SPECIAL):
        if last == OPAQUE:
            kind = FileType.OPAQUE
        elif last.startswith(WHITEOUT):
            kind = FileType.WHITEOUT
    has_link = member.type in (tarfile.SYMTYPE, tarfile.LNKTYPE)
    size = member.size if kind == FileType.FILE else 0
    return Entry(
        path,
        kind,
        len(link) if kind == FileType.SYMLINK else size,
        member.mode & 0o7777,
        max(0, member.uid),
        max(0, member.gid),
        int(member.mtime),
        link if has_link else b"",
        SPARSE if member.issparse() else member.offset_data,
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def compare(archive: bytes, piece: int = 0) -> bool:
    """Hold what ours reads against the standard library's; whether ours could read it.

    It may refuse what that one takes (which passes over much that is broken), with
    `ArchiveDamaged` and nothing else; but what it takes must be the same. Raises
    `tarfile.TarError` where ours takes what that one refuses.
    """
    try:
        found = ours(archive, piece)
    except ArchiveDamaged:
        return False
    if len(archive) >= tarfile.BLOCKSIZE:
        # Of less than a block that one says that it is no archive.
        expected = theirs(archive)
        for path, entry in expected.items():
            if entry.offset == SPARSE and path in found:
                found[path] = replace(found[path], offset=SPARSE)
        assert found == expected
    return True

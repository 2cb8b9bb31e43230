"""What holds an archive's files: a folder, or one tar file."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from modeldesk.core.archives.compression import BEGINNING, is_compressed
from modeldesk.core.archives.links import link_target
from modeldesk.core.archives.tar_headers import BLOCK, is_tar
from modeldesk.core.archives.tar_walk import walk
from modeldesk.core.archives.window import FileWindow
from modeldesk.core.contents.entries import FileType, shown
from modeldesk.core.contents.index_packing import LayerIndexWriter, unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.errors import ArchiveDamaged, ArchiveError
from modeldesk.core.image_documents import LARGEST, no_archive
from modeldesk.core.words import tr

_DEEPEST_LINK = 8
_MOST_MEMBERS = 250_000
"""Files in an archive of images, which has few for each layer."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A part of an open file."""

    descriptor: int
    begin: int
    end: int
    state: tuple[int, ...]
    """Of the whole file: it is another as soon as somebody changed or replaced it."""

    def read(self, most: int) -> bytes:
        """Its first bytes."""
        size = min(most, self.end - self.begin)
        found = os.pread(self.descriptor, size, self.begin)
        while len(found) < size:
            more = os.pread(self.descriptor, size - len(found), self.begin + len(found))
            if not more:
                break
            found += more
        return found


class Store(Protocol):
    """The files of an archive by their paths."""

    @contextmanager
    def opened(self, path: bytes) -> Iterator[Extent | None]:
        """A file; None where there is none. Raises `ArchiveError`."""
        ...


def document(store: Store, path: bytes) -> bytes | None:
    """A small file of `store`; None where there is none. Raises `ArchiveError`."""
    with store.opened(path) as found:
        if found is None:
            return None
        if found.end - found.begin > LARGEST:
            raise ArchiveDamaged(tr("{path} is impossibly long.", path=shown(path)))
        return found.read(LARGEST)


class FolderStore:
    """An OCI layout, or what skopeo writes to a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def opened(self, path: bytes) -> Iterator[Extent | None]:
        """See `Store`. A link is not followed: it may lead anywhere."""
        if not path or b"\0" in path or b".." in path.split(b"/"):
            yield None
            return
        with open_file(self._folder / os.fsdecode(path)) as found:
            yield found


class TarStore:
    """A tar file, whose members are found once."""

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        self._path = path
        self._index, self._state = _read_index(path, check)

    @contextmanager
    def opened(self, path: bytes) -> Iterator[Extent | None]:
        """See `Store`. Links are followed within the archive."""
        row = self._row(path)
        if row is None:
            yield None
            return
        begin, size = self._index.offsets[row], self._index.sizes[row]
        with open_file(self._path) as file:
            if file is None or file.state != self._state or begin + size > file.end:
                raise ArchiveDamaged(
                    tr("{path} was changed while it was read.", path=self._path),
                    tr("Open it again."),
                )
            yield Extent(file.descriptor, begin, begin + size, file.state)

    def _row(self, path: bytes) -> int | None:
        for _ in range(_DEEPEST_LINK):
            row = self._index.row(path)
            if row is None or self._index.types[row] == FileType.FILE:
                return row
            if row not in self._index.links:
                return None
            kind = FileType(self._index.types[row])
            path = link_target(path, kind, self._index.links[row])
        raise ArchiveDamaged(tr("Links of the archive lead into each other."))


def is_compressed_file(path: Path) -> bool:
    """Whether an archive is packed as a whole. Raises `ArchiveError`."""
    with open_file(path) as found:
        return found is not None and is_compressed(found.read(BEGINNING))


@contextmanager
def open_file(path: Path) -> Iterator[Extent | None]:
    """A file that is really one; None where there is nothing. Raises `ArchiveError`."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except (FileNotFoundError, NotADirectoryError):
        yield None
        return
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ArchiveError(
                tr("{path} is no file.", path=path), tr("Choose an archive of images.")
            )
        # The time of the last change of anything can't be set back, unlike that of the content.
        state = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        yield Extent(descriptor, 0, found.st_size, state)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)


def _read_index(path: Path, check: Callable[[], None]) -> tuple[LayerIndex, tuple[int, ...]]:
    writer = LayerIndexWriter(_MOST_MEMBERS)
    with open_file(path) as found:
        if found is None:
            raise ArchiveError(
                tr("{path} is not there, or no longer.", path=path),
                tr("Check that it was not moved or renamed."),
            )
        if not is_tar(found.read(BLOCK)):
            raise no_archive()
        walk(FileWindow(found.descriptor, found.begin, found.end), writer, check)
        return unpack(writer.finish()), found.state


def _unreadable(path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        tr("{path} can't be read: {reason}.", path=path, reason=error.strerror or str(error)),
        tr("Check that it is yours, and that its disk is connected."),
        str(error),
    )

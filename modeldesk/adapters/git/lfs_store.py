"""Large files of Git LFS, from the store in the repository itself. Nothing is fetched, and the
program git-lfs is not run."""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from modeldesk.adapters.git.refusals import ROOM_LEFT, no_room
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.lfs import LONGEST, LfsPointer, read_pointer

_PIECE = 1 << 20
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class LfsStore:
    """The objects that a repository keeps, whose ``.git`` is `git_folder`."""

    def __init__(self, git_folder: Path) -> None:
        self._objects = git_folder / "lfs" / "objects"

    def fill_in(self, folder: Path, token: CancelToken) -> None:
        """Put the files in the place of their pointers under `folder`, where the store has them.
        Raises `FolderError` when there is no room for them, `Cancelled`."""
        if not self._objects.is_dir():
            return
        for path in _small_files(folder):
            token.raise_if_cancelled()
            pointer = read_pointer(path)
            if pointer is not None:
                self._replace(Path(path), pointer, token)

    def _replace(self, path: Path, pointer: LfsPointer, token: CancelToken) -> None:
        source = self._objects / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid
        try:
            with os.fdopen(os.open(source, _FLAGS), "rb") as found:
                facts = os.fstat(found.fileno())
                if stat.S_ISREG(facts.st_mode) and facts.st_size == pointer.size_bytes:
                    _require_room(path, pointer.size_bytes)
                    self._copy(found, path, pointer, token)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise no_room(path.parent) from error
            # What the store lacks stays a pointer, and is said of the folder like any other.

    def _copy(self, found: BinaryIO, path: Path, pointer: LfsPointer, token: CancelToken) -> None:
        # Beside it, under a name that no file of the commit has.
        descriptor, new = tempfile.mkstemp(prefix=".lfs-", dir=path.parent)
        digest = hashlib.sha256()
        try:
            with os.fdopen(descriptor, "wb") as out:
                while data := found.read(_PIECE):
                    token.raise_if_cancelled()
                    digest.update(data)
                    out.write(data)
            if digest.hexdigest() == pointer.oid:
                Path(new).chmod(path.stat().st_mode)
                Path(new).replace(path)
        finally:
            Path(new).unlink(missing_ok=True)


def _require_room(path: Path, size_bytes: int) -> None:
    """A thousand pointers may name one large file."""
    if shutil.disk_usage(path.parent).free - size_bytes < ROOM_LEFT:
        raise no_room(path.parent)


def _small_files(folder: Path) -> Iterator[str]:
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    waiting.append(one.path)
                elif one.is_file(follow_symlinks=False) and one.stat().st_size <= LONGEST:
                    yield one.path

"""Reading a folder that nobody vouches for: links are not followed, only regular files are
opened, and never more of them than asked for."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.ignored import Rules, is_secret
from modeldesk.core.model_folder.model import FileEntry, KeptOut
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_SHOWN = 20


@dataclass(slots=True)
class Noted:
    """Paths of one kind: how many there are, and the first of them."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, path: str) -> None:
        self.count += 1
        if len(self.first) < _SHOWN:
            self.first.append(path)


@dataclass(slots=True)
class Tree:
    """A folder's files, and what is odd about it."""

    files: list[FileEntry] = field(default_factory=list)
    kept_out: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Pattern → files and bytes."""
    held: list[FileEntry] = field(default_factory=list)
    """The files that were kept out."""
    total_bytes: int = 0
    file_count: int = 0
    secrets: Noted = field(default_factory=Noted)
    unreadable: Noted = field(default_factory=Noted)
    readable_by_all: bool = True
    special: Noted = field(default_factory=Noted)
    links: list[str] = field(default_factory=list)
    """Those that were not kept out, wherever they lead."""
    links_outside: Noted = field(default_factory=Noted)

    def kept(self) -> tuple[KeptOut, ...]:
        """What was kept out, the largest first."""
        return tuple(
            KeptOut(pattern, files, size)
            for pattern, (files, size) in sorted(
                self.kept_out.items(), key=lambda item: (-item[1][1], item[0])
            )
        )


def check_folder(folder: Path) -> None:
    """Raise `FolderError` unless `folder` is a folder that can be listed."""
    try:
        if folder.exists() and not folder.is_dir():
            raise FolderError(
                tr("{path} is not a folder.", path=printable(str(folder))),
                tr("Choose the folder that holds the model’s files."),
            )
        os.scandir(folder).close()
    except (OSError, ValueError) as error:
        raise _unusable(folder, error) from error


def walk(folder: Path, rules: Rules, token: CancelToken) -> Tree:
    """Every file under `folder`, in no more than one pass. What `rules` keep out is
    listed apart. Raises `FolderError` when the folder itself can't be listed or vanishes."""
    tree = Tree()
    root = os.path.realpath(folder)
    pending = [("", "")]
    while pending:
        prefix, pattern = pending.pop()
        token.raise_if_cancelled()
        try:
            entries = os.scandir(f"{root}/{prefix}")
        except OSError as error:
            if not prefix:
                raise _unusable(folder, error) from error
            tree.unreadable.add(prefix)
            continue
        before = len(tree.files)
        with entries:
            for entry in token.over(entries):
                path = f"{prefix}/{entry.name}" if prefix else entry.name
                kept_by = pattern or rules.match(entry.name, at_top=not prefix)
                if not pattern and kept_by and is_secret(kept_by, entry.name):
                    tree.secrets.add(path)
                if _enter(tree, entry, path, kept_by, root):
                    pending.append((path, kept_by))
        # Folder by folder, so that little is left to sort at the end: no other thread gets its
        # turn meanwhile.
        tree.files[before:] = sorted(tree.files[before:])
    check_folder(folder)
    tree.files.sort()
    return tree


def _enter(tree: Tree, entry: "os.DirEntry[str]", path: str, kept_by: str, root: str) -> bool:
    """Note one entry; True when it is a folder to go into."""
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        tree.unreadable.add(path)
        return False
    mode = facts.st_mode
    if stat.S_ISDIR(mode):
        if mode & 0o005 != 0o005 and not kept_by:
            tree.readable_by_all = False
        return True
    if stat.S_ISREG(mode):
        tree.file_count += 1
        tree.total_bytes += facts.st_size
        if kept_by:
            files, size = tree.kept_out.get(kept_by, (0, 0))
            tree.kept_out[kept_by] = files + 1, size + facts.st_size
            tree.held.append(FileEntry(path, facts.st_size))
            return False
        if mode & 0o444 != 0o444:
            tree.readable_by_all = tree.readable_by_all and bool(mode & 0o004)
            if not os.access(entry.path, os.R_OK):
                tree.unreadable.add(path)
        tree.files.append(FileEntry(path, facts.st_size))
    elif kept_by:
        return False
    elif stat.S_ISLNK(mode):
        tree.links.append(path)
        if _leads_outside(entry.path, root):
            tree.links_outside.add(path)
        elif Path(entry.path).is_file():
            tree.files.append(FileEntry(path, 0))
    else:
        tree.special.add(path)
    return False


def _leads_outside(link: str, root: str) -> bool:
    target = os.path.realpath(link)
    return target != root and not target.startswith(root + os.sep)


@contextmanager
def opened(folder: Path, path: PurePosixPath | str) -> Iterator[BinaryIO]:
    """A regular file under `folder`, for reading. Raises `OSError` for anything else: a link, a
    pipe put in its place, or no right to read it."""
    if not stat.S_ISREG((folder / path).lstat().st_mode):
        raise OSError("not a regular file")
    # It may be replaced between the two looks; without blocking, even a pipe does no harm.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(folder / path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a regular file")
        file = open(descriptor, "rb", closefd=False)  # noqa: SIM115 - the descriptor is closed
        with file:
            yield file
    finally:
        os.close(descriptor)


def read_start(folder: Path, path: PurePosixPath | str, limit: int) -> bytes:
    """Up to `limit` bytes from a file's start; empty when it can't be read."""
    try:
        with opened(folder, path) as file:
            return file.read(limit)
    except OSError:
        return b""


def read_text(folder: Path, path: PurePosixPath | str, limit: int = 1_000_000) -> str:
    """A text file of up to `limit` bytes, whatever its encoding; empty when it can't be read
    or is larger."""
    content = read_start(folder, path, limit + 1)
    if len(content) > limit:
        return ""
    return content.decode("utf-8-sig", "replace")


def _unusable(folder: Path, error: OSError | ValueError) -> FolderError:
    path = printable(str(folder))
    if isinstance(error, FileNotFoundError):
        return FolderError(
            tr("The folder {path} is not there.", path=path),
            tr("It may have been moved or deleted, or its drive taken out."),
            str(error),
        )
    if isinstance(error, NotADirectoryError):
        return FolderError(
            tr("{path} is not a folder.", path=path),
            tr("Choose the folder that holds the model’s files."),
            str(error),
        )
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return FolderError(
            tr("{path} is a link that leads to itself.", path=path),
            tr("Choose the folder it was meant to lead to."),
            str(error),
        )
    if isinstance(error, PermissionError):
        return FolderError(
            tr("The folder {path} can't be read.", path=path),
            tr("Ask its owner for the right to read it, or copy it to a folder of yours."),
            str(error),
        )
    return FolderError(
        tr("The folder {path} can't be read.", path=path),
        tr("Check the drive it is on."),
        printable(str(error)),
    )

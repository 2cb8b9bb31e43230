"""The files of a tar layer, which lies whole on the disk and has the digest it is named by. What
is in it is anybody's: links, devices and paths that lead elsewhere are refused, and a tar that
grows beyond all measure is too."""

import filecmp
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from modeldesk.core.archives.compression import unpacked
from modeldesk.core.artifacts.arriving import not_written, settle
from modeldesk.core.artifacts.safe_paths import check_no_links, safe_path, twice
from modeldesk.core.errors import ArchiveError, ArtifactError, ArtifactUnsafe, ExtractFailed
from modeldesk.core.jobs import CancelToken
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_PIECE = 1 << 20
_MOST_FILES = 20_000
"""Each takes a kilobyte of memory on the way."""
_MOST_TIMES = 200
"""By how much honest files grow when they are unpacked."""
_FREE_BYTES = 64 * 1024 * 1024
"""That a tar may grow to in any case."""


@dataclass(frozen=True, slots=True)
class _Member:
    path: PurePosixPath
    executable: bool
    modified: float


def unpack(archive: Path, folder: Path, token: CancelToken, *, replace: bool) -> None:
    """Write the files of `archive` below `folder`: all of them, or none. Files that are there and
    the same are left. Raises `ArtifactUnsafe`, `ArtifactError` for a damaged archive,
    `ExtractFailed` where another file is in the way (unless `replace`) or the disk is full,
    `Cancelled`."""
    room = archive.with_name(f"{archive.name}.d")
    shutil.rmtree(room, ignore_errors=True)
    try:
        room.mkdir(0o700)
        members = _write_all(archive, room, token)
        for member in members:
            check_no_links(folder, member.path)
            _check_free(room / member.path, folder / member.path, member.path, replace=replace)
        for member in members:
            target = folder / member.path
            target.parent.mkdir(parents=True, exist_ok=True)
            settle(
                room / member.path,
                target,
                executable=member.executable,
                modified=member.modified or None,
            )
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)


def in_the_way(path: PurePosixPath) -> ExtractFailed:
    """What is raised where another file has the name."""
    return ExtractFailed(
        tr("“{path}” is there already, and is another file.", path=printable(str(path))),
        tr("Pull to an empty folder, or say that files may be replaced."),
    )


def _write_all(archive: Path, room: Path, token: CancelToken) -> list[_Member]:
    found: list[_Member] = []
    most = archive.stat().st_size * _MOST_TIMES + _FREE_BYTES
    try:
        with (
            archive.open("rb") as file,
            tarfile.open(
                fileobj=cast("IO[bytes]", _Pieces(_read(file, token), most)),
                mode="r|",
                bufsize=_PIECE,
            ) as tar,
        ):
            for number, member in enumerate(tar):
                if not member.isdir():
                    found.append(_write(tar, member, room, token))
                if number >= _MOST_FILES:
                    raise ArtifactUnsafe(tr("The artifact holds more files than are written."))
    except (tarfile.TarError, ArchiveError, EOFError) as error:
        raise ArtifactError(
            tr("A layer of the artifact is no tar that can be read."),
            tr("It was packed wrongly. Have it packed again."),
            str(error),
        ) from error
    return found


def _write(
    tar: tarfile.TarFile, member: tarfile.TarInfo, room: Path, token: CancelToken
) -> _Member:
    path = safe_path(member.name)
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        raise ArtifactUnsafe(
            tr("“{path}” in the artifact is a link or a device, which is not written.",
               path=printable(member.name)),
            tr("Have it packed again with the files themselves."),
        )  # fmt: skip
    place = room / path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            while piece := content.read(_PIECE):
                token.raise_if_cancelled()
                file.write(piece)
    except (FileExistsError, NotADirectoryError) as error:
        # The room was empty, so it is the tar itself that has the name twice.
        raise twice(path) from error
    return _Member(path, bool(member.mode & 0o100), max(0.0, float(member.mtime)))


def _check_free(new: Path, target: Path, path: PurePosixPath, *, replace: bool) -> None:
    if not target.exists() and not target.is_symlink():
        return
    same = target.is_file() and not target.is_symlink() and filecmp.cmp(new, target, shallow=False)
    if not same and (not replace or target.is_dir()):
        raise in_the_way(path)


def _read(file: IO[bytes], token: CancelToken) -> Iterator[bytes]:
    def pieces() -> Iterator[bytes]:
        while piece := file.read(_PIECE):
            token.raise_if_cancelled()
            yield piece

    return unpacked(pieces())


class _Pieces:
    """Pieces as a file that is read once, and never more than `most` bytes."""

    def __init__(self, pieces: Iterator[bytes], most: int) -> None:
        self._pieces = pieces
        self._left = most
        self._rest = b""

    def read(self, size: int) -> bytes:
        found = [self._rest]
        length = len(self._rest)
        while length < size and (piece := next(self._pieces, b"")):
            self._left -= len(piece)
            if self._left < 0:
                raise ArtifactUnsafe(
                    tr("A layer of the artifact grows beyond all measure when it is unpacked."),
                    tr("Do not use what comes from there."),
                )
            found.append(piece)
            length += len(piece)
        whole = b"".join(found)
        self._rest = whole[size:]
        return whole[:size]

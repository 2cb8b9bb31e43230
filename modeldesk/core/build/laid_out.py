"""A folder laid out beside itself, with weights that were never in it. Nothing is copied where the
disk can give one file two names; nothing that is laid out is written to."""

import os
import shutil
from pathlib import Path

from modeldesk.core.build_context.scan import unreadable
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.lfs import read_pointer
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_NOT_LAID_OUT = ".git"
"""Git is asked of the folder itself."""


def lay_out(folder: Path, place: Path, token: CancelToken) -> None:
    """Have the files of `folder` in `place` too, which is empty. Links stay links; pipes and
    devices are left out. Raises `FolderError`, `Cancelled`."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        token.raise_if_cancelled()
        try:
            with os.scandir(folder / below) as found:
                for entry in found:
                    path = f"{below}/{entry.name}" if below else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if path != _NOT_LAID_OUT:
                            (place / path).mkdir()
                            waiting.append(path)
                    elif entry.is_symlink() or entry.is_file():
                        _give(Path(entry.path), place / path)
        except OSError as error:
            raise unreadable(folder, below, error) from error


def join(weights: Path, place: Path, token: CancelToken) -> None:
    """Put every file of the folder `weights` where it belongs below `place`. A pointer of Git LFS
    gives way to the file that it stands for. Raises `FolderError` where another file has the
    name, `Cancelled`."""
    for file in sorted(weights.rglob("*")):
        token.raise_if_cancelled()
        if file.is_dir():
            continue
        path = file.relative_to(weights)
        target = place / path
        if os.path.lexists(target):
            if read_pointer(str(target)) is None:
                raise FolderError(
                    tr("“{path}” is in the folder, and in the artifact too.",
                       path=printable(str(path))),
                    tr("Take it out of the folder, or build without --weights-from."),
                )  # fmt: skip
            target.unlink()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _give(file, target)
        except OSError as error:
            raise unreadable(place, str(path), error) from error


def _give(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the disk, or another one, does not allow
    that."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)

"""Folders for a while, in which secrets may lie. One that a killed program left behind goes with
the next of its kind."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_YOUNG_S = 60.0
"""Between being made and being held, none is looked at."""


@contextmanager
def private_folder(prefix: str, place: str | None = None) -> Iterator[Path]:
    """A folder of this account alone in `place` (else where temporary ones are), gone afterwards.
    Raises `OSError`."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as name:
        folder = Path(name)
        held = _hold(folder)
        try:
            _sweep(folder.parent, prefix)
            yield folder
        finally:
            if held is not None:
                os.close(held)


def _sweep(place: Path, prefix: str) -> None:
    with suppress(OSError):
        for other in place.glob(f"{prefix}*"):
            with suppress(OSError):
                _remove_if_left(other)


def _remove_if_left(folder: Path) -> None:
    facts = folder.lstat()
    if sys.platform == "win32" or facts.st_uid != os.getuid():
        return
    if time.time() - facts.st_mtime < _YOUNG_S or folder.is_symlink() or not folder.is_dir():
        return
    held = _hold(folder)
    if held is not None:
        try:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(held)


def _hold(folder: Path) -> int | None:
    """A lock that dies with the program; None where another holds it, or there are none such."""
    if sys.platform == "win32":
        return None
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor

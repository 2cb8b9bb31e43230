"""Locks that die with the process that holds them, as files (filelock)."""

import errno
import getpass
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from modeldesk.core.errors import AlreadyRunning, RecordsError, SettingsError
from modeldesk.core.words import tr

_LONGEST_WAIT_S = 10.0
"""Whoever changes a file of settings has it for some milliseconds."""
_LOOK_S = 0.01


@contextmanager
def hold_settings(path: Path) -> Iterator[None]:
    """Implements `modeldesk.core.settings_file.HoldFile`, with a file beside `path`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.lock")
        lock = FileLock(beside, timeout=_LONGEST_WAIT_S, poll_interval=_LOOK_S, thread_local=False)
        lock.acquire()
    except (Timeout, OSError) as error:
        raise SettingsError(
            tr("The settings could not be saved to {path}.", path=path),
            tr("Check that the folder exists, is yours, and has room."),
            str(error),
        ) from error
    try:
        yield
    finally:
        lock.release()


class FileDeploymentLocks:
    """Implements the `DeploymentLocks` port with one file a deployment under `folder`, or under
    `otherwise` where an account may not write there."""

    def __init__(self, folder: Path, otherwise: Path | None = None) -> None:
        self._folder = folder
        self._otherwise = otherwise

    @contextmanager
    def hold(self, name: str, engine: str = "") -> Iterator[None]:
        """See `modeldesk.core.ports.DeploymentLocks`."""
        # A name is not always a file name on every system; its hash is.
        which = f"{engine}\0{name}" if engine else name
        file = hashlib.sha256(which.encode()).hexdigest()[:32]
        try:
            lock = FileLock(self._made_folder() / f"{file}.lock", timeout=0, thread_local=False)
            lock.acquire()
        except Timeout:
            raise AlreadyRunning(
                tr("“{name}” is being changed by another window or command.", name=name),
                tr("Wait until that is done, then try again."),
            ) from None
        except OSError as error:
            raise RecordsError(
                tr("“{name}” can't be changed: its lock can't be made.", name=name),
                tr("Check that the folder {path} is yours and has room.", path=self._folder),
                str(error),
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _made_folder(self) -> Path:
        """The folder that all programs of this account agree on. Raises `OSError`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._otherwise is None or os.access(self._folder, os.W_OK):
                return self._folder
        except OSError:
            if self._otherwise is None:
                raise
        self._otherwise.mkdir(mode=0o700, exist_ok=True)
        # It is where everybody may write: somebody else's could lead anywhere.
        if hasattr(os, "getuid") and self._otherwise.lstat().st_uid != os.getuid():
            raise PermissionError(errno.EPERM, "it belongs to somebody else", str(self._otherwise))
        return self._otherwise


def folder_of_user() -> Path:
    """Where the programs of an account keep locks that may write nowhere else."""
    user = os.getuid() if hasattr(os, "getuid") else getpass.getuser()
    return Path(tempfile.gettempdir()) / f"modeldesk-locks-{user}"

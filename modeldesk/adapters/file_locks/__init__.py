"""Locks that die with the process that holds them, as files (filelock)."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from modeldesk.core.errors import AlreadyRunning, RecordsError
from modeldesk.core.words import tr


class FileDeploymentLocks:
    """Implements the `DeploymentLocks` port with one file a deployment under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, name: str, engine: str = "") -> Iterator[None]:
        """See `modeldesk.core.ports.DeploymentLocks`."""
        # A name is not always a file name on every system; its hash is.
        which = f"{engine}\0{name}" if engine else name
        file = hashlib.sha256(which.encode()).hexdigest()[:32]
        lock = FileLock(self._folder / f"{file}.lock", timeout=0, thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
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

"""Deployment locks of one program, in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from modeldesk.core.errors import AlreadyRunning


class FakeDeploymentLocks:
    """Implements `DeploymentLocks`. `held` are the engines and names held now."""

    def __init__(self) -> None:
        self.held: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, name: str, engine: str = "") -> Iterator[None]:
        which = (engine, name)
        with self._lock:
            if which in self.held:
                raise AlreadyRunning(f"“{name}” is being changed.", "Wait until that is done.")
            self.held.add(which)
        try:
            yield
        finally:
            with self._lock:
                self.held.remove(which)

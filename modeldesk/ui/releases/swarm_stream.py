"""How a service on a swarm stands, followed by a thread of its own."""

import threading
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.ui.tasks.runner import TaskRunner

Follow = Callable[[CancelToken], Iterator[Rolling]]
"""Ends once the token is cancelled; see `SwarmReleases.follow`."""


class SwarmStream(QObject):
    """Follows one service at a time. What comes of one that is no longer followed is dropped."""

    stood = Signal(object)
    """The newest `Rolling`."""
    failed = Signal(object)
    """A `ModelDeskError`: the service or the swarm is gone, and nothing more comes."""

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._token: CancelToken | None = None

    @property
    def following(self) -> bool:
        """Whether one is followed."""
        return self._token is not None

    def follow(self, stream: Follow) -> None:
        """Follow another in place of the one before."""
        self.stop()
        token = self._token = CancelToken()

        def came(batch: list[Rolling | ModelDeskError]) -> None:
            if self._token is not token:
                return
            newest = batch[-1]
            if isinstance(newest, ModelDeskError):
                self._token = None
                self.failed.emit(newest)
            else:
                self.stood.emit(newest)

        feed = self._tasks.feed(self, came)

        def pump() -> None:
            try:
                for rolling in stream(token):
                    feed(rolling)
            except Cancelled:
                return
            except ModelDeskError as problem:
                feed(problem)

        threading.Thread(target=pump, name="modeldesk-swarm", daemon=True).start()

    def stop(self) -> None:
        """Let go of the service."""
        token, self._token = self._token, None
        if token is not None:
            token.cancel()

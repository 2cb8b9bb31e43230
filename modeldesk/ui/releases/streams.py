"""A container's output and figures, followed by threads of their own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from modeldesk.core.containers.model import ContainerStats, LogLine
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.ui.tasks.runner import TaskRunner

T = TypeVar("T")


class ContainerStreams(QObject):
    """Follows one container at a time. What a container that is no longer followed still sends
    is dropped."""

    lines = Signal(object)
    """A list of `LogLine`, in order."""
    stats = Signal(object)
    """The newest `ContainerStats`."""

    def __init__(self, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._token: CancelToken | None = None
        self._container: ContainerId | None = None

    @property
    def container(self) -> ContainerId | None:
        """What is followed."""
        return self._container

    def follow(self, engine: ImageEngine, container: ContainerId, *, figures: bool = True) -> None:
        """Follow `container` in place of the one before; its figures only when it runs."""
        self.stop()
        token = self._token = CancelToken()
        self._container = container

        def lines_came(batch: list[LogLine]) -> None:
            if self._token is token:
                self.lines.emit(batch)

        def stats_came(batch: list[ContainerStats]) -> None:
            if self._token is token:
                self.stats.emit(batch[-1])

        self._start("logs", lambda: engine.follow_logs(container, token), lines_came)
        if figures:
            self._start("stats", lambda: engine.follow_stats(container, token), stats_came)

    def stop(self) -> None:
        """Let go of the container; its sockets are shut at once."""
        token, self._token, self._container = self._token, None, None
        if token is not None:
            # A closer may wait a moment for a socket; the window does not.
            threading.Thread(target=token.cancel, name="modeldesk-unfollow", daemon=True).start()

    def _start(
        self,
        what: str,
        stream: Callable[[], Iterator[T]],
        deliver: Callable[[list[T]], None],
    ) -> None:
        feed = self._tasks.feed(self, deliver)

        def pump() -> None:
            # The container or the engine is gone: the page hears of that by itself.
            with suppress(ModelDeskError):
                for item in stream():
                    feed(item)

        threading.Thread(target=pump, name=f"modeldesk-{what}", daemon=True).start()

"""Requests of which only the newest counts."""

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job, Progress
from modeldesk.ui.tasks.lanes import Lane, SerialLane
from modeldesk.ui.tasks.runner import TaskRunner

if TYPE_CHECKING:
    from modeldesk.ui.tasks.handle import TaskHandle

T = TypeVar("T")


class Latest:
    """For a detail pane: a newer request supersedes the older one, which is cancelled and
    whose answer, however late, is dropped."""

    def __init__(self, tasks: TaskRunner, owner: QObject) -> None:
        self._tasks = tasks
        self._owner = weakref.ref(owner)
        self._handle: TaskHandle[Any] | None = None

    def submit(
        self,
        work: Callable[[Job], T],
        *,
        title: str,
        on_result: Callable[[T], None],
        on_error: Callable[[ModelDeskError], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        lane: Lane | SerialLane = Lane.INTERACTIVE,
    ) -> None:
        """As `TaskRunner.submit`, in place of the request before."""
        self.cancel()
        owner = self._owner()
        if owner is None:
            return
        self._handle = self._tasks.submit(
            work,
            lane=lane,
            title=title,
            owner=owner,
            on_result=on_result,
            on_error=on_error,
            on_progress=on_progress,
            show_in_activity=False,
        )

    def cancel(self) -> None:
        """Want no answer any more."""
        if self._handle is not None:
            self._handle.abandon()
            self._handle = None

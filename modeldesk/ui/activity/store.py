"""Every piece of work that was shown, the running and the recently ended."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from modeldesk.ui.activity.words import last_words
from modeldesk.ui.tasks.handle import TaskHandle, TaskState
from modeldesk.ui.tasks.outcome import UnexpectedError
from modeldesk.ui.tasks.runner import TaskRunner

KEPT_TASKS = 200
KEPT_LINES = 5_000


class ActivityStore(QObject):
    """Listens to a task runner and remembers. Running work is never dropped; of what ended the
    oldest goes first."""

    changed = Signal()
    """Tasks came, went, or are in another state."""
    task_altered = Signal(object)
    """This `TaskHandle` has a new state, progress or link."""
    lines_added = Signal(int, object)
    """A task's number, and a list of its new log lines."""
    task_ended = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = tasks
        self._handles: dict[int, TaskHandle[Any]] = {}
        self._logs: dict[int, deque[str]] = {}
        tasks.added.connect(self._add)
        tasks.altered.connect(self.task_altered)
        tasks.logged.connect(self._log)
        tasks.ended.connect(self._end)

    @property
    def tasks(self) -> tuple[TaskHandle[Any], ...]:
        """What runs, the newest first; what waits, in its order; what ended, the newest first."""
        oldest_first = tuple(self._handles.values())
        newest_first = oldest_first[::-1]
        return (
            *(handle for handle in newest_first if handle.active and not _waits(handle)),
            *(handle for handle in oldest_first if _waits(handle)),
            *(handle for handle in newest_first if not handle.active),
        )

    @property
    def active(self) -> tuple[TaskHandle[Any], ...]:
        """What has not ended, in the order of `tasks`."""
        return tuple(handle for handle in self.tasks if handle.active)

    def task(self, number: int) -> TaskHandle[Any] | None:
        """The task of that number while it is remembered."""
        return self._handles.get(number)

    def lines(self, number: int) -> Sequence[str]:
        """The last log lines of a task."""
        return tuple(self._logs.get(number, ()))

    def retry(self, number: int) -> TaskHandle[Any] | None:
        """Start a failed or cancelled task again, as a new one."""
        handle = self._handles.get(number)
        again = self._runner.retry(handle) if handle is not None else None
        if again is not None:
            self.changed.emit()
        return again

    def forget_ended(self) -> None:
        """Clear the list of what ended."""
        for handle in self.tasks:
            if not handle.active:
                self._drop(handle.id)
        self.changed.emit()

    def _add(self, handle: TaskHandle[Any]) -> None:
        self._handles[handle.id] = handle
        self._logs[handle.id] = deque(maxlen=KEPT_LINES)
        surplus = len(self._handles) - KEPT_TASKS
        for old in [handle for handle in self._handles.values() if not handle.active][:surplus]:
            if surplus > 0:
                self._drop(old.id)
        self.changed.emit()

    def _log(self, handle: TaskHandle[Any], lines: list[str]) -> None:
        kept = self._logs.get(handle.id)
        if kept is not None:
            kept.extend(lines)
            self.lines_added.emit(handle.id, lines)

    def _end(self, handle: TaskHandle[Any]) -> None:
        if handle.error is not None and not isinstance(handle.error, UnexpectedError):
            said = last_words(handle.error, "\n".join(self._logs.get(handle.id, ())))
            if said:
                self._log(handle, said)
        self.changed.emit()
        self.task_ended.emit(handle)

    def _drop(self, number: int) -> None:
        del self._handles[number]
        del self._logs[number]


def _waits(handle: TaskHandle[Any]) -> bool:
    return handle.state is TaskState.WAITING

"""Work off the UI thread, its results on it.

`TaskRunner.submit` starts work in one of a few lanes. Of its result, its error and its
cancellation exactly one comes back, in the UI thread, as one call; none comes once the owner is
deleted. Endless streams have their own threads and speak through `TaskRunner.feed`.
"""

import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from modeldesk.core.courtesy import Courtesy
from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.ui.links import Link
from modeldesk.ui.mailbox import Feed, Mailbox, OwnedCall
from modeldesk.ui.tasks.handle import Again, Request, TaskHandle, TaskState
from modeldesk.ui.tasks.lanes import Lane, Lanes, SerialLane
from modeldesk.ui.tasks.outcome import Outcome, UnexpectedError, outcome_of

T = TypeVar("T")
log = logging.getLogger(__name__)

_LOG_LINES_UNDER_WAY = 10_000


class TaskRunner(QObject):
    """Starts work, brings its results to the UI thread, and ends it all at the end.

    The signals speak of tasks that are shown in Activity, each with its `TaskHandle`.
    """

    added = Signal(object)
    altered = Signal(object)
    """Its state, progress or link is new."""
    logged = Signal(object, object)
    """The handle, and a list of new log lines."""
    ended = Signal(object)
    unheard = Signal(object)
    """A task, shown or not, failed and nobody was given its error; or a bug ended one that is
    not shown, and its details would be nowhere to copy."""

    def __init__(self, parent: QObject | None = None, courtesy: Courtesy | None = None) -> None:
        super().__init__(parent)
        self.courtesy = courtesy or Courtesy()
        self._mailbox = Mailbox(self.courtesy, self)
        self._lanes = Lanes()
        self._numbers = itertools.count(1)
        self._active: dict[int, TaskHandle[Any]] = {}
        self._closed = False
        self._thread = threading.get_ident()

    def submit(
        self,
        work: Callable[[Job], T],
        *,
        lane: Lane | SerialLane,
        title: str,
        owner: QObject,
        on_result: Callable[[T], None] | None = None,
        on_error: Callable[[ModelDeskError], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        on_log: Callable[[Sequence[str]], None] | None = None,
        show_in_activity: bool = True,
        retry: bool | Again = False,
        told: bool = False,
        link: Link | None = None,
    ) -> TaskHandle[T]:
        """Start `work` when its lane has room. UI thread only.

        `work` gets a `Job` (token, report, log) and touches no Qt. An error that is not a
        `ModelDeskError` is a bug: it is logged and reaches `on_error` as `UnexpectedError`.
        `retry` says that asking again makes sense, and lets Activity offer it; it may be what
        asks. `told` says that whoever asked tells in the window how it ended.
        """
        request = Request(
            work,
            lane,
            title,
            OwnedCall(owner, on_result) if on_result else None,
            OwnedCall(owner, on_error) if on_error else None,
            OwnedCall(owner, on_cancelled) if on_cancelled else None,
            OwnedCall(owner, on_progress) if on_progress else None,
            OwnedCall(owner, on_log) if on_log else None,
            show_in_activity,
            retry,
            told,
            link,
        )
        return self._start(request)

    def retry(self, handle: TaskHandle[Any]) -> TaskHandle[Any] | None:
        """Ask again for what failed or was cancelled; None when that makes no sense."""
        request = handle.request
        if handle.active or request is None:
            return None
        handle.request = None
        return request.retry() if callable(request.retry) else self._start(request)

    def post(self, owner: QObject, call: Callable[[], None]) -> None:
        """Run `call` soon in the UI thread if `owner` still lives. From any thread."""
        self._mailbox.post(OwnedCall(owner, call))

    def feed(
        self, owner: QObject, deliver: Callable[[list[T]], None], limit: int = 10_000
    ) -> Feed[T]:
        """A function to push items into from any thread; `deliver` gets them in the UI thread
        in batches, at most about 30 times a second, while `owner` lives."""
        return self._mailbox.feed(owner, deliver, limit)

    def flush(self, feed: Feed[Any]) -> None:
        """Deliver what `feed` holds now, in the UI thread: before an end is told, for one."""
        self._mailbox.flush(feed)

    @property
    def active(self) -> tuple[TaskHandle[Any], ...]:
        """Everything that has not ended, shown or not, oldest first."""
        return tuple(self._active.values())

    def cancel(self, handle: TaskHandle[Any]) -> None:
        """See `TaskHandle.cancel`."""
        if self._closed or not handle.active or handle.state is TaskState.CANCELLING:
            return
        handle.state = TaskState.CANCELLING
        if self._withdraw(handle):
            self._mailbox.post(lambda: self._finish(handle, Cancelled()))
        else:
            self._cancel_token(handle)
        self.tell_altered(handle)

    def tell_altered(self, handle: TaskHandle[Any]) -> None:
        """Tell that a shown task is not what it was."""
        if handle.shown:
            self.altered.emit(handle)

    def shutdown(self, timeout_s: float) -> tuple[str, ...]:
        """Cancel everything but storage and wait for it to end; no callback comes any more.

        Returns the titles of what did not end in time. Python joins its threads at exit, so a
        program that is to leave regardless must then use `os._exit`.
        """
        self._closed = True
        self._mailbox.close()
        pending: dict[Future[None], str] = {}
        for handle in self._active.values():
            handle.launch = None
            stored = handle.request is not None and handle.request.lane is Lane.STORAGE
            if handle.future is None or (not stored and handle.future.cancel()):
                continue
            pending[handle.future] = handle.title
            if not stored:
                pending[self._cancel_token(handle)] = handle.title
        self._active.clear()
        left = wait(pending, timeout_s).not_done
        self._lanes.close(wait=not left)
        return tuple(dict.fromkeys(pending[future] for future in left))

    def _start(self, request: Request[T]) -> TaskHandle[T]:
        if threading.get_ident() != self._thread:
            raise RuntimeError(f"“{request.title}” was submitted outside the UI thread")
        token = CancelToken(self.courtesy.give_way)
        handle = TaskHandle(next(self._numbers), request, self, token)
        if self._closed:
            handle.settle(TaskState.CANCELLED, None)
            return handle
        self._active[handle.id] = handle
        if handle.shown:
            self.added.emit(handle)
        handle.launch = partial(self._launch, handle)
        self._lanes.enter(request.lane, handle.launch)
        return handle

    def _launch(self, handle: TaskHandle[T], pool: ThreadPoolExecutor) -> None:
        handle.launch = None
        request = handle.request
        if request is None:
            return
        progress: Feed[Progress] = self._mailbox.feed(
            self, lambda batch: self._deliver_progress(handle, batch[-1]), limit=1
        )
        lines: Feed[str] = self._mailbox.feed(
            self, lambda batch: self._deliver_lines(handle, batch), _LOG_LINES_UNDER_WAY
        )
        job = Job(handle.token, progress, lines)
        handle.future = pool.submit(self._work, handle, job, progress, lines)

    def _work(
        self, handle: TaskHandle[T], job: Job, progress: Feed[Progress], lines: Feed[str]
    ) -> None:
        """Runs in a worker thread. It holds the work and its error by nothing that outlives
        the UI thread's own hold, so that no QObject dies here."""
        self._mailbox.post(handle.started_running)
        request = handle.request
        outcome: Outcome[T] = Cancelled()
        if request is not None:
            outcome = outcome_of(request.work, job, request.title)
            del request

        def finish() -> None:
            self._mailbox.flush(progress)
            self._mailbox.flush(lines)
            self._finish(handle, outcome)

        self._mailbox.post(finish)

    def _finish(self, handle: TaskHandle[T], outcome: Outcome[T]) -> None:
        request = handle.request
        if not handle.active or request is None:
            return
        if isinstance(outcome, Cancelled):
            handle.settle(TaskState.CANCELLED, None)
        elif isinstance(outcome, ModelDeskError):
            handle.settle(TaskState.FAILED, outcome)
        else:
            handle.settle(TaskState.SUCCEEDED, None)
        if handle.muted or not request.retry or handle.state is TaskState.SUCCEEDED:
            handle.request = None
        del self._active[handle.id]
        if handle.future is not None:
            self._lanes.leave(request.lane)
        try:
            if not handle.muted:
                self._call_back(handle, request, outcome)
        finally:
            if handle.shown:
                self.altered.emit(handle)
                self.ended.emit(handle)

    def _call_back(self, handle: TaskHandle[T], request: Request[T], outcome: Outcome[T]) -> None:
        if isinstance(outcome, Cancelled):
            if request.on_cancelled:
                request.on_cancelled()
        elif isinstance(outcome, ModelDeskError):
            if request.on_error:
                request.on_error(outcome)
            if not request.on_error or (isinstance(outcome, UnexpectedError) and not handle.shown):
                self.unheard.emit(handle)
        elif request.on_result:
            request.on_result(outcome.value)

    def _withdraw(self, handle: TaskHandle[Any]) -> bool:
        """Take back what no worker has begun; False when one has."""
        if handle.future is not None:
            return handle.future.cancel()
        if handle.request is not None and handle.launch is not None:
            self._lanes.withdraw(handle.request.lane, handle.launch)
        return True

    def _deliver_progress(self, handle: TaskHandle[T], progress: Progress) -> None:
        if not handle.active:
            return
        handle.progress = progress
        if handle.request is not None and handle.request.on_progress and not handle.muted:
            handle.request.on_progress(progress)
        self.tell_altered(handle)

    def _deliver_lines(self, handle: TaskHandle[T], lines: list[str]) -> None:
        if handle.request is not None and handle.request.on_log and not handle.muted:
            handle.request.on_log(lines)
        if handle.shown:
            self.logged.emit(handle, lines)

    def _cancel_token(self, handle: TaskHandle[Any]) -> Future[None]:
        """Run the token's closers off the UI thread: they may wait for a socket."""
        future = self._lanes.aside(handle.token.cancel)
        future.add_done_callback(_log_failure)
        return future


def _log_failure(future: Future[None]) -> None:
    # At the end of the program, one that had not begun is left: everything ends by itself then.
    error = None if future.cancelled() else future.exception()
    if error is not None:
        log.error("A cancel failed", exc_info=error)

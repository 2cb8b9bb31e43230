"""Work off the UI thread, its results on it.

`TaskRunner.submit` starts work in one of a few lanes. Of its result, its error and its
cancellation exactly one comes back, in the UI thread, as one call; none comes once the owner is
deleted. Endless streams have their own threads and speak through `TaskRunner.feed`.
"""

import itertools
import logging
import threading
import traceback
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from time import monotonic
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import Cancelled, ModelDeskError
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.words import tr
from modeldesk.ui.links import Link
from modeldesk.ui.mailbox import Feed, Mailbox, OwnedCall

T = TypeVar("T")
E = TypeVar("E", bound=BaseException)
log = logging.getLogger(__name__)

_LOG_LINES_UNDER_WAY = 10_000


class Lane(Enum):
    """Where work waits for its turn. The value is how many run at once."""

    INTERACTIVE = ("interactive", 4)
    """What a person waits for: a detail pane, a check of a field."""
    TRANSFER = ("transfer", 3)
    """Builds, pulls, pushes, runs: long, and mostly waiting for the engine."""
    ANALYSIS = ("analysis", 1)
    """Reading the insides of images."""
    STORAGE = ("storage", 1)
    """Small writes, in the order asked for. The end of the program waits for them."""

    @property
    def workers(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class SerialLane:
    """Work with the same key runs one after the other, in the order asked for."""

    key: str


def serial(key: str) -> SerialLane:
    """The lane of everything that must not overlap, such as the releases of a deployment."""
    return SerialLane(key)


_SERIAL_WORKERS = 4
_CANCEL_WORKERS = 4


class TaskState(Enum):
    """Where a task stands."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class UnexpectedError(ModelDeskError):
    """A bug of ours ended the work. `detail` is the traceback, for a copy button."""


@dataclass(frozen=True, slots=True)
class _Request(Generic[T]):
    """What was asked for, kept whole so that it can be asked for again."""

    work: Callable[[Job], T]
    lane: Lane | SerialLane
    title: str
    on_result: OwnedCall[[T]] | None
    on_error: OwnedCall[[ModelDeskError]] | None
    on_cancelled: OwnedCall[[]] | None
    on_progress: OwnedCall[[Progress]] | None
    on_log: OwnedCall[[Sequence[str]]] | None
    shown: bool
    retry: bool
    link: Link | None


@dataclass(frozen=True, slots=True)
class _Success(Generic[T]):
    value: T


_Outcome = _Success[T] | ModelDeskError


class TaskHandle(Generic[T]):
    """A piece of work, as the UI thread sees it. Read anything; change it by its methods."""

    def __init__(self, number: int, request: _Request[T], runner: "TaskRunner") -> None:
        self.id = number
        self.title = request.title
        self.shown = request.shown
        self.state = TaskState.WAITING
        self.progress: Progress | None = None
        self.error: ModelDeskError | None = None
        self.link = request.link
        self.submitted = datetime.now(UTC)
        self.ended: datetime | None = None
        self.token = CancelToken()
        self.request: _Request[T] | None = request
        self.future: Future[None] | None = None
        self.muted = False
        self._runner = runner
        self._began = monotonic()
        self._took: float | None = None

    @property
    def active(self) -> bool:
        """Whether its end is still to come."""
        return self.ended is None

    @property
    def seconds(self) -> float:
        """How long it took, or has been under way."""
        return monotonic() - self._began if self._took is None else self._took

    @property
    def can_retry(self) -> bool:
        """Whether `TaskRunner.retry` would start it again."""
        return not self.active and self.request is not None

    def cancel(self) -> None:
        """Ask it to stop. Says so at once and never waits; its end comes as for any task."""
        self._runner.cancel(self)

    def abandon(self) -> None:
        """Ask it to stop, and hear nothing more of it."""
        self.muted = True
        self._runner.cancel(self)

    def set_link(self, link: Link) -> None:
        """Where Activity's go-to leads from now on."""
        self.link = link
        self._runner.tell_altered(self)

    def started_running(self) -> None:
        """A worker took it up; called by the runner."""
        if self.state is TaskState.WAITING:
            self.state = TaskState.RUNNING
            self._began = monotonic()
            self._runner.tell_altered(self)

    def settle(self, state: TaskState, error: ModelDeskError | None) -> None:
        """It ended; called by the runner."""
        self._took = monotonic() - self._began
        self.ended = datetime.now(UTC)
        self.state = state
        self.error = error


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

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self)
        self._pools = {lane: _pool(lane.value[0], lane.workers) for lane in Lane}
        self._serial_pool = _pool("serial", _SERIAL_WORKERS)
        self._cancel_pool = _pool("cancel", _CANCEL_WORKERS)
        self._serial_queues: dict[str, deque[TaskHandle[Any]]] = {}
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
        retry: bool = False,
        link: Link | None = None,
    ) -> TaskHandle[T]:
        """Start `work` when its lane has room. UI thread only.

        `work` gets a `Job` (token, report, log) and touches no Qt. An error that is not a
        `ModelDeskError` is a bug: it is logged and reaches `on_error` as `UnexpectedError`.
        `retry` says that asking again makes sense, and lets Activity offer it.
        """
        request = _Request(
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
            link,
        )
        return self._start(request)

    def retry(self, handle: TaskHandle[T]) -> TaskHandle[T] | None:
        """Ask again for what failed or was cancelled; None when that makes no sense."""
        request = handle.request
        if handle.active or request is None:
            return None
        handle.request = None
        return self._start(request)

    def post(self, owner: QObject, call: Callable[[], None]) -> None:
        """Run `call` soon in the UI thread if `owner` still lives. From any thread."""
        self._mailbox.post(OwnedCall(owner, call))

    def feed(
        self, owner: QObject, deliver: Callable[[list[T]], None], limit: int = 10_000
    ) -> Feed[T]:
        """A function to push items into from any thread; `deliver` gets them in the UI thread
        in batches, at most about 30 times a second, while `owner` lives."""
        return self._mailbox.feed(owner, deliver, limit)

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
            stored = handle.request is not None and handle.request.lane is Lane.STORAGE
            if handle.future is None or (not stored and handle.future.cancel()):
                continue
            pending[handle.future] = handle.title
            if not stored:
                pending[self._cancel_token(handle)] = handle.title
        self._active.clear()
        self._serial_queues.clear()
        left = wait(pending, timeout_s).not_done
        for pool in (*self._pools.values(), self._serial_pool, self._cancel_pool):
            pool.shutdown(wait=not left, cancel_futures=True)
        return tuple(dict.fromkeys(pending[future] for future in left))

    def _start(self, request: _Request[T]) -> TaskHandle[T]:
        if threading.get_ident() != self._thread:
            raise RuntimeError(f"“{request.title}” was submitted outside the UI thread")
        handle = TaskHandle(next(self._numbers), request, self)
        if self._closed:
            handle.settle(TaskState.CANCELLED, None)
            return handle
        self._active[handle.id] = handle
        if handle.shown:
            self.added.emit(handle)
        if isinstance(request.lane, Lane):
            self._launch(handle, self._pools[request.lane])
        elif (queue := self._serial_queues.get(request.lane.key)) is not None:
            queue.append(handle)
        else:
            self._serial_queues[request.lane.key] = deque()
            self._launch(handle, self._serial_pool)
        return handle

    def _launch(self, handle: TaskHandle[T], pool: ThreadPoolExecutor) -> None:
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
        outcome = _outcome_of(handle, job)

        def finish() -> None:
            self._mailbox.flush(progress)
            self._mailbox.flush(lines)
            self._finish(handle, outcome)

        self._mailbox.post(finish)

    def _finish(self, handle: TaskHandle[T], outcome: _Outcome[T]) -> None:
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
        if isinstance(request.lane, SerialLane) and handle.future is not None:
            self._next_in_line(request.lane.key)
        try:
            if not handle.muted:
                self._call_back(handle, request, outcome)
        finally:
            if handle.shown:
                self.altered.emit(handle)
                self.ended.emit(handle)

    def _call_back(self, handle: TaskHandle[T], request: _Request[T], outcome: _Outcome[T]) -> None:
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
        if handle.request is not None and isinstance(handle.request.lane, SerialLane):
            self._serial_queues[handle.request.lane.key].remove(handle)
        return True

    def _next_in_line(self, key: str) -> None:
        if queue := self._serial_queues[key]:
            self._launch(queue.popleft(), self._serial_pool)
        else:
            del self._serial_queues[key]

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
        future = self._cancel_pool.submit(handle.token.cancel)
        future.add_done_callback(_log_failure)
        return future


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


def _pool(name: str, workers: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(workers, thread_name_prefix=f"modeldesk-{name}")


def _outcome_of(handle: TaskHandle[T], job: Job) -> _Outcome[T]:
    """Run a task's work. The error it gives back holds no frames: frames hold objects that
    must not die in this thread."""
    request = handle.request
    if request is None:
        return Cancelled()
    try:
        job.token.raise_if_cancelled()
        return _Success(request.work(job))
    except ModelDeskError as error:
        return _without_frames(error)
    except Exception as error:  # the one place where a bug in any work is caught and said
        log.exception("Unexpected error in task “%s”", request.title)
        text = "".join(traceback.format_exception(error))
        _without_frames(error)
        return UnexpectedError(
            tr("“{title}” was stopped by a fault in the program.", title=request.title),
            tr("Copy the details and report them; trying again may help."),
            text,
        )


def _without_frames(error: E) -> E:
    link: BaseException | None = error
    while link is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def _log_failure(future: Future[None]) -> None:
    error = future.exception()
    if error is not None:
        log.error("A cancel failed", exc_info=error)

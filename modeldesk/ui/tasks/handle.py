"""A piece of work as the UI thread sees it: what was asked for, and where it stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.ui.links import Link
from modeldesk.ui.mailbox import OwnedCall
from modeldesk.ui.tasks.lanes import Lane, Launch, SerialLane

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


Again = Callable[[], "TaskHandle[Any] | None"]
"""Asks for the work anew, where the same request can't be made twice."""


class TaskState(Enum):
    """Where a task stands."""

    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
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
    retry: "bool | Again"
    told: bool
    link: Link | None


class Steering(Protocol):
    """What a handle asks of its `TaskRunner`."""

    def cancel(self, handle: "TaskHandle[Any]") -> None: ...

    def tell_altered(self, handle: "TaskHandle[Any]") -> None: ...


class TaskHandle(Generic[T]):
    """A piece of work, as the UI thread sees it. Read anything; change it by its methods."""

    def __init__(
        self, number: int, request: Request[T], runner: Steering, token: CancelToken
    ) -> None:
        self.id = number
        self.title = request.title
        self.shown = request.shown
        self.told = request.told
        self.state = TaskState.WAITING
        self.progress: Progress | None = None
        self.error: ModelDeskError | None = None
        self.link = request.link
        self.submitted = datetime.now(UTC)
        self.ended: datetime | None = None
        self.token = token
        self.request: Request[T] | None = request
        self.future: Future[None] | None = None
        self.launch: Launch | None = None
        """What begins it, while it waits behind others in its lane."""
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

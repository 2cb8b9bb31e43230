"""Keeping canaries going: their numbers are read, and whatever is due is done."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from modeldesk.core.canary.following import Follower, Hearing
from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.numbers import Measured, Numbers, Point
from modeldesk.core.canary.ports import Traffic
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.errors import AlreadyRunning, Cancelled, ModelDeskError
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import backend_name

log = logging.getLogger(__name__)

BETWEEN_LOOKS_S = 0.5
UNWELL_S = 5.0
"""A target that is not well for so long is given up."""
UP_AGAIN_S = 60.0
"""So long after its engine's start nothing is decided, unless both versions answer sooner."""
_WINDOWS_READ = 3
"""How many windows back the gateway's log is read at the beginning."""


class _Watched:
    """A rollout, its numbers, and who reads them."""

    def __init__(
        self, rollout: Rollout, traffic: Traffic, now: datetime, ticks: Callable[[], float]
    ) -> None:
        window = rollout.plan.window_s
        self.release = rollout.release
        self.numbers = Numbers(backend_name(rollout.release), window)
        self.counted: tuple[object, ...] = ()
        """Which window the numbers are of."""
        self.settled = rollout.since
        """A start of the engine before this is not to be heeded any more."""
        self.unwell_since: float | None = None
        self.problem = ""
        since = max(rollout.since.timestamp(), now.timestamp() - _WINDOWS_READ * window)
        self.follower = Follower(
            lambda when, token: traffic.follow(rollout.deployment, when, token),
            self.numbers,
            since,
            ticks=ticks,
        )


class CanaryWatch:
    """Looks after every open rollout of one engine. The window has one with a thread of its own
    (`start` and `stop`); ``modeldesk watch`` lets it `run`. Several may watch the same: what is due
    is done once."""

    def __init__(
        self,
        service: CanaryService,
        traffic: Traffic,
        clock: Callable[[], datetime],
        on_change: Callable[[Rollout], None] = lambda _: None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_change` hears, in the watch's thread, of each rollout that a look changed. `ticks`
        gives seconds that only go forward."""
        self._service = service
        self._traffic = traffic
        self._clock = clock
        self._on_change = on_change
        self._ticks = ticks
        self._lock = threading.Lock()
        self._watched: dict[int, _Watched] = {}
        self._token = CancelToken()
        self._thread = threading.Thread(target=self._run, name="canary-watch")

    def start(self) -> None:
        """Watch in a thread; returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """End the thread that `start` began, and wait for its end."""
        self._token.cancel()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def run(self, job: Job) -> None:
        """Watch until the job is cancelled. What was left by a crash is put right first."""
        recovered = False
        try:
            while not job.token.cancelled:
                try:
                    if not recovered:
                        self._service.recover(job)
                        recovered = True
                    self.look(job)
                except Cancelled:
                    break
                except ModelDeskError as problem:
                    # The engine went, or the records are another's for a moment.
                    log.info("the canaries can't be looked at: %s", problem)
                job.token.wait(BETWEEN_LOOKS_S)
        finally:
            self._leave_all()

    def look(self, job: Job) -> None:
        """Look at each rollout once. What goes wrong with one stands in `problem`, and does not
        keep the others."""
        rollouts = self._service.open_rollouts()
        self._leave({one.id for one in rollouts})
        for rollout in rollouts:
            job.token.raise_if_cancelled()
            watched = self._meet(rollout)
            problem = ""
            try:
                self._look(rollout, watched, job)
            except (AlreadyRunning, Cancelled):
                continue
            except ModelDeskError as caught:
                log.info("the canary of %s: %s", rollout.deployment.name, caught)
                problem = caught.message
            if watched is not None:
                watched.problem = problem

    def series(self, rollout: int) -> tuple[Point, ...]:
        """What is known of both versions over time, for charts; empty of one that is not
        watched."""
        with self._lock:
            watched = self._watched.get(rollout)
        return watched.numbers.series() if watched else ()

    def measured(self, rollout: Rollout) -> Measured | None:
        """The numbers of its window up to now; None of one that is not watched."""
        with self._lock:
            watched = self._watched.get(rollout.id)
        return _measured(rollout, watched, self._clock()) if watched else None

    def problem(self, rollout: int) -> str:
        """Why it does not go on, or its numbers can't be had, as a sentence; empty while all is
        well."""
        with self._lock:
            watched = self._watched.get(rollout)
        return (watched.problem or watched.follower.problem) if watched else ""

    def _look(self, rollout: Rollout, watched: _Watched | None, job: Job) -> None:
        if self._service.astray(rollout):
            self._tell(rollout, self._service.put_right(rollout.id, job))
            return
        measured: Measured | None = None
        if watched is not None:
            if self._unwell(rollout, watched, job):
                return
            hearing = self._count(rollout, watched)
            if hearing is Hearing.WAITING and rollout.ending is None:
                return
            if hearing is Hearing.UP_TO_DATE:
                measured = _measured(rollout, watched, self._clock())
        if not self._service.calls_for(rollout, measured):
            return
        if watched is not None and self._interrupted(rollout, watched, job):
            return
        self._tell(rollout, self._service.tick(rollout.id, measured, job))

    def _tell(self, before: Rollout, now: Rollout | None) -> None:
        if now is not None and now != before:
            self._on_change(now)

    def _count(self, rollout: Rollout, watched: _Watched) -> Hearing:
        """Have the numbers be of the rollout's window, and of routings that are its own."""
        revision = self._traffic.revision(rollout.deployment)
        window, begun = (rollout.step, rollout.since), bool(watched.counted)
        if watched.counted != window:
            watched.counted = window
            watched.numbers.begin(revision)
        else:
            watched.numbers.accept(revision)
        if not begun:
            watched.follower.start()
        return watched.follower.hearing

    def _unwell(self, rollout: Rollout, watched: _Watched, job: Job) -> bool:
        if rollout.ending is not None:
            return False
        problem = self._traffic.problem(rollout)
        if not problem:
            watched.unwell_since = None
            return False
        if watched.unwell_since is None:
            watched.unwell_since = self._ticks()
        if self._interrupted(rollout, watched, job):
            return True
        if self._ticks() - watched.unwell_since < UNWELL_S:
            return False
        self._tell(rollout, self._service.target_unwell(rollout.id, problem, job))
        return True

    def _interrupted(self, rollout: Rollout, watched: _Watched, job: Job) -> bool:
        """Whether the engine was started anew in the middle of the window: what callers met with
        meanwhile is not the target's doing. Both versions are waited for, then it begins again;
        each who watches forgets what it had counted."""
        up_s = self._traffic.engine_up_s()
        if up_s is None or rollout.ending is not None:
            return False
        now = self._clock()
        started = now - timedelta(seconds=up_s)
        if started <= watched.settled:
            return False
        noted = started <= rollout.since
        if not noted and up_s < UP_AGAIN_S and not self._traffic.up_again(rollout, job.token):
            return True
        watched.settled, watched.unwell_since = now, None
        watched.numbers.forget_recent((rollout.since if noted else now).timestamp())
        if not noted:
            self._tell(rollout, self._service.interrupted(rollout.id, job))
        return True

    def _meet(self, rollout: Rollout) -> _Watched | None:
        """None before there is anything to be read of it."""
        if not rollout.release or rollout.phase is Phase.SCHEDULED:
            return None
        with self._lock:
            found = self._watched.get(rollout.id)
            if found is None:
                found = _Watched(rollout, self._traffic, self._clock(), self._ticks)
                self._watched[rollout.id] = found
            return found

    def _leave(self, open_ones: set[int]) -> None:
        with self._lock:
            gone = [self._watched.pop(one) for one in set(self._watched) - open_ones]
        for watched in gone:
            watched.follower.stop()

    def _leave_all(self) -> None:
        self._leave(set())

    def _run(self) -> None:
        self.run(Job(self._token))


def _measured(rollout: Rollout, watched: _Watched, now: datetime) -> Measured:
    longest = rollout.plan.window_s * (1 + rollout.silent_windows)
    begin = max(rollout.since.timestamp(), now.timestamp() - longest)
    return watched.numbers.measured(begin, now.timestamp())

"""Doing what was decided of a rollout, once it is written down."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from modeldesk.core.canary.events import (
    Effect,
    Ended,
    EndedElsewhere,
    Event,
    PromotionFailed,
    Routed,
    Started,
    StartFailed,
)
from modeldesk.core.canary.machine import advance
from modeldesk.core.canary.model import Rollout, RolloutChange
from modeldesk.core.canary.ports import RolloutRecords, Traffic
from modeldesk.core.canary.shares import wanted
from modeldesk.core.errors import AlreadyRunning, Cancelled, EngineUnavailable, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.releases.model import DeploymentKey

_FOR_NOW = (EngineUnavailable, AlreadyRunning)
"""What is tried again rather than given up."""
_PATIENCE_S, _TRY_AGAIN_S = 10.0, 0.05

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Driver:
    """Takes a rollout from one event to the next. Its methods are called by somebody who has the
    canary by `Traffic.hold`. `by_person` says that somebody waits for what comes of it: then it is
    not put off until later."""

    records: RolloutRecords
    traffic: Traffic
    clock: Callable[[], datetime]
    told: Callable[[Rollout, RolloutChange], None]

    def go(self, rollout: Rollout, event: Event, job: Job, *, by_person: bool = False) -> Rollout:
        """Write down what becomes of it, and do what follows; the rollout as it is then."""
        turn = advance(rollout, event, self.clock())
        if turn.rollout != rollout or turn.check or turn.change:
            self.records.save_rollout(turn.rollout, turn.check, turn.change)
        if turn.change is not None:
            self.told(turn.rollout, turn.change)
        rollout = turn.rollout
        for effect in turn.effects:
            rollout = self._do(rollout, effect, job, by_person=by_person)
        return rollout

    def start(self, rollout: Rollout, job: Job, *, by_person: bool) -> Rollout:
        """Start the target, unless a program did before it could write that down."""
        try:
            release = self._begun(rollout)
            if release is None:
                why = self.records.changes(rollout.id)[0].why
                release = patiently(
                    lambda: self.traffic.begin(rollout.deployment, rollout.target, why, job),
                    job,
                    _long(by_person),
                )
        except ModelDeskError as problem:
            for_now = isinstance(problem, (*_FOR_NOW, Cancelled))
            if by_person or not for_now:
                self.go(rollout, StartFailed(problem.message), job)
            raise
        return self.go(rollout, Started(release), job, by_person=by_person)

    def astray(self, rollout: Rollout) -> bool:
        """Whether its release came to its end without it, or has another share than it is to."""
        if not rollout.open or not rollout.release:
            return False
        if self.traffic.standing(rollout).end is not None:
            return True
        return rollout.ending is None and self.traffic.routed(rollout) != wanted(rollout)

    def put_right(self, rollout: Rollout, job: Job) -> Rollout:
        """Give the canary its share, or end the rollout as its release did."""
        ended = self.end_as_release(rollout, job)
        return ended if not ended.open else self._route(ended, job, by_person=False)

    def end_as_release(self, rollout: Rollout, job: Job) -> Rollout:
        """End it where its release came to its end."""
        if not rollout.open or not rollout.release:
            return rollout
        standing = self.traffic.standing(rollout)
        if standing.end is None:
            return rollout
        return self.go(rollout, EndedElsewhere(standing.end, standing.why, standing.who), job)

    def _do(self, rollout: Rollout, effect: Effect, job: Job, *, by_person: bool) -> Rollout:
        match effect:
            case Effect.START:
                return self.start(rollout, job, by_person=by_person)
            case Effect.ROUTE:
                return self._route(rollout, job, by_person=by_person)
            case Effect.PROMOTE:
                return self._promote(rollout, job, by_person=by_person)
            case Effect.ABORT:
                return self._abort(rollout, job, by_person=by_person)

    def _begun(self, rollout: Rollout) -> int | None:
        rolling = self.traffic.rolling(rollout.deployment)
        if rolling is None:
            return None
        release, target = rolling
        return release if target.image == rollout.target.image else None

    def _route(self, rollout: Rollout, job: Job, *, by_person: bool) -> Rollout:
        patiently(lambda: self.traffic.route(rollout, wanted(rollout), job), job, _long(by_person))
        return self.go(rollout, Routed(), job)

    def _promote(self, rollout: Rollout, job: Job, *, by_person: bool) -> Rollout:
        try:
            patiently(lambda: self.traffic.promote(rollout, job), job, _long(by_person))
        except _FOR_NOW:
            raise
        except ModelDeskError as problem:
            # A watch that is told to end leaves it to the next one.
            if by_person or not isinstance(problem, Cancelled):
                self.go(rollout, PromotionFailed(problem.message), job)
            raise
        return self.go(rollout, Ended(), job)

    def _abort(self, rollout: Rollout, job: Job, *, by_person: bool) -> Rollout:
        release = rollout.release or self._begun(rollout)
        if release:
            one = replace(rollout, release=release)
            patiently(lambda: self.traffic.abort(one, rollout.why, job), job, _long(by_person))
        return self.go(rollout, Ended(), job)


@contextmanager
def held_soon(traffic: Traffic, key: DeploymentKey, job: Job) -> Iterator[None]:
    """Hold a canary: a tick has it for a moment only, and a person need not know of that."""
    with ExitStack() as stack:
        patiently(lambda: stack.enter_context(traffic.hold(key)), job, _PATIENCE_S)
        yield


def patiently(act: Callable[[], _Result], job: Job, seconds: float) -> _Result:
    """Do it; while somebody else is at it, try again for so long."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except AlreadyRunning:
            if time.monotonic() >= deadline:
                raise
        job.token.wait(_TRY_AGAIN_S)
        job.token.raise_if_cancelled()


def _long(by_person: bool) -> float:
    return _PATIENCE_S if by_person else 0.0

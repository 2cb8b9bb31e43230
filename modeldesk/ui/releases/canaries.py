"""The canaries of the engine in use: their records and figures for the page, and what is done to
them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.model import Rollout, RolloutPlan, WindowNumbers
from modeldesk.core.canary.numbers import Measured, Point
from modeldesk.core.canary.ports import RolloutRecords
from modeldesk.core.canary.service import CanaryService
from modeldesk.core.changes import Changes
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DeploymentKey, Release
from modeldesk.ui.releases.moments import moments_of, passed_steps, requests_in
from modeldesk.ui.releases.presented import Moment, RolloutFacts
from modeldesk.ui.releases.rollouts import CanaryRequest


class Watching(Protocol):
    """The watch that counts what the gateways tell of."""

    def series(self, rollout: int) -> tuple[Point, ...]:
        """Both versions over time, oldest first; empty of one that is not watched."""
        ...

    def measured(self, rollout: Rollout) -> Measured | None:
        """The numbers of its window up to now; None of one that is not watched."""
        ...


class EngineCanaries:
    """Implements `Rollouts`."""

    def __init__(
        self,
        records: Callable[[], RolloutRecords],
        releases: Callable[[DeploymentKey], tuple[Release, ...]],
        service: Callable[[ImageEngine], CanaryService],
        watch: Callable[[], Watching | None],
    ) -> None:
        """`releases` is `ReleaseService.history`; `watch` is None while there is no engine."""
        self._records = records
        self._releases = releases
        self._service = service
        self._watch = watch
        self._recorded: RolloutFacts | None = None

    def facts(self, key: DeploymentKey) -> RolloutFacts | None:
        """See `Rollouts`."""
        newest = next(iter(self._records().rollouts(key)), None)
        if newest is None or not (newest.open or self._is_last(key, newest)):
            return None
        watch = self._watch() if newest.open else None
        measured = watch.measured(newest) if watch is not None else None
        points = watch.series(newest.id) if watch is not None else ()
        recorded = self._recorded_of(newest)
        heard = measured.window.canary.requests if measured is not None else recorded.requests
        windows = tuple(map(_window, points)) or recorded.windows
        return replace(recorded, rollout=newest, requests=heard, windows=windows)

    def moments(self, key: DeploymentKey) -> tuple[Moment, ...]:
        """See `Rollouts`."""
        return tuple(
            moment
            for rollout in self._records().rollouts(key)
            for moment in moments_of(rollout, self._records().changes(rollout.id))
        )

    def history(self, key: DeploymentKey) -> RolloutHistory | None:
        """See `Rollouts`."""
        newest = next(iter(self._records().rollouts(key)), None)
        if newest is None:
            return None
        return RolloutHistory(
            newest,
            self._records().changes(newest.id),
            self._records().checks(newest.id),
            self._records().evaluation(newest.id),
        )

    def start(
        self, engine: ImageEngine, key: DeploymentKey, request: CanaryRequest, job: Job
    ) -> Changes:
        """See `Rollouts`."""
        self._service(engine).start(key, request.target, request.plan, request.why, job)
        return _changed(key)

    def pause(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """See `Rollouts`."""
        self._service(engine).pause(key, "", job)
        return _changed(key)

    def resume(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """See `Rollouts`."""
        self._service(engine).resume(key, job)
        return _changed(key)

    def skip(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """See `Rollouts`."""
        self._service(engine).skip(key, job)
        return _changed(key)

    def promote(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """See `Rollouts`."""
        self._service(engine).promote(key, "", job)
        return _changed(key)

    def abort(self, engine: ImageEngine, key: DeploymentKey, why: str, job: Job) -> Changes:
        """See `Rollouts`."""
        self._service(engine).abort(key, why, job)
        return _changed(key)

    def replan(
        self, engine: ImageEngine, key: DeploymentKey, plan: RolloutPlan, job: Job
    ) -> Changes:
        """See `Rollouts`."""
        self._service(engine).replan(key, plan, job)
        return _changed(key)

    def _recorded_of(self, rollout: Rollout) -> RolloutFacts:
        """What the records tell, read again once there is another check or step."""
        held = self._recorded
        if held is not None and held.rollout == rollout:
            return held
        checks, changes = self._records().checks(rollout.id), self._records().changes(rollout.id)
        self._recorded = RolloutFacts(
            rollout,
            passed_steps(rollout, changes, checks),
            requests_in(rollout.step, checks),
            tuple(one.numbers for one in checks if one.numbers is not None),
        )
        return self._recorded

    def _is_last(self, key: DeploymentKey, rollout: Rollout) -> bool:
        """Whether no other release came after the canary's."""
        last = next(iter(self._releases(key)), None)
        return last is not None and last.id == rollout.release


def _window(point: Point) -> WindowNumbers:
    return WindowNumbers(point.time, point.time, point.stable, point.canary)


def _changed(key: DeploymentKey) -> Changes:
    return Changes(every_container=True, deployments=frozenset({key.name}))

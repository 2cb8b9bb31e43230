"""Taking a release from its intent to its end, for one deployment whose lock is held."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from modeldesk.core.errors import (
    Cancelled,
    EngineUnavailable,
    ModelDeskError,
    NotFound,
)
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.executor import ReleaseExecutor
from modeldesk.core.releases.holding import Holding
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ReleaseKind,
    ReleaseState,
    Target,
)
from modeldesk.core.releases.outcome import ReleaseOutcome, outcome_of
from modeldesk.core.releases.plan import ReleasePlan, plan_release
from modeldesk.core.releases.preparing import Intent, check_unclaimed, secret_values, situation
from modeldesk.core.releases.problems import kept, not_well, nothing_runs
from modeldesk.core.releases.recovery import Healer
from modeldesk.core.releases.tools import Tools, runs
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Releasing(Holding):
    """What every part of the service shares."""

    gateways: Callable[[ImageEngine], Gateway]
    gateway_image: Callable[[ImageEngine, Job], str]
    """What a new gateway is made of, on the engine; it is fetched when it is not there."""
    target = Target.CONTAINERS

    def tools(self, engine: ImageEngine) -> Tools:
        """For work on one engine."""
        return Tools(engine, self.gateways(engine), self.records, self.clock)

    def healer(self, engine: ImageEngine) -> Healer:
        """Puts open releases right."""
        return Healer(self.tools(engine), self.locks)

    def check_unclaimed(self, engine: ImageEngine, key: DeploymentKey) -> None:
        """Raise `ReleaseError` for containers."""
        check_unclaimed(self.tools(engine), key)

    def release(self, engine: ImageEngine, intent: Intent, job: Job) -> ReleaseOutcome:
        """Make it, from the first step to the end. Raises what can't be restored from."""
        began = time.monotonic()
        tools, target, known = self.tools(engine), intent.target, intent.known
        if intent.reused is None and engine.image_summary(target.image) is None:
            raise NotFound(
                tr("The image of {version} is no longer on the engine.", version=target.reference),
                tr("Pull it or build it again, or choose another version."),
            )
        settings = intent.wanted.settings
        values = (
            {} if intent.reused else secret_values(engine, settings, known, intent.secrets or {})
        )
        plan = plan_release(situation(tools, intent))
        release = self.begun(intent.wanted, intent.kind, target, intent.why)
        executor = ReleaseExecutor(
            tools,
            known,
            intent.wanted,
            release,
            values,
            intent.reused,
            ports_asked=intent.ports_asked,
            beside=intent.kind is ReleaseKind.CANARY,
        )
        return self.run(executor, plan, known, began, job)

    def run(
        self,
        executor: ReleaseExecutor,
        plan: ReleasePlan,
        known: Deployment | None,
        began: float,
        job: Job,
    ) -> ReleaseOutcome:
        """Take the steps, and write down how that ended."""
        try:
            done = executor.execute(plan, job)
        except ModelDeskError as problem:
            return self._failed(executor, known, problem, began)
        state = ReleaseState.ROLLING if executor.beside else ReleaseState.SUCCEEDED
        ended = self.end(executor.release, state)
        return outcome_of(done, ended, known, began, None, executor.previous)

    def _failed(
        self,
        executor: ReleaseExecutor,
        known: Deployment | None,
        problem: ModelDeskError,
        began: float,
    ) -> ReleaseOutcome:
        """What is left to do after the executor undid its steps: write it down, then either
        say that it was restored or raise."""
        release = executor.release
        if executor.recorded:
            # The target serves; only the cleaning up failed. The release stays open, and the
            # next recovery repeats it.
            return outcome_of(executor.wanted, release, known, began, None, executor.previous)
        undone = executor.undone
        if release.state is ReleaseState.ROLLING:
            # A canary that could not be promoted goes on as one.
            raise problem
        if undone is None:
            raise self._left_open(executor, problem)
        if undone.problem is not None:
            problem = not_well(release, problem, undone.problem)
        state = ReleaseState.RESTORED if undone.runs else ReleaseState.FAILED
        ended = self.end(release, state, kept(problem, executor.secret_values))
        if isinstance(problem, Cancelled) or not undone.runs or known is None:
            raise problem
        return outcome_of(known, ended, known, began, problem, executor.previous)

    def _left_open(self, executor: ReleaseExecutor, problem: ModelDeskError) -> ModelDeskError:
        """What to raise when the steps could not be undone; the release stays open, with the
        reason, for a recovery to try it again."""
        previous, stuck = executor.previous, executor.stuck
        if stuck is None or isinstance(stuck, EngineUnavailable):
            return problem
        error = kept(problem, executor.secret_values)
        self.records.finish_release(replace(executor.release, error=error))
        if previous is None or runs(executor.tools.engine, previous):
            return problem
        return nothing_runs(executor.release, problem, stuck)

    def end(self, release: Release, state: ReleaseState, error: str = "") -> Release:
        """The release as it ended, written down. A canary that stands has not."""
        finished = None if state is ReleaseState.ROLLING else self.clock()
        ended = replace(release, state=state, finished=finished, error=error)
        self.records.finish_release(ended)
        return ended

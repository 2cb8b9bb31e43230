"""Canaries from their beginning to their end: each event is written down, then acted on."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from modeldesk.core.canary.driving import Driver, held_soon
from modeldesk.core.canary.evaluating import PREDICT, evaluate
from modeldesk.core.canary.evaluation_set import EvaluationSet
from modeldesk.core.canary.events import (
    Abort,
    Event,
    Interrupted,
    Pause,
    Promote,
    Replan,
    Resume,
    Skip,
    TargetUnwell,
    Tick,
)
from modeldesk.core.canary.feedback import Feedback, feedback_body
from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.machine import advance
from modeldesk.core.canary.model import (
    Evaluation,
    Phase,
    Rollout,
    RolloutChange,
    RolloutPlan,
)
from modeldesk.core.canary.numbers import Measured
from modeldesk.core.canary.plan import check_plan
from modeldesk.core.canary.ports import RolloutRecords, Traffic
from modeldesk.core.canary.shares import wanted
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import (
    Cancelled,
    EngineUnavailable,
    ModelDeskError,
    ReleaseError,
)
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.releases.model import DeploymentKey, VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.problems import runs_already
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

_REPORT_EVERY = 100


def _nobody(_rollout: Rollout, _change: RolloutChange) -> None: ...
def _salt() -> str:
    return secrets.token_hex(8)


class CanaryService:
    """The canaries of one engine's deployments. Safe to call from several threads; one deployment
    is changed by one caller at a time, over all running programs (`AlreadyRunning` otherwise).

    What is decided is on the disk before anything is done, so that a program that is killed is gone
    on with by whichever is there next, after `recover`.
    """

    def __init__(
        self,
        records: RolloutRecords,
        traffic: Traffic,
        who: Callable[[], str],
        clock: Callable[[], datetime],
        told: Callable[[Rollout, RolloutChange], None] = _nobody,
        salt: Callable[[], str] = _salt,
    ) -> None:
        """`told` hears of each change, after it was written down, from whichever thread made it."""
        self._records = records
        self._traffic = traffic
        self._who = who
        self._clock = clock
        self._told = told
        self._salt = salt
        self._driver = Driver(records, traffic, clock, told)

    def rollouts(self, key: DeploymentKey) -> tuple[Rollout, ...]:
        """Every one of the deployment, newest first."""
        return self._records.rollouts(key)

    def open_rollout(self, key: DeploymentKey) -> Rollout | None:
        """The one of the deployment that has not ended."""
        return self._records.open_rollout(key)

    def open_rollouts(self) -> tuple[Rollout, ...]:
        """All of this engine that have not ended."""
        home = self._traffic.home()
        return tuple(one for one in self._records.open_rollouts() if one.deployment.engine == home)

    def history(self, number: int) -> RolloutHistory | None:
        """A rollout with all that is known of it; None when there is none."""
        rollout = self._records.rollout(number)
        if rollout is None:
            return None
        return RolloutHistory(
            rollout,
            self._records.changes(number),
            self._records.checks(number),
            self._records.evaluation(number),
        )

    def evaluate(
        self, key: DeploymentKey, questions: EvaluationSet, job: Job, path: str = PREDICT
    ) -> Evaluation:
        """Ask both versions an evaluation set, apart from the callers; see `evaluate`. What comes
        of it counts for the rollout's limits of accuracy where truth about requests lacks."""
        rollout = self._records.open_rollout(key)
        if rollout is None:
            raise _no_canary(key)
        found = evaluate(self._traffic, rollout, questions, self._clock, job, path)
        self._records.keep_evaluation(rollout.id, found)
        return found

    def post(self, key: DeploymentKey, feedback: Sequence[Feedback], job: Job) -> None:
        """Tell the gateway the truth about requests, for whoever watches the deployment. Raises
        `GatewayError`, `Cancelled`."""
        for number, one in enumerate(feedback):
            job.token.raise_if_cancelled()
            if number % _REPORT_EVERY == 0:
                job.report(Progress(tr("Telling the truth about requests"), number, len(feedback)))
            self._traffic.post_feedback(key, feedback_body(one), job.token)

    def start(
        self, key: DeploymentKey, target: VersionTarget, plan: RolloutPlan, why: str, job: Job
    ) -> Rollout:
        """Begin a canary: its target is started beside what serves and gets its first share, or at
        the plan's time. Raises `InvalidInput` (the plan), `ReleaseError`, `NoSuchDeployment`, and
        what `Traffic.begin` raises, after which the deployment has no canary."""
        check_plan(plan)
        why = check_told(why)
        with held_soon(self._traffic, key, job):
            self._check_none(key)
            stable = self._traffic.stable(key)
            if stable.image == target.image:
                raise runs_already(key.name, target)
            now, who = self._clock(), self._who()
            rollout = Rollout(
                0, key, 0, target, stable, plan, self._salt(), Phase.SCHEDULED, -1, now, now,
                who=who,
            )  # fmt: skip
            change = RolloutChange(now, Phase.SCHEDULED, -1, 0, who, why)
            rollout = replace(rollout, id=self._records.add_rollout(rollout, change))
            self._told(rollout, change)
            if plan.starts is not None and plan.starts > now:
                return rollout
            return self._driver.start(rollout, job, by_person=True)

    def pause(self, key: DeploymentKey, why: str, job: Job) -> Rollout:
        """Nothing goes on until a person says so. Raises `ReleaseError` when there is no canary
        that could be paused; so do the following."""
        return self._by_person(key, Pause(self._who(), check_told(why)), job)

    def resume(self, key: DeploymentKey, job: Job) -> Rollout:
        """It goes on, with a new window."""
        return self._by_person(key, Resume(self._who()), job)

    def skip(self, key: DeploymentKey, job: Job) -> Rollout:
        """The next step begins at once; after the last it is promoted, and a scheduled one
        begins."""
        return self._by_person(key, Skip(self._who()), job)

    def replan(self, key: DeploymentKey, plan: RolloutPlan, job: Job) -> Rollout:
        """It goes on by another plan, from the share it has, which must be one of the new steps.
        Raises `InvalidInput` too."""
        check_plan(plan)
        return self._by_person(key, Replan(self._who(), plan), job)

    def promote(self, key: DeploymentKey, why: str, job: Job) -> Rollout:
        """The target becomes what the deployment runs."""
        return self._by_person(key, Promote(self._who(), check_told(why)), job)

    def abort(self, key: DeploymentKey, why: str, job: Job) -> Rollout:
        """The target gets no more callers."""
        return self._by_person(key, Abort(self._who(), check_told(why)), job)

    def tick(self, number: int, measured: Measured | None, job: Job) -> Rollout | None:
        """Look at a rollout: its next check, its next step, its end, whatever is due. `measured` is
        None where the numbers can't be had. The rollout as it is then; None when there is none.
        Raises what stands in the way, which the next tick tries again."""
        return self._with(number, Tick(measured, self._records.evaluation(number)), job)

    def target_unwell(self, number: int, why: str, job: Job) -> Rollout | None:
        """The target died, or says itself that it is not well."""
        return self._with(number, TargetUnwell(why), job)

    def interrupted(self, number: int, job: Job) -> Rollout | None:
        """The engine was started anew meanwhile, and both versions answer again."""
        return self._with(number, Interrupted(), job)

    def astray(self, rollout: Rollout) -> bool:
        """Whether the canary's release came to its end without the rollout, or has another share
        than it is to: cheap."""
        return self._driver.astray(rollout)

    def put_right(self, number: int, job: Job) -> Rollout | None:
        """Where it is astray, give the canary its share, or end the rollout as its release did.
        Raises as `tick`."""
        found = self._records.rollout(number)
        if found is None:
            return None
        with self._traffic.hold(found.deployment):
            rollout = self._records.rollout(number)
            if rollout is None or not self._driver.astray(rollout):
                return rollout
            return self._driver.put_right(rollout, job)

    def calls_for(self, rollout: Rollout, measured: Measured | None) -> bool:
        """Whether a tick would do anything now: cheap, and nobody is kept waiting."""
        evaluation = self._records.evaluation(rollout.id)
        turn = advance(rollout, Tick(measured, evaluation), self._clock())
        return turn.rollout != rollout or bool(turn.effects)

    def recover(self, job: Job) -> tuple[Rollout, ...]:
        """Have the callers of every open rollout go by what was written down, whatever a crash left
        in the middle; those that were. Another running program's are left to it, and what can't be
        put right now is tried again at the next tick."""
        return tuple(one for one in self.open_rollouts() if self._recover(one, job))

    def _recover(self, found: Rollout, job: Job) -> bool:
        try:
            with self._traffic.hold(found.deployment):
                rollout = self._records.rollout(found.id)
                if rollout is None or not rollout.open or not rollout.release or rollout.ending:
                    return False
                if self._driver.astray(rollout):
                    self._driver.put_right(rollout, job)
                else:
                    # The gateway itself may have been changed by hand.
                    self._traffic.route(rollout, wanted(rollout), job)
                return True
        except (EngineUnavailable, Cancelled):
            raise
        except ModelDeskError as problem:
            log.info("the canary of %s is put right later: %s", found.deployment.name, problem)
            return False

    def _by_person(self, key: DeploymentKey, event: Event, job: Job) -> Rollout:
        with held_soon(self._traffic, key, job):
            rollout = self._records.open_rollout(key)
            if rollout is None:
                raise _no_canary(key)
            rollout = self._driver.end_as_release(rollout, job)
            return self._driver.go(rollout, event, job, by_person=True)

    def _with(self, number: int, event: Event, job: Job) -> Rollout | None:
        found = self._records.rollout(number)
        if found is None or not found.open:
            return found
        with self._traffic.hold(found.deployment):
            rollout = self._records.rollout(number)
            if rollout is None or not rollout.open:
                return rollout
            if self._driver.astray(rollout):
                return self._driver.put_right(rollout, job)
            return self._driver.go(rollout, event, job)

    def _check_none(self, key: DeploymentKey) -> None:
        found = self._records.open_rollout(key)
        if found is not None:
            raise ReleaseError(
                tr(
                    "“{name}” has a canary already: {version}.",
                    name=key.name,
                    version=version_text(found.target.reference),
                ),
                tr("Promote or abort it first."),
            )


def _no_canary(key: DeploymentKey) -> ReleaseError:
    return ReleaseError(
        tr("“{name}” has no canary.", name=key.name), tr("Begin one with the version to try.")
    )

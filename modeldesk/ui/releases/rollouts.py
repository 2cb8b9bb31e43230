"""Canaries as the page needs them: what they are at, and what can be done to them."""

from dataclasses import dataclass
from typing import Protocol

from modeldesk.core.canary.history import RolloutHistory
from modeldesk.core.canary.model import RolloutPlan
from modeldesk.core.changes import Changes
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import DeploymentKey, VersionTarget
from modeldesk.ui.releases.presented import Moment, RolloutFacts


@dataclass(frozen=True, slots=True)
class CanaryRequest:
    """A canary that is to begin."""

    target: VersionTarget
    plan: RolloutPlan
    why: str


class Rollouts(Protocol):
    """Off the UI thread. Each act raises a `ModelDeskError` when it can't be done."""

    def facts(self, key: DeploymentKey) -> RolloutFacts | None:
        """The newest rollout of the deployment; None before the first, and once another release
        came after it."""
        ...

    def moments(self, key: DeploymentKey) -> tuple[Moment, ...]:
        """What happened in all its rollouts, newest first."""
        ...

    def history(self, key: DeploymentKey) -> RolloutHistory | None:
        """All that is known of its newest rollout, for a report."""
        ...

    def start(
        self, engine: ImageEngine, key: DeploymentKey, request: CanaryRequest, job: Job
    ) -> Changes:
        """Begin one."""
        ...

    def pause(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stay at the share there is."""
        ...

    def resume(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Go on."""
        ...

    def skip(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Go to the next step at once."""
        ...

    def promote(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Give it all requests at once; it is stable then."""
        ...

    def abort(self, engine: ImageEngine, key: DeploymentKey, why: str, job: Job) -> Changes:
        """Give stable all requests at once."""
        ...

    def replan(
        self, engine: ImageEngine, key: DeploymentKey, plan: RolloutPlan, job: Job
    ) -> Changes:
        """Go by another plan from now on."""
        ...

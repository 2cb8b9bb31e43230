"""What a canary needs of records, and of whatever moves the callers."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from modeldesk.core.canary.model import (
    Evaluation,
    Phase,
    Rollout,
    RolloutChange,
    RolloutCheck,
)
from modeldesk.core.canary.shares import Wanted
from modeldesk.core.gateway.model import Answered, FeedbackPosted
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.releases.model import DeploymentKey, VersionTarget

KEPT_CHECKS = 500
"""The newest of a rollout; it goes on for long, and a chart shows no more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a canary's release stands: `end` is None while it is ROLLING; `why` says why it was
    aborted, and `who` by whom: empty where that was not a person."""

    end: Phase | None = None
    why: str = ""
    who: str = ""


class RolloutRecords(Protocol):
    """Rollouts of every engine, with what was seen of them. What is written is on the disk when the
    call returns."""

    def add_rollout(self, rollout: Rollout, change: RolloutChange) -> int:
        """Store a new rollout (its `id` is ignored), with what is said of its beginning, and
        return its id. Raises `RecordsError` when the deployment has one that is open."""
        ...

    def save_rollout(
        self,
        rollout: Rollout,
        check: RolloutCheck | None = None,
        change: RolloutChange | None = None,
    ) -> None:
        """Replace the rollout with the same id and add a check and a change to its history: all of
        it or nothing. Of the checks, the newest `KEPT_CHECKS` are kept."""
        ...

    def rollout(self, number: int) -> Rollout | None: ...

    def rollouts(self, key: DeploymentKey) -> tuple[Rollout, ...]:
        """Every one of the deployment, newest first."""
        ...

    def open_rollout(self, key: DeploymentKey) -> Rollout | None:
        """The one of the deployment that has not ended."""
        ...

    def open_rollouts(self) -> tuple[Rollout, ...]:
        """All that have not ended, of every engine, oldest first."""
        ...

    def checks(self, number: int) -> tuple[RolloutCheck, ...]:
        """Of a rollout, in the order they were made."""
        ...

    def changes(self, number: int) -> tuple[RolloutChange, ...]:
        """Of a rollout, in the order they came about."""
        ...

    def keep_evaluation(self, number: int, evaluation: Evaluation) -> None:
        """The newest evaluation of a rollout; nothing happens when there is no such rollout."""
        ...

    def evaluation(self, number: int) -> Evaluation | None:
        """What was kept of a rollout."""
        ...


class Traffic(Protocol):
    """The callers of one engine's deployments, and how they are moved.

    What changes something is called by somebody who has the canary by `hold`. It raises
    `EngineUnavailable` when the engine does not answer, and `AlreadyRunning` while another caller
    changes the deployment.
    """

    def home(self) -> EngineId:
        """Which engine it is."""
        ...

    def hold(self, key: DeploymentKey) -> AbstractContextManager[None]:
        """Have the deployment's canary for oneself, over all running programs, while inside; the
        deployment itself is held by each change of it. Raises `AlreadyRunning` at once when
        somebody else has it."""
        ...

    def stable(self, key: DeploymentKey) -> VersionTarget:
        """What the deployment runs. Raises `NoSuchDeployment`, and `ReleaseError` when it runs
        nothing."""
        ...

    def begin(self, key: DeploymentKey, target: VersionTarget, why: str, job: Job) -> int:
        """Start the target beside what serves, without callers, until it is healthy and has
        answered the smoke request; the id of its release, which is ROLLING. When it raises
        (`ContainerFailed`, `NotFound`, `ReleaseError`, `Cancelled`), nothing of it is left."""
        ...

    def rolling(self, key: DeploymentKey) -> tuple[int, VersionTarget] | None:
        """The deployment's canary that stands: its release, and what it puts in service."""
        ...

    def standing(self, rollout: Rollout) -> Standing:
        """What became of the rollout's release, by the records."""
        ...

    def routed(self, rollout: Rollout) -> Wanted | None:
        """What the canary has, by the records; None when it does not stand any more."""
        ...

    def route(self, rollout: Rollout, share: Wanted, job: Job) -> None:
        """Give the canary that share, by the plan's key and the rollout's salt; it has it when this
        returns. When it raises `GatewayError`, what held before holds. `ReleaseError` when the
        canary does not stand any more."""
        ...

    def revision(self, key: DeploymentKey) -> str:
        """Of the routing that the deployment is to have."""
        ...

    def promote(self, rollout: Rollout, job: Job) -> None:
        """The target becomes what the deployment runs, and what ran before is kept for a way back.
        When it raises another `ModelDeskError` than `EngineUnavailable`, what held before holds."""
        ...

    def abort(self, rollout: Rollout, why: str, job: Job) -> None:
        """The target gets no more callers, at once; its release says why and by whom it was ended,
        and its container is kept a while to be looked at."""
        ...

    def problem(self, rollout: Rollout) -> str:
        """What is wrong with the target's container, as a sentence; empty when it runs and is not
        unhealthy."""
        ...

    def engine_up_s(self) -> float | None:
        """For how many seconds the engine runs; None where it does not tell."""
        ...

    def up_again(self, rollout: Rollout, token: CancelToken) -> bool:
        """After the engine was started anew: start the target's container where that left it
        stopped; whether both versions answer again."""
        ...

    def follow(
        self, key: DeploymentKey, since: float | None, token: CancelToken
    ) -> Iterator[Sequence[Answered | FeedbackPosted]]:
        """See `modeldesk.core.gateway.ports.Gateway.follow`."""
        ...

    def ask(
        self,
        key: DeploymentKey,
        release: int | None,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        """Ask the canary of that release through the gateway, or with None what is stable, whatever
        the split says."""
        ...

    def post_feedback(self, key: DeploymentKey, body: bytes, token: CancelToken) -> None:
        """Tell the gateway the truth about a request, as anybody may. Raises `GatewayError` when it
        does not take it."""
        ...

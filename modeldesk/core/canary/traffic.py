"""Moving the callers of deployments behind gateways."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from modeldesk.core.canary.model import Phase, Rollout
from modeldesk.core.canary.ports import Standing
from modeldesk.core.canary.shares import Wanted
from modeldesk.core.deployments.ports import Deployments
from modeldesk.core.errors import GatewayError, NoSuchDeployment, ReleaseError
from modeldesk.core.gateway.model import FEEDBACK_PATH, Answered, FeedbackPosted, Split
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.ids import EngineId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.releases.asking import is_of_backend
from modeldesk.core.releases.model import (
    CanaryContainer,
    Deployment,
    DeploymentKey,
    Release,
    ReleaseState,
    VersionTarget,
    backend_name,
)
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.releases.tools import left_by_restart
from modeldesk.core.words import tr

_FEEDBACK_S = 10.0
_UP_S = 2.0
_ENDS = {
    ReleaseState.SUCCEEDED: Phase.PROMOTED,
    ReleaseState.ABORTED: Phase.ABORTED,
    ReleaseState.RESTORED: Phase.ABORTED,
    ReleaseState.FAILED: Phase.ABORTED,
}


class ReleaseTraffic:
    """Implements `Traffic` over the releases of one engine."""

    def __init__(self, engine: ImageEngine, releases: Deployments, locks: DeploymentLocks) -> None:
        self._engine = engine
        self._releases = releases
        self._locks = locks

    def home(self) -> EngineId:
        """See `modeldesk.core.canary.ports.Traffic`."""
        return self._engine.identity().id

    def hold(self, key: DeploymentKey) -> AbstractContextManager[None]:
        """See `modeldesk.core.canary.ports.Traffic`."""
        # No deployment can have this name.
        return self._locks.hold(f"{key.name} (canary)", key.engine)

    def stable(self, key: DeploymentKey) -> VersionTarget:
        """See `modeldesk.core.canary.ports.Traffic`."""
        current = self._deployment(key).current
        if current is None:
            raise ReleaseError(
                tr("“{name}” runs nothing that a canary could stand beside.", name=key.name),
                tr("Deploy the version for all callers."),
            )
        return current

    def begin(self, key: DeploymentKey, target: VersionTarget, why: str, job: Job) -> int:
        """See `modeldesk.core.canary.ports.Traffic`."""
        outcome = self._releases.canaries.stage(self._engine, key, target, None, why, job)
        if outcome.problem is not None:
            raise outcome.problem
        return outcome.release.id

    def rolling(self, key: DeploymentKey) -> tuple[int, VersionTarget] | None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        canary = self._deployment(key).canary
        return (canary.version.release, canary.version.target) if canary else None

    def standing(self, rollout: Rollout) -> Standing:
        """See `modeldesk.core.canary.ports.Traffic`."""
        try:
            deployment = self._deployment(rollout.deployment)
        except NoSuchDeployment as problem:
            gone = self._release(rollout)
            return Standing(Phase.ABORTED, problem.message, gone.ended_by if gone else "")
        if _canary_of(deployment, rollout):
            return Standing()
        if deployment.serving == rollout.release:
            return Standing(Phase.PROMOTED)
        release = self._release(rollout)
        if release is None:
            return Standing(Phase.ABORTED, tr("Its release is not in the history any more."))
        # An open one without a container here can't be gone on with.
        return Standing(_ENDS.get(release.state, Phase.ABORTED), release.error, release.ended_by)

    def routed(self, rollout: Rollout) -> Wanted | None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        canary = _canary_of(self._deployment(rollout.deployment), rollout)
        if canary is None:
            return None
        return Wanted(canary.split.share if canary.split else 0, canary.mirrored)

    def route(self, rollout: Rollout, share: Wanted, job: Job) -> None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        plan = rollout.plan
        backend = backend_name(rollout.release)
        split = Split(backend, share.share, plan.key, plan.field, rollout.salt)
        self._releases.canaries.shift(
            self._engine,
            rollout.deployment,
            rollout.release,
            split if share.share else None,
            job,
            mirrored=share.mirror,
        )

    def revision(self, key: DeploymentKey) -> str:
        """See `modeldesk.core.canary.ports.Traffic`."""
        return self._releases.canaries.revision(self._engine, self._deployment(key))

    def promote(self, rollout: Rollout, job: Job) -> None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        self._releases.canaries.promote(self._engine, rollout.deployment, rollout.release, job)

    def abort(self, rollout: Rollout, why: str, job: Job) -> None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        self._releases.canaries.abort(
            self._engine, rollout.deployment, rollout.release, why, job, rollout.ended_by
        )

    def problem(self, rollout: Rollout) -> str:
        """See `modeldesk.core.canary.ports.Traffic`."""
        deployment = self._deployment(rollout.deployment)
        if _canary_of(deployment, rollout) is None:
            return ""
        return self._releases.canaries.problem(self._engine, deployment)

    def engine_up_s(self) -> float | None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        start = self._engine.started()
        return start.ago_s if start is not None else None

    def up_again(self, rollout: Rollout, token: CancelToken) -> bool:
        """See `modeldesk.core.canary.ports.Traffic`."""
        key = rollout.deployment
        with self._locks.hold(key.name, key.engine):
            canary = _canary_of(self._deployment(key), rollout)
            container = canary.version.container if canary else None
            if left_by_restart(self._engine, container) and container is not None:
                self._engine.start_container(container)
        answers = (
            self.ask(key, release, SmokeRequest(), _UP_S, token)
            for release in (None, rollout.release)
        )
        return all(map(is_of_backend, answers))

    def follow(
        self, key: DeploymentKey, since: float | None, token: CancelToken
    ) -> Iterator[Sequence[Answered | FeedbackPosted]]:
        """See `modeldesk.core.canary.ports.Traffic`."""
        gateway = self._releases.gateway(self._engine)
        yield from gateway.follow(gateway_spec(self._deployment(key)), since, token)

    def ask(
        self,
        key: DeploymentKey,
        release: int | None,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        """See `modeldesk.core.canary.ports.Traffic`."""
        deployment = self._deployment(key)
        backend = backend_name(deployment.serving if release is None else release)
        gateway = self._releases.gateway(self._engine)
        return gateway.ask(gateway_spec(deployment), backend, request, timeout_s, token)

    def post_feedback(self, key: DeploymentKey, body: bytes, token: CancelToken) -> None:
        """See `modeldesk.core.canary.ports.Traffic`."""
        request = SmokeRequest("POST", FEEDBACK_PATH, body)
        gateway = self._releases.gateway(self._engine)
        spec = gateway_spec(self._deployment(key))
        answer = gateway.ask(spec, "", request, _FEEDBACK_S, token)
        if answer.status is None or not 200 <= answer.status < 300:
            said = tr("no answer") if answer.status is None else str(answer.status)
            raise GatewayError(
                tr("The gateway of “{name}” took no feedback: {said}.", name=key.name, said=said),
                tr("See that the deployment runs, then try again."),
            )

    def _deployment(self, key: DeploymentKey) -> Deployment:
        return self._releases.deployment(key.engine, key.name)

    def _release(self, rollout: Rollout) -> Release | None:
        every = self._releases.history(rollout.deployment)
        return next((one for one in every if one.id == rollout.release), None)


def _canary_of(deployment: Deployment, rollout: Rollout) -> CanaryContainer | None:
    canary = deployment.canary
    return canary if canary and canary.version.release == rollout.release else None

"""Canaries as containers and on swarms: each is dealt with by what its deployment runs as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from modeldesk.core.deployments.ports import Canaries
from modeldesk.core.gateway.model import Split
from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ServiceSettings,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome


@dataclass(frozen=True, slots=True)
class CanariesByTarget:
    """Implements `Canaries`. `deployment` raises `NoSuchDeployment`."""

    containers: Canaries
    swarms: Canaries
    deployment: Callable[[EngineId, DeploymentName], Deployment]

    def stage(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        target: VersionTarget,
        settings: ServiceSettings | None,
        why: str,
        job: Job,
        secrets: Mapping[str, str] | None = None,
    ) -> ReleaseOutcome:
        """Run `target` beside what serves, with no share yet."""
        return self._of(key).stage(engine, key, target, settings, why, job, secrets)

    def shift(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        split: Split | None,
        job: Job,
        *,
        mirrored: bool = False,
    ) -> str:
        """Give it this share, or copies of all requests."""
        return self._of(key).shift(engine, key, release, split, job, mirrored=mirrored)

    def promote(
        self, engine: ImageEngine, key: DeploymentKey, release: int, job: Job
    ) -> ReleaseOutcome:
        """It serves all callers from now on."""
        return self._of(key).promote(engine, key, release, job)

    def abort(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        reason: str,
        job: Job,
        who: str = "",
    ) -> Release:
        """All callers get what serves again."""
        return self._of(key).abort(engine, key, release, reason, job, who)

    def revision(self, engine: ImageEngine, deployment: Deployment, /) -> str:
        """Of the routing that the deployment is to have."""
        return self._for(deployment).revision(engine, deployment)

    def problem(self, engine: ImageEngine, deployment: Deployment, /) -> str:
        """What is wrong with its canary, as a sentence; empty for nothing."""
        return self._for(deployment).problem(engine, deployment)

    def _of(self, key: DeploymentKey) -> Canaries:
        return self._for(self.deployment(key.engine, key.name))

    def _for(self, deployment: Deployment) -> Canaries:
        on_a_swarm = deployment.settings.target is Target.SWARM
        return self.swarms if on_a_swarm else self.containers

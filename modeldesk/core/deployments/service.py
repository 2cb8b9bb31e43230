"""Deployments as containers and on swarms: each is dealt with by what it runs as."""

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.core.changes import Changes
from modeldesk.core.deployments.canaries import CanariesByTarget
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.book import Elsewhere
from modeldesk.core.releases.healing import Healed
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    EnvironmentName,
    Release,
    ServiceSettings,
    Target,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.recovery import Recovered
from modeldesk.core.releases.service import ReleaseService
from modeldesk.core.swarm.service import SwarmReleases


@dataclass(frozen=True, slots=True)
class EveryDeployment:
    """Implements `Deployments` over both services, which share their records and locks."""

    containers: ReleaseService
    swarms: SwarmReleases

    @property
    def canaries(self) -> CanariesByTarget:
        """Versions beside those that serve."""
        return CanariesByTarget(
            self.containers.canaries, self.swarms.canaries, self.containers.deployment
        )

    def gateway(self, engine: ImageEngine) -> Gateway:
        """The gateways of the engine's deployments."""
        return self.containers.gateway(engine)

    def deployments(self, engine: EngineId) -> tuple[Deployment, ...]:
        """Every deployment that lives on the engine or its swarm, by name."""
        return self.containers.deployments(engine)

    def elsewhere(self, engine: EngineId) -> tuple[Elsewhere, ...]:
        """Those that live on other engines."""
        return self.containers.elsewhere(engine)

    def deployment(self, engine: EngineId, name: DeploymentName) -> Deployment:
        """Raises `NoSuchDeployment` when the engine has none of that name."""
        return self.containers.deployment(engine, name)

    def history(self, key: DeploymentKey) -> tuple[Release, ...]:
        """Every release of the deployment, newest first."""
        return self.containers.history(key)

    def settings(self, key: DeploymentKey) -> Mapping[int, ServiceSettings]:
        """Every revision of its settings, the newest first."""
        return self.containers.settings(key)

    def earlier_versions(self, deployment: Deployment) -> tuple[VersionTarget, ...]:
        """What can be gone back to, nearest first."""
        return self.containers.earlier_versions(deployment)

    def deploy(
        self,
        engine: ImageEngine,
        name: DeploymentName,
        model: ModelName,
        target: VersionTarget,
        settings: ServiceSettings,
        why: str,
        job: Job,
        secrets: Mapping[str, str] | None = None,
        *,
        environment: EnvironmentName | None = None,
    ) -> ReleaseOutcome:
        """Have `name` run `target`, as what the settings are for. A deployment stays what it was
        made as: `ReleaseError` otherwise."""
        service = self._for(settings.target)
        return service.deploy(
            engine, name, model, target, settings, why, job, secrets, environment=environment
        )

    def rollback(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome:
        """Go back to `to`, or to the version before the one that runs."""
        return self._of(key).rollback(engine, key, to, why, job)

    def stop(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Stop what serves; the deployment stays and can be started again."""
        return self._of(key).stop(engine, key, job)

    def start(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> ReleaseOutcome:
        """Run what it is to run again; nothing is done where it runs."""
        return self._of(key).start(engine, key, job)

    def remove(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes:
        """Take away all of it, then forget it; its history stays."""
        return self._of(key).remove(engine, key, job)

    def recover(self, engine: ImageEngine, job: Job) -> Recovered:
        """Finish or undo every release on this engine, or on its swarm, that a crash left in the
        middle."""
        here, there = self.containers.recover(engine, job), self.swarms.recover(engine, job)
        return Recovered(here.healed + there.healed, here.left + there.left, here.adopted)

    def heal(self, engine: ImageEngine, job: Job) -> Healed:
        """After `recover`: put back what was taken away from deployments that are to run."""
        here, there = self.containers.heal(engine, job), self.swarms.heal(engine, job)
        return Healed(here.mended + there.mended)

    def _for(self, target: Target) -> ReleaseService | SwarmReleases:
        return self.swarms if target is Target.SWARM else self.containers

    def _of(self, key: DeploymentKey) -> ReleaseService | SwarmReleases:
        return self._for(self.deployment(key.engine, key.name).settings.target)

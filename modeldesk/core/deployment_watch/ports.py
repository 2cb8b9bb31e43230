"""What a watch needs of others."""

from typing import Protocol

from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import DeploymentName, EngineId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    Release,
    ServiceSettings,
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome


class Services(Protocol):
    """The part of `modeldesk.core.releases.service.ReleaseService` that a watch looks with and
    helps by."""

    def deployments(self, engine: EngineId) -> tuple[Deployment, ...]: ...
    def deployment(self, engine: EngineId, name: DeploymentName) -> Deployment: ...
    def history(self, key: DeploymentKey) -> tuple[Release, ...]: ...
    def earlier_versions(self, deployment: Deployment) -> tuple[VersionTarget, ...]: ...
    def gateway(self, engine: ImageEngine) -> Gateway: ...

    def start(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> ReleaseOutcome: ...

    def rollback(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome: ...

    def deploy(
        self,
        engine: ImageEngine,
        name: DeploymentName,
        model: ModelName,
        target: VersionTarget,
        settings: ServiceSettings,
        why: str,
        job: Job,
    ) -> ReleaseOutcome: ...


class Followed(Protocol):
    """Which channels deployments follow, and what those name."""

    def channel(self, deployment: Deployment) -> str:
        """The one it follows; empty for none."""
        ...

    def coming(self, deployment: Deployment) -> VersionTarget | None:
        """What a canary of it brings that has not ended, or is to begin yet; None for none."""
        ...

    def digest(self, reference: Reference, token: CancelToken) -> str:
        """What a tag names in its registry; empty for nothing. Raises `RegistryError`,
        `Cancelled`."""
        ...

"""What is asked of deployments by whoever need not know what they run as."""

from collections.abc import Mapping
from typing import Protocol

from modeldesk.core.changes import Changes
from modeldesk.core.gateway.model import Split
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
    VersionTarget,
)
from modeldesk.core.releases.outcome import ReleaseOutcome
from modeldesk.core.releases.recovery import Recovered


class Canaries(Protocol):
    """Versions beside those that serve. See `modeldesk.core.releases.canaries.CanaryReleases` for
    what is promised."""

    def stage(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        target: VersionTarget,
        settings: ServiceSettings | None,
        why: str,
        job: Job,
        secrets: Mapping[str, str] | None = None,
    ) -> ReleaseOutcome: ...

    def shift(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        split: Split | None,
        job: Job,
        *,
        mirrored: bool = False,
    ) -> str: ...

    def promote(
        self, engine: ImageEngine, key: DeploymentKey, release: int, job: Job
    ) -> ReleaseOutcome: ...

    def abort(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        release: int,
        reason: str,
        job: Job,
        who: str = "",
    ) -> Release: ...

    def revision(self, engine: ImageEngine, deployment: Deployment, /) -> str: ...

    def problem(self, engine: ImageEngine, deployment: Deployment, /) -> str: ...


class Deployments(Protocol):
    """Deployments of every engine that was ever used. See
    `modeldesk.core.releases.service.ReleaseService` for what is promised."""

    @property
    def canaries(self) -> Canaries: ...

    def gateway(self, engine: ImageEngine) -> Gateway: ...
    def deployments(self, engine: EngineId) -> tuple[Deployment, ...]: ...
    def elsewhere(self, engine: EngineId) -> tuple[Elsewhere, ...]: ...
    def deployment(self, engine: EngineId, name: DeploymentName) -> Deployment: ...
    def history(self, key: DeploymentKey) -> tuple[Release, ...]: ...
    def settings(self, key: DeploymentKey) -> Mapping[int, ServiceSettings]: ...
    def earlier_versions(self, deployment: Deployment) -> tuple[VersionTarget, ...]: ...

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
    ) -> ReleaseOutcome: ...

    def rollback(
        self,
        engine: ImageEngine,
        key: DeploymentKey,
        to: VersionTarget | None,
        why: str,
        job: Job,
    ) -> ReleaseOutcome: ...

    def stop(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes: ...
    def start(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> ReleaseOutcome: ...
    def remove(self, engine: ImageEngine, key: DeploymentKey, job: Job) -> Changes: ...
    def recover(self, engine: ImageEngine, job: Job) -> Recovered: ...
    def heal(self, engine: ImageEngine, job: Job) -> Healed: ...

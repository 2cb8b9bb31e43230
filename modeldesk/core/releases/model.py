"""Deployments: named running services of a model, and everything that happened to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ImageId, ModelName

DEPLOYMENT_LABEL = "io.modeldesk.deployment"
RELEASE_LABEL = "io.modeldesk.release"
ROLE_LABEL = "io.modeldesk.role"
"""``serving`` for the container that owns the port, ``rehearsal`` for one that is tried out."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How a deployment's containers run, the same for every version.

    Values of secret variables are never kept: their names are, and the values are taken from
    the container that runs.
    """

    ports: tuple[PortBinding, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secret_names: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    health_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class VersionTarget:
    """A version to put in service, pinned."""

    image: ImageId
    reference: str
    """The name the person knows it by; shown, never used to start."""
    digest: str
    """``sha256:…``: the manifest digest where a registry gave one, else the image id."""


class ReleaseKind(Enum):
    """Why what runs changed."""

    DEPLOY = "deploy"
    ROLLBACK = "rollback"


class ReleaseState(Enum):
    """How a release ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    RESTORED = "restored"
    """It failed, and what ran before runs again."""
    FAILED = "failed"
    """It failed and nothing runs."""


@dataclass(frozen=True, slots=True)
class DeploymentKey:
    """Which deployment it is: a name is unique on one engine."""

    engine: EngineId
    name: DeploymentName


@dataclass(frozen=True, slots=True)
class Release:
    """One change of what a deployment runs."""

    id: int
    engine: EngineId
    deployment: DeploymentName
    kind: ReleaseKind
    target: VersionTarget
    previous: VersionTarget | None
    started: datetime
    who: str
    why: str
    state: ReleaseState
    finished: datetime | None = None
    error: str = ""

    @property
    def key(self) -> DeploymentKey:
        """The deployment it changed."""
        return DeploymentKey(self.engine, self.deployment)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A named service of a model on one engine. `current` is what it runs, `container` the
    container that serves; both are None only until the first start succeeded."""

    engine: EngineId
    """`NO_ENGINE` for one of before engines were told apart, until its containers are met."""
    name: DeploymentName
    model: ModelName
    settings: ServiceSettings
    current: VersionTarget | None
    container: ContainerId | None
    created: datetime

    @property
    def key(self) -> DeploymentKey:
        """Which deployment it is."""
        return DeploymentKey(self.engine, self.name)


class StepPhase(Enum):
    """What the journal says of a step."""

    STARTED = "started"
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A line of a release's journal: written before a step and after it."""

    release: int
    position: int
    step: str
    """The step's stable name, not its text for people."""
    phase: StepPhase
    container: ContainerId | None
    time: datetime

"""Deployments: named running services of a model, and everything that happened to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType

from modeldesk.core.containers.model import ContainerLimits, Mount, PortBinding
from modeldesk.core.gateway.model import Split
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ImageId, ModelName

DEPLOYMENT_LABEL = "io.modeldesk.deployment"
RELEASE_LABEL = "io.modeldesk.release"
ROLE_LABEL = "io.modeldesk.role"
"""``serving`` for a version's container; its gateway has a role of its own."""
SERVING = "serving"

EnvironmentName = NewType("EnvironmentName", str)
"""What a deployment is for: one of `ENVIRONMENTS`, or a name of a person's own."""
DEVELOPMENT = EnvironmentName("development")
TEST = EnvironmentName("test")
PRODUCTION = EnvironmentName("production")
ENVIRONMENTS = (DEVELOPMENT, TEST, PRODUCTION)


@dataclass(frozen=True, slots=True)
class SwarmSettings:
    """How a deployment is spread over a swarm, and how its tasks are replaced."""

    replicas: int = 1
    every_machine: bool = True
    """Whether each machine of the swarm publishes the ports, for which the kernels need IP_VS;
    else those alone that have a task. Behind a gateway: whether one address stands for all
    tasks, for which they need it too."""
    gateway: bool = False
    """Whether a gateway on this engine owns the ports, as canaries need one; else the swarm
    publishes them."""
    parallelism: int = 1
    """How many tasks are replaced at once; 0: all."""
    delay_s: float = 5.0
    """Between one lot and the next: a lot that fails sooner costs no other task."""
    monitor_s: float = 5.0
    """How long a new task is watched: one that ends in that time has failed."""
    max_failure_ratio: float = 0.0
    """Up to that share of the tasks may fail, 0 to 1, before the engine rolls back."""


class Target(Enum):
    """What a deployment runs as."""

    CONTAINERS = "containers"
    """Containers of one engine."""
    SWARM = "swarm"
    """A service of the swarm that the engine manages."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """How a deployment's containers run. `ports` are those of its gateway, which passes requests
    on to the same container port of a version; they speak HTTP.

    Values of secret variables are never kept: their names are, and the values are taken from
    the container that runs.
    """

    ports: tuple[PortBinding, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secret_names: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    health_timeout_s: float = 60.0
    limits: ContainerLimits = field(default_factory=ContainerLimits)
    locked_down: bool = False
    smoke: SmokeRequest | None = None
    """What a version must answer with success (2xx or 3xx) before it gets callers."""
    keep_warm_s: float = 600.0
    """How long a version that was replaced keeps running, so that going back takes no start."""
    drain_s: float = 30.0
    """How long requests that a version still answers are waited for before it is stopped."""
    swarm: SwarmSettings | None = None
    """None: containers of the engine alone."""

    @property
    def target(self) -> Target:
        """What they are settings for."""
        return Target.CONTAINERS if self.swarm is None else Target.SWARM


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
    CANARY = "canary"
    """It begins with a share of the callers, beside what runs."""


class ReleaseState(Enum):
    """How a release stands or ended. The values are stored."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    RESTORED = "restored"
    """It failed, and what ran before runs again."""
    FAILED = "failed"
    """It failed and nothing runs."""
    ROLLING = "rolling"
    """A canary that stands, and gets the share that its rollout says."""
    ABORTED = "aborted"
    """A canary that was taken back."""


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
    """Why it failed or was aborted."""
    revision: int = 0
    """Of the settings it ran with; 0 where that was not kept yet."""
    ended_by: str = ""
    """Who took a canary back; empty: the program by itself, or it was not taken back."""

    @property
    def key(self) -> DeploymentKey:
        """The deployment it changed."""
        return DeploymentKey(self.engine, self.deployment)


@dataclass(frozen=True, slots=True)
class VersionContainer:
    """A container of a version behind a gateway. `revision` is that of its settings."""

    release: int
    """The one that made it."""
    container: ContainerId
    address: str
    """Fixed, on the deployment's network."""
    target: VersionTarget
    revision: int

    @property
    def backend(self) -> str:
        """What the gateway calls it."""
        return backend_name(self.release)


def backend_name(release: int) -> str:
    """What a gateway calls the container that a release made."""
    return f"r{release}"


@dataclass(frozen=True, slots=True)
class KeptContainer:
    """One that served before, kept for going back to: running for a while, then stopped."""

    version: VersionContainer
    left: datetime
    """When it was replaced."""


@dataclass(frozen=True, slots=True)
class CanaryContainer:
    """A version beside the one that serves, and what it gets."""

    version: VersionContainer
    split: Split | None = None
    """None: only requests that ask for it."""
    mirrored: bool = False
    """Whether it gets a copy of every request."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A named service of a model on one engine. `current` is what it runs, `container` the
    container that serves; both are None only until the first start succeeded."""

    engine: EngineId
    """`NO_ENGINE` for one of before engines were told apart, until its containers are met."""
    name: DeploymentName
    model: ModelName
    settings: ServiceSettings
    """Those of `revision`."""
    current: VersionTarget | None
    container: ContainerId | None
    created: datetime
    environment: EnvironmentName = PRODUCTION
    revision: int = 0
    """Of the settings; 0 until they were first kept."""
    release: int = 0
    """The last that was recorded here: an open one that stands here is finished, any other
    undone."""
    serving: int = 0
    """The release that made the container which serves."""
    address: str = ""
    """Of that container; empty for one from before there were gateways, which owns the ports."""
    gateway_image: str = ""
    """What the gateway runs: an image id or ``repository@digest``."""
    stopped: bool = False
    """A person stopped it: nothing of it is to run."""
    kept: tuple[KeptContainer, ...] = ()
    """Those that were replaced last first."""
    canary: CanaryContainer | None = None

    @property
    def key(self) -> DeploymentKey:
        """Which deployment it is."""
        return DeploymentKey(self.engine, self.name)

    @property
    def behind_gateway(self) -> bool:
        """Whether a gateway owns its ports; else the container that serves does, or nothing."""
        return bool(self.address)

    @property
    def version(self) -> VersionContainer | None:
        """What serves behind the gateway."""
        if self.current is None or self.container is None or not self.address:
            return None
        return VersionContainer(
            self.serving, self.container, self.address, self.current, self.revision
        )


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

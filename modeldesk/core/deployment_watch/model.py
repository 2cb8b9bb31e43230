"""What can be wrong with a deployment, what can be done, and what is looked at to tell."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.containers.model import ContainerDetail, ContainerSummary
from modeldesk.core.ids import ImageId
from modeldesk.core.releases.model import Deployment, DeploymentKey, VersionTarget
from modeldesk.core.swarm.rolling import Rolling


class Problem(Enum):
    """What is not as it should be. The values are stored and sent."""

    GONE = "container gone"
    STOPPED = "container stopped"
    RESTART_LOOP = "restart loop"
    UNHEALTHY = "unhealthy"
    GATEWAY_GONE = "gateway gone"
    GATEWAY_SILENT = "gateway silent"
    IMAGE_MISSING = "image missing"
    DRIFT = "digest drift"
    """The channel it follows names another version."""
    SERVICE_GONE = "service gone"
    REPLICAS_MISSING = "replicas missing"
    MACHINE_DOWN = "machine down"
    UPDATE_STOPPED = "update stopped"
    UPDATE_UNDONE = "update undone"
    """The swarm went back to another version than the one that was deployed."""

    @property
    def grave(self) -> bool:
        """Whether callers may get no answer."""
        return self not in (
            Problem.IMAGE_MISSING,
            Problem.DRIFT,
            Problem.MACHINE_DOWN,
            Problem.UPDATE_UNDONE,
        )


class Remedy(Enum):
    """What can be done with one click. The values are stored and sent."""

    RUN_AGAIN = "run again"
    """What is missing of it is started: its container, its gateway."""
    REPLACE = "replace"
    """The same version is started beside it and takes over once it is healthy."""
    ROLL_BACK = "roll back"
    DEPLOY_CHANNEL = "deploy channel"
    """What the channel names is deployed."""
    PULL_IMAGE = "pull image"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. `remedies` are what helps, the best first."""

    deployment: DeploymentKey
    problem: Problem
    text: str
    remedies: tuple[Remedy, ...] = ()
    detail: str = ""
    """What the engine says of it."""
    target: VersionTarget | None = None
    """What a rollback goes to, or what the channel names."""
    since: datetime | None = None
    """When it was first seen; None where it was just seen."""

    @property
    def identity(self) -> tuple[DeploymentKey, Problem]:
        """The same as long as it lasts, whatever is said of it meanwhile."""
        return self.deployment, self.problem


@dataclass(frozen=True, slots=True)
class GatewayFacts:
    """`answers` is None where it was not asked."""

    container: ContainerSummary | None
    answers: bool | None


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What the channel that a deployment follows names now."""

    channel: str
    version: str
    """By name, or the beginning of its digest."""
    target: VersionTarget
    same: bool
    """Whether that is what the deployment runs."""
    here: ImageId | None
    """The image, where the engine has it."""
    coming: bool = False
    """Whether a canary brings it: what differs is about to be the same."""


@dataclass(frozen=True, slots=True)
class SwarmFacts:
    """A service of a swarm; `rolling` is None where it can't be had, and `problem` says why."""

    rolling: Rolling | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A deployment as the engine has it. `detail` is known of suspects alone."""

    deployment: Deployment
    container: ContainerSummary | None
    detail: ContainerDetail | None
    restarts: int
    """How often it was restarted lately."""
    image_there: bool
    gateway: GatewayFacts | None
    """None where it is to have none."""
    channel: ChannelFacts | None = None
    swarm: SwarmFacts | None = None
    """None for one that runs as a container."""
    cut_off: bool = False
    """Whether the container is off the network that the gateway reaches it by."""

"""What a Swarm is asked for, and what it says of its machines, services and tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NewType

from modeldesk.core.containers.model import ContainerLimits, Mount
from modeldesk.core.ids import ContainerId

ServiceId = NewType("ServiceId", str)
TaskId = NewType("TaskId", str)
NodeId = NewType("NodeId", str)
SecretId = NewType("SecretId", str)


class Membership(Enum):
    """What the engine is in a swarm."""

    NONE = "none"
    WORKER = "worker"
    """It runs what managers give it, and can't be asked for anything."""
    MANAGER = "manager"
    LOCKED = "locked"
    """It was started anew, and its key was not given yet."""
    UNSETTLED = "unsettled"
    """It joins, or fails to."""


class NodeRole(Enum):
    """What a machine does in a swarm."""

    MANAGER = "manager"
    WORKER = "worker"


class NodeState(Enum):
    """Whether the managers hear of a machine."""

    READY = "ready"
    DOWN = "down"
    UNKNOWN = "unknown"
    DISCONNECTED = "disconnected"


class Availability(Enum):
    """What a person lets a machine do."""

    ACTIVE = "active"
    PAUSE = "pause"
    """It keeps its tasks, and gets no more."""
    DRAIN = "drain"
    """Its tasks went to others."""


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of a swarm."""

    id: NodeId
    name: str
    role: NodeRole
    state: NodeState
    availability: Availability
    leader: bool = False
    address: str = ""
    engine_version: str = ""
    architecture: str = ""
    message: str = ""
    """What the managers say of its state; mostly empty."""

    @property
    def takes_tasks(self) -> bool:
        """Whether tasks can be given to it now."""
        return self.state is NodeState.READY and self.availability is Availability.ACTIVE


class PublishMode(Enum):
    """How a port is reached from outside."""

    INGRESS = "ingress"
    """At every machine, whichever the tasks are on; the kernels need IP_VS."""
    HOST = "host"
    """At the machines that have a task, and by one task on each."""


@dataclass(frozen=True, slots=True)
class SwarmPort:
    """A container's port, published at every address of a machine. `published` 0 lets the engine
    choose a free one: with `HOST` another for each task."""

    container_port: int
    published: int = 0
    mode: PublishMode = PublishMode.INGRESS
    protocol: str = "tcp"


class Order(Enum):
    """What goes first when a task is replaced."""

    START_FIRST = "start-first"
    STOP_FIRST = "stop-first"


class FailureAction(Enum):
    """What the engine does with an update that fails."""

    ROLLBACK = "rollback"
    PAUSE = "pause"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """How tasks are replaced by those of another version."""

    parallelism: int = 1
    """How many at once; 0: all."""
    delay_s: float = 0.0
    """Between one lot and the next."""
    monitor_s: float = 5.0
    """How long a new task is watched: one that ends in that time has failed."""
    max_failure_ratio: float = 0.0
    """Up to that share of tasks may fail, 0 to 1."""
    order: Order = Order.START_FIRST
    failure_action: FailureAction = FailureAction.ROLLBACK


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A secret of the swarm as its tasks see it: a file ``/run/secrets/FILE``."""

    id: SecretId
    name: str
    file: str


@dataclass(frozen=True, slots=True)
class SwarmSecret:
    """A secret that the swarm keeps. Nobody can read it back."""

    id: SecretId
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service that is wanted. `image` is ``repository@digest``, or an image id, which only
    machines that have it can start: never a tag."""

    name: str
    image: str
    replicas: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    limits: ContainerLimits = field(default_factory=ContainerLimits)
    secrets: tuple[SecretRef, ...] = ()
    ports: tuple[SwarmPort, ...] = ()
    networks: tuple[str, ...] = ()
    """Names of overlay networks."""
    one_address: bool = False
    """Whether one address stands for all tasks on each network, which lasts as long as the
    service; the kernels need IP_VS. Else names lead to the tasks themselves."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the service alone: the containers of its tasks have the engine's."""
    command: tuple[str, ...] = ()
    """What follows the image's entrypoint, in place of its own command."""
    locked_down: bool = False
    """Nothing but mounts can be written, root has no more rights than others, and, where the
    engine speaks API 1.44 or later, no right can be gained."""
    stop_grace_s: float = 10.0
    update: UpdateRule = UpdateRule()
    rollback: UpdateRule = UpdateRule(failure_action=FailureAction.PAUSE)


class UpdateState(Enum):
    """How far the last update of a service is. The values are the engine's."""

    NONE = ""
    """There was none since it was made, or none that had to replace a task."""
    UPDATING = "updating"
    PAUSED = "paused"
    COMPLETED = "completed"
    ROLLING_BACK = "rollback_started"
    ROLLBACK_PAUSED = "rollback_paused"
    ROLLED_BACK = "rollback_completed"

    @property
    def moving(self) -> bool:
        """Whether the engine is still replacing tasks."""
        return self in (UpdateState.UPDATING, UpdateState.ROLLING_BACK)


@dataclass(frozen=True, slots=True)
class SwarmService:
    """A service as the managers keep it."""

    id: ServiceId
    version: int
    """Grows with every change: an update of an older one is refused."""
    spec: ServiceSpec
    update: UpdateState = UpdateState.NONE
    update_message: str = ""
    published: tuple[SwarmPort, ...] = ()
    """The ports of `spec` that every machine publishes, with those that the engine chose."""
    virtual: Mapping[str, str] = field(default_factory=dict)
    """By network, the address that stands for all tasks; empty where names lead to the tasks
    themselves."""
    previous_image: str = ""
    """What the engine's own rollback goes back to; empty: there is nothing."""


class TaskState(Enum):
    """How far a task is, in the order they go through. The values are the engine's."""

    NEW = "new"
    ALLOCATED = "allocated"
    PENDING = "pending"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    PREPARING = "preparing"
    READY = "ready"
    STARTING = "starting"
    """Also while its HEALTHCHECK has not passed."""
    RUNNING = "running"
    COMPLETE = "complete"
    SHUTDOWN = "shutdown"
    FAILED = "failed"
    REJECTED = "rejected"
    """The machine it was given to could not begin it."""
    REMOVE = "remove"
    ORPHANED = "orphaned"
    """Its machine was not heard of for long."""

    @property
    def ended(self) -> bool:
        """Whether nothing more becomes of it."""
        return self in _ENDED

    @property
    def failed(self) -> bool:
        """Whether it ended as it should not."""
        return self in (TaskState.FAILED, TaskState.REJECTED, TaskState.ORPHANED)


_ENDED = frozenset(
    {
        TaskState.COMPLETE,
        TaskState.SHUTDOWN,
        TaskState.FAILED,
        TaskState.REJECTED,
        TaskState.REMOVE,
        TaskState.ORPHANED,
    }
)


@dataclass(frozen=True, slots=True)
class SwarmTask:
    """One of a service's tasks: a container on a machine, or what is to become one."""

    id: TaskId
    service: ServiceId
    slot: int
    """Which of the replicas it is, from 1; a replaced task's successor has the same."""
    image: str
    state: TaskState
    wanted: bool
    """Whether it is to run; False for one that was replaced, ended or is to end."""
    node: NodeId | None = None
    """None until it was given to one."""
    message: str = ""
    error: str = ""
    """Why it failed, or can't begin, in the engine's words."""
    exit_code: int | None = None
    container: ContainerId | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)
    """By network, without the mask."""
    ports: tuple[SwarmPort, ...] = ()
    """Published on its machine alone."""
    since: datetime | None = None

    @property
    def serves(self) -> bool:
        """Whether it runs, is well as far as its HEALTHCHECK tells, and is to go on."""
        return self.wanted and self.state is TaskState.RUNNING

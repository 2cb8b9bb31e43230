"""Containers: what is asked for, and what the engine says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from modeldesk.core.ids import ContainerId, ImageId

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class PortBinding:
    """A container's port on the host. `host_port` 0 lets the engine choose a free one."""

    container_port: int
    host_port: int = 0
    host_address: str = LOOPBACK
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class Mount:
    """A host folder (absolute path) or a named volume, seen inside at `target`."""

    source: str
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class ContainerLimits:
    """What a container may use at most; 0: all there is of memory and processors, no GPU."""

    memory_bytes: int = 0
    cpus: float = 0.0
    gpus: int = 0
    """-1: all of them."""


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """A container to create. `image` is an image id or ``repository@digest``: never a tag."""

    image: str
    name: str = ""
    ports: tuple[PortBinding, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    restart_unless_stopped: bool = False
    command: tuple[str, ...] = ()
    """What follows the image's entrypoint, in place of its own command."""
    check: str = ""
    """A line for the shell in the container that tells its health, in place of the image's
    HEALTHCHECK."""
    network: str = ""
    """The name of the one network it is on; empty: the engine's default."""
    address: str = ""
    """A fixed one on `network`."""
    limits: ContainerLimits = ContainerLimits()
    locked_down: bool = False
    """Nothing but mounts can be written, no right can be gained, and root has no more rights
    than others."""
    kept_log_bytes: int = 0
    """About how much of its output the engine keeps; 0: as the engine is set up."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A named volume."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Network:
    """A network that containers can have fixed addresses on."""

    name: str
    subnet: str
    """``172.18.0.0/16``; empty where the engine tells of none."""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of a command in a container. `exit_code` is None when it was cut off."""

    exit_code: int | None
    output: str = ""
    """Both its outputs together; of a long one the end."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process in a container, by the engine's own numbers."""

    pid: int
    command: str


class ContainerStatus(Enum):
    """The engine's own words for a container's state."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"


class Health(Enum):
    """What the image's HEALTHCHECK says; NONE when it has none."""

    NONE = "none"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class ContainerSummary:
    """A container as one list call tells of it."""

    id: ContainerId
    name: str
    image_id: ImageId
    status: ContainerStatus
    health: Health
    ports: tuple[PortBinding, ...]
    created: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, str] = field(default_factory=dict)
    """Its address on each network it is on: the fixed one, or what it has now (may be empty)."""

    @property
    def running(self) -> bool:
        return self.status in (
            ContainerStatus.RUNNING,
            ContainerStatus.PAUSED,
            ContainerStatus.RESTARTING,
        )


@dataclass(frozen=True, slots=True)
class ContainerDetail:
    """What inspecting a container adds."""

    summary: ContainerSummary
    exit_code: int
    out_of_memory: bool
    error: str
    started: datetime | None
    finished: datetime | None
    restarts: int
    environment: Mapping[str, str]
    """Everything the process sees: the image's own variables too."""
    mounts: tuple[Mount, ...]
    checked: str = ""
    """What its HEALTHCHECK said when the engine ran it last; empty where it has none, or it was
    not run yet."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What one run of a container's HEALTHCHECK gave."""

    passed: bool
    output: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a container's output, without its newline. `error` marks stderr."""

    text: str
    error: bool = False


@dataclass(frozen=True, slots=True)
class ContainerStats:
    """A sample of what a container uses. CPU in percent of one core (200 = two cores busy)."""

    time: datetime
    cpu_percent: float
    memory_bytes: int

"""What the fake engine keeps of a container, and how its containers behave."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerSpec,
    ContainerStatus,
    ContainerSummary,
    Health,
    LogLine,
    PortBinding,
)
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ContainerId, ImageId


@dataclass(frozen=True)
class Behaviour:
    """What a container does once started."""

    health: tuple[Health, ...] = ()
    """Its health each time it is inspected or checked; the last stays. Empty: no HEALTHCHECK."""
    health_output: str = ""
    """What a check of its health prints."""
    check_hangs: bool = False
    """A check of its health does not come to an end."""
    start_error: ModelDeskError | None = None
    """Raised by the start; the container stays as it was created."""
    exit_code: int | None = None
    """Ends by itself with this code, as soon as it is started."""
    restarts: int = 0
    """How often the engine has started it again by itself."""
    out_of_memory: bool = False
    prints: tuple[LogLine, ...] = ()
    """What it prints at its start."""
    prints_every_s: float | None = None
    """Prints a line, again and again, while it runs."""
    stats_every_s: float = 0.02
    cpu_percent: float = 12.5
    memory_bytes: int = 64_000_000
    environment: Mapping[str, str] = field(default_factory=dict)
    """The image's own variables."""


@dataclass
class FakeContainer:
    """A container as it stands."""

    id: ContainerId
    name: str
    image: ImageId
    spec: ContainerSpec
    behaviour: Behaviour
    created: datetime
    status: ContainerStatus = ContainerStatus.CREATED
    ports: tuple[PortBinding, ...] = ()
    inspections: int = 0
    exit_code: int = 0
    started: datetime | None = None
    finished: datetime | None = None
    lines: list[LogLine] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return self.status is ContainerStatus.RUNNING

    @property
    def health(self) -> Health:
        scripted = self.behaviour.health
        if not scripted:
            return Health.NONE
        return scripted[min(max(self.inspections - 1, 0), len(scripted) - 1)]

    def start(self, ports: tuple[PortBinding, ...]) -> None:
        self.status = ContainerStatus.RUNNING
        self.started, self.finished = datetime.now(UTC), None
        self.ports = ports
        self.inspections = 0
        self.lines += self.behaviour.prints
        if self.behaviour.exit_code is not None:
            self.end(self.behaviour.exit_code)

    def end(self, exit_code: int) -> None:
        self.status = ContainerStatus.EXITED
        self.finished = datetime.now(UTC)
        self.exit_code = exit_code
        self.ports = ()

    def summary(self) -> ContainerSummary:
        return ContainerSummary(
            id=self.id,
            name=self.name,
            image_id=self.image,
            status=self.status,
            health=self.health if self.running else _at_rest(self.health),
            ports=self.ports,
            created=self.created,
            labels=dict(self.spec.labels),
        )

    def detail(self) -> ContainerDetail:
        return ContainerDetail(
            summary=self.summary(),
            exit_code=self.exit_code,
            out_of_memory=self.behaviour.out_of_memory and self.finished is not None,
            error="",
            started=self.started,
            finished=self.finished,
            restarts=self.behaviour.restarts,
            environment={**self.behaviour.environment, **self.spec.environment},
            mounts=self.spec.mounts,
        )


def bound(ports: tuple[PortBinding, ...], first_free: int) -> tuple[PortBinding, ...]:
    """The ports with a number for each that leaves the choice to the engine."""
    return tuple(
        port if port.host_port else replace(port, host_port=first_free + index)
        for index, port in enumerate(ports)
    )


def _at_rest(health: Health) -> Health:
    return Health.NONE if health is Health.NONE else Health.UNHEALTHY

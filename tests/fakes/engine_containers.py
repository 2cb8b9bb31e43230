"""What the fake engine keeps of a container, and how its containers behave."""

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from modeldesk.core.containers.model import (
    CommandResult,
    ContainerDetail,
    ContainerSpec,
    ContainerStatus,
    ContainerSummary,
    Health,
    LogLine,
    PortBinding,
    Process,
)
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.ids import ContainerId, ImageId

_NOT_FOUND = 127


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
    commands: "Mapping[str, Behaviour]" = field(default_factory=dict)
    """What it does instead where its command begins with this word."""
    on_start: Callable[[], None] | None = None
    results: Mapping[str, CommandResult | None] = field(default_factory=dict)
    """What comes of a command that is run in it, by its first word; None: it does not end."""
    heeds: frozenset[str] = frozenset()
    """Signals that it does not end at."""
    on_signal: Callable[[str], None] | None = None
    processes: tuple[Process, ...] = (Process(1, "serve"),)

    def runs(self, command: tuple[str, ...]) -> CommandResult | None:
        """A command that is not known is not there."""
        not_there = CommandResult(_NOT_FOUND, f"{command[0]}: not found")
        return self.results.get(command[0], not_there)

    def of(self, spec: ContainerSpec) -> "Behaviour":
        """Of a container that is made so."""
        own = self.commands.get(spec.command[0], self) if spec.command else self
        return replace(own, health=own.health or (Health.HEALTHY,)) if spec.check else own


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
    printed: list[float] = field(default_factory=list)
    """When each of the lines was."""
    signals: list[str] = field(default_factory=list)
    """Sent to it."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Put into it, beside what is in volumes."""

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
        self.prints(*self.behaviour.prints)
        if self.behaviour.on_start is not None:
            self.behaviour.on_start()
        if self.behaviour.exit_code is not None:
            self.end(self.behaviour.exit_code)

    def prints(self, *lines: LogLine) -> None:
        self.lines += lines
        self.printed += [time.time()] * len(lines)

    def printed_before(self, since: float | None) -> int:
        """How many of the lines."""
        return 0 if since is None else bisect_left(self.printed, since)

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
            networks={self.spec.network: self.spec.address} if self.spec.network else {},
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
            checked=self.behaviour.health_output if self.health is Health.UNHEALTHY else "",
        )


def bound(ports: tuple[PortBinding, ...], first_free: int) -> tuple[PortBinding, ...]:
    """The ports with a number for each that leaves the choice to the engine."""
    return tuple(
        port if port.host_port else replace(port, host_port=first_free + index)
        for index, port in enumerate(ports)
    )


def _at_rest(health: Health) -> Health:
    return Health.NONE if health is Health.NONE else Health.UNHEALTHY

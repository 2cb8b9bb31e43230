"""What is wanted of an engine that manages a swarm."""

from collections.abc import Mapping
from typing import Protocol

from modeldesk.core.containers.model import LogLine
from modeldesk.core.ids import ContainerId
from modeldesk.core.swarm.model import (
    Membership,
    Node,
    NodeId,
    SecretId,
    ServiceId,
    ServiceSpec,
    SwarmSecret,
    SwarmService,
    SwarmTask,
    TaskId,
)


class SwarmEngine(Protocol):
    """One engine, as a part of a swarm. Safe to call from several threads. All but `membership`
    raise `NoSwarm` where it manages none: it is never made part of one here, because that opens
    ports and is a person's decision."""

    def membership(self) -> Membership:
        """What it is now. Raises `EngineUnavailable`."""
        ...

    def own_node(self) -> NodeId:
        """Which of the machines it is on."""
        ...

    def nodes(self) -> tuple[Node, ...]:
        """Every machine, by name."""
        ...

    def services(self, labels: Mapping[str, str] | None = None) -> tuple[SwarmService, ...]:
        """Those with all these labels (an empty value: whatever it is), by name."""
        ...

    def service(self, name: str) -> SwarmService:
        """By its name or id. Raises `NotFound`."""
        ...

    def create_service(self, spec: ServiceSpec) -> ServiceId:
        """Have it, with the person's sign-in at the image's registry for the machines that have
        to pull. Returns before a task runs. Raises `InvalidInput`, `PortTaken`."""
        ...

    def update_service(self, service: SwarmService, spec: ServiceSpec) -> None:
        """Have it as `spec` says, replacing tasks as its rule says when they are not so already.
        Returns before that is done. Raises `ServiceChanged` when it is not as `service` says any
        more, and as `create_service`."""
        ...

    def roll_back_service(self, service: SwarmService) -> None:
        """Have the engine go back to the spec before. Raises `NotFound` when it has none,
        `ServiceChanged`."""
        ...

    def remove_service(self, service: ServiceId) -> None:
        """It goes with its tasks. Nothing happens when it is gone."""
        ...

    def tasks(self, service: ServiceId) -> tuple[SwarmTask, ...]:
        """Those it has and had, as far as the engine keeps them, by slot, the newest first. None
        for a service that is gone."""
        ...

    def task_logs(self, task: TaskId, lines: int = 50) -> tuple[LogLine, ...]:
        """The last lines it printed, oldest first, from whatever machine it is on; empty when the
        engine can't get at them."""
        ...

    def secrets(self, labels: Mapping[str, str] | None = None) -> tuple[SwarmSecret, ...]:
        """As `services`."""
        ...

    def create_secret(self, name: str, value: str, labels: Mapping[str, str]) -> SecretId:
        """Raises `InvalidInput` when there is one of that name, or the value is too long."""
        ...

    def remove_secret(self, secret: SecretId) -> None:
        """Nothing happens when it is gone. Raises `InUse`."""
        ...

    def ensure_network(self, name: str, labels: Mapping[str, str]) -> None:
        """An overlay network that containers can be put on too. Raises `InvalidInput` when there
        is one of that name that is none."""
        ...

    def join_network(self, name: str, container: ContainerId) -> None:
        """Put a container of this engine on it too. Nothing happens when it is there. Raises
        `NotFound`."""
        ...

    def remove_network(self, name: str) -> None:
        """Nothing happens when it is gone. Raises `InUse`."""
        ...

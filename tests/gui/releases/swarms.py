"""Services on a swarm, in the states that a person may see them in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from modeldesk.core.swarm.model import (
    Availability,
    Node,
    NodeId,
    NodeRole,
    NodeState,
    ServiceId,
    ServiceSpec,
    SwarmService,
    SwarmTask,
    TaskId,
    TaskState,
    UpdateState,
)
from modeldesk.core.swarm.rolling import Rolling

OLD, NEW = "registry.lan/rec@sha256:" + "a" * 64, "registry.lan/rec@sha256:" + "b" * 64
NAMES = {OLD: "v1.3.1", NEW: "v1.4.0"}


def node(number: int, **more: object) -> Node:
    made = Node(
        NodeId(f"n{number}"),
        f"gpu-{number}",
        NodeRole.MANAGER if number == 1 else NodeRole.WORKER,
        NodeState.READY,
        Availability.ACTIVE,
        number == 1,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def task(number: int, slot: int, image: str, state: TaskState, where: int | None) -> SwarmTask:
    return SwarmTask(
        TaskId(f"t{number}"),
        ServiceId("s"),
        slot,
        image,
        state,
        wanted=not state.ended,
        node=NodeId(f"n{where}") if where else None,
        since=datetime.now(UTC) - timedelta(minutes=7 * number),
    )


def service(image: str, replicas: int, update: UpdateState = UpdateState.NONE) -> SwarmService:
    return SwarmService(ServiceId("s"), 3, ServiceSpec("modeldesk-shop", image, replicas), update)


RUNNING = TaskState.RUNNING


def well() -> Rolling:
    tasks = tuple(task(9 + n, n, NEW, RUNNING, n) for n in (1, 2, 3))
    return Rolling(service(NEW, 3, UpdateState.COMPLETED), tasks, (node(1), node(2), node(3)))


def updating() -> Rolling:
    tasks = (
        task(1, 1, NEW, RUNNING, 1),
        task(2, 2, NEW, TaskState.STARTING, 2),
        task(12, 2, OLD, RUNNING, 2),
        task(13, 3, OLD, RUNNING, 3),
    )
    return Rolling(service(NEW, 3, UpdateState.UPDATING), tasks, (node(1), node(2), node(3)))


def troubled() -> Rolling:
    why = "no suitable node (insufficient resources on 2 nodes)"
    failed = task(1, 2, NEW, TaskState.FAILED, 2)
    tasks = (
        task(12, 1, OLD, RUNNING, 1),
        replace(failed, error="task: non-zero exit (3)", exit_code=3),
        replace(task(2, 3, OLD, TaskState.PENDING, None), error=why),
    )
    machines = (
        node(1),
        node(2, availability=Availability.DRAIN),
        node(3, state=NodeState.DOWN),
    )
    return Rolling(service(OLD, 3, UpdateState.ROLLING_BACK), tasks, machines)


def absurd() -> Rolling:
    name = "a-machine-whose-name-never-ends-" * 4
    tasks = tuple(task(n, n, NEW, RUNNING, 1 + n % 2) for n in range(1, 25))
    return Rolling(service(NEW, 24), tasks, (node(1, name=name), node(2, name="票据识别-机器-二")))

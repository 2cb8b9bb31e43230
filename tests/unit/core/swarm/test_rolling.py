"""What is said of a service, its tasks and its machines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

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
from modeldesk.core.swarm.rolling import Rolling, failure_text, node_trouble, troubles, update_text

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
NODE = Node(
    NodeId("n1"), "gpu-1", NodeRole.MANAGER, NodeState.READY, Availability.ACTIVE, leader=True
)
OTHER = replace(NODE, id=NodeId("n2"), name="gpu-2", leader=False)
SERVICE = SwarmService(ServiceId("s"), 7, ServiceSpec("modeldesk-shop", "new", replicas=2))


def task(number: int, slot: int, image: str, state: TaskState, **more: object) -> SwarmTask:
    made = SwarmTask(
        TaskId(f"t{number}"),
        SERVICE.id,
        slot,
        image,
        state,
        wanted=not state.ended,
        node=NODE.id,
        since=NOON + timedelta(seconds=number),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_what_is_wanted_ready_and_updated() -> None:
    tasks = (
        task(3, 1, "new", TaskState.RUNNING),
        task(1, 1, "old", TaskState.RUNNING, wanted=False),
        task(4, 2, "new", TaskState.STARTING),
        task(2, 2, "old", TaskState.RUNNING),
    )
    rolling = Rolling(replace(SERVICE, update=UpdateState.UPDATING), tasks, (NODE, OTHER))
    assert (rolling.wanted, rolling.ready, rolling.updated) == (2, 2, 1)
    assert not rolling.complete
    assert [one.id for one in rolling.current] == ["t3", "t4", "t2"]
    assert {name: len(tasks) for name, tasks in rolling.by_node.items()} == {"n1": 3, "n2": 0}
    assert update_text(rolling) == "Replacing tasks: 1/2"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (UpdateState.ROLLING_BACK, "Going back: 1/2"),
        (UpdateState.PAUSED, "Stopped in the middle: 1/2"),
        (UpdateState.ROLLBACK_PAUSED, "Stopped on the way back: 1/2"),
        (UpdateState.COMPLETED, "Ready: 1/2"),
    ],
)
def test_how_far_it_is_in_words(state: UpdateState, text: str) -> None:
    tasks = (task(1, 1, "new", TaskState.RUNNING), task(2, 2, "new", TaskState.STARTING))
    rolling = Rolling(replace(SERVICE, update=state), tasks, (NODE,))
    assert update_text(rolling) == text


def test_all_is_well_or_stopped() -> None:
    tasks = (task(1, 1, "new", TaskState.RUNNING), task(2, 2, "new", TaskState.RUNNING))
    rolling = Rolling(SERVICE, tasks, (NODE,))
    assert rolling.complete
    assert update_text(rolling) == "All tasks are ready"
    assert troubles(rolling) == ()
    none = replace(SERVICE, spec=replace(SERVICE.spec, replicas=0))
    assert update_text(Rolling(none, (), (NODE,))) == "Stopped"


@pytest.mark.parametrize(
    ("state", "availability", "text"),
    [
        (NodeState.READY, Availability.ACTIVE, ""),
        (NodeState.DOWN, Availability.ACTIVE, "The machine gpu-1 is down."),
        (NodeState.DISCONNECTED, Availability.ACTIVE, "The machine gpu-1 is cut off."),
        (NodeState.UNKNOWN, Availability.DRAIN, "Nothing is known of the machine gpu-1."),
        (
            NodeState.READY,
            Availability.DRAIN,
            "The machine gpu-1 is drained: its tasks go to others.",
        ),
        (NodeState.READY, Availability.PAUSE, "The machine gpu-1 gets no new tasks."),
    ],
)
def test_what_is_amiss_with_a_machine(
    state: NodeState, availability: Availability, text: str
) -> None:
    assert node_trouble(replace(NODE, state=state, availability=availability)) == text


@pytest.mark.parametrize(
    ("state", "error", "code", "text"),
    [
        (TaskState.FAILED, "task: non-zero exit (3)", 3, "A task on gpu-1 ended with code 3."),
        (
            TaskState.FAILED,
            "task: non-zero exit (143): dockerexec: unhealthy container",
            143,
            "A task on gpu-1 was not healthy by its health check.",
        ),
        (
            TaskState.REJECTED,
            "No such image: x@sha256:0",
            None,
            "gpu-1 has not got the image, and could not pull it.",
        ),
        (
            TaskState.REJECTED,
            "invalid mount\n config",
            None,
            "A task on gpu-1 failed: invalid mount config.",
        ),
    ],
)
def test_why_a_task_failed(state: TaskState, error: str, code: int | None, text: str) -> None:
    failed = task(1, 1, "new", state, error=error, exit_code=code)
    assert failure_text(failed, Rolling(SERVICE, (failed,), (NODE,))) == text


def test_a_task_of_a_machine_that_is_gone() -> None:
    failed = task(1, 1, "new", TaskState.FAILED, exit_code=1, node=NodeId("left"))
    assert "a machine that is gone" in failure_text(failed, Rolling(SERVICE, (failed,), (NODE,)))


def test_what_a_person_should_know() -> None:
    waiting = "no suitable node (insufficient resources on 1 node)"
    tasks = (
        task(5, 1, "new", TaskState.PENDING, error=waiting, node=None),
        task(1, 1, "new", TaskState.FAILED, exit_code=1),
        task(4, 1, "new", TaskState.FAILED, exit_code=2),
        task(6, 2, "new", TaskState.PENDING, error=waiting, node=None),
    )
    down = replace(OTHER, state=NodeState.DOWN)
    rolling = Rolling(replace(SERVICE, update=UpdateState.PAUSED), tasks, (NODE, down))
    assert troubles(rolling) == (
        "The machine gpu-2 is down.",
        f"2 tasks wait for a machine: {waiting}.",
        "The engine has stopped replacing tasks: something of it failed.",
        "A task on gpu-1 ended with code 2.",
    )
    last = rolling.last_failure
    assert last is not None
    assert last.id == "t4"

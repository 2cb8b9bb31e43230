"""What every `SwarmEngine` promises, asked of the fake and of a real swarm alike."""

import time
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from typing import Any, Protocol, TypeVar

import pytest

from modeldesk.core.containers.model import ContainerLimits, Mount
from modeldesk.core.errors import InUse, InvalidInput, NotFound, ServiceChanged
from modeldesk.core.ids import ContainerId
from modeldesk.core.swarm.model import (
    Availability,
    FailureAction,
    Membership,
    NodeRole,
    NodeState,
    Order,
    PublishMode,
    SecretRef,
    ServiceId,
    ServiceSpec,
    SwarmPort,
    SwarmService,
    SwarmTask,
    TaskId,
    TaskState,
    UpdateRule,
    UpdateState,
)
from modeldesk.core.swarm.ports import SwarmEngine

LONGEST_S = 90.0
Seen = TypeVar("Seen")
NOWHERE = "sha256:" + "0" * 64
QUICK = UpdateRule(monitor_s=1)
MODEL_LABEL = "io.modeldesk.test"


class Kind(Enum):
    """Images a bench can make, by how their tasks behave."""

    SERVER = auto()
    """Runs until it is stopped."""
    CRASHER = auto()
    """Prints “no weights” and ends with code 3."""
    SICK = auto()
    """Runs, and its HEALTHCHECK fails."""


class SwarmBench(Protocol):
    """A swarm of one machine, and images to try it with. What a test makes goes with it."""

    engine: SwarmEngine

    def name(self) -> str:
        """A name that nothing has."""
        ...

    def image(self, kind: Kind) -> str:
        """A new image's id."""
        ...

    def container(self) -> ContainerId:
        """One that runs on the engine beside the swarm."""
        ...

    def kill(self, task: SwarmTask) -> None:
        """Its container ends by itself."""
        ...


class SwarmContract:
    """Inherited by one test class per swarm, which gives the fixture `swarm`."""

    def test_it_manages_a_swarm_of_one(self, swarm: SwarmBench) -> None:
        assert swarm.engine.membership() is Membership.MANAGER
        (node,) = swarm.engine.nodes()
        assert node.id == swarm.engine.own_node()
        assert node.takes_tasks
        assert node.leader
        assert node.role is NodeRole.MANAGER
        assert (node.state, node.availability) == (NodeState.READY, Availability.ACTIVE)
        assert node.name
        assert node.engine_version
        assert node.address

    def test_a_service_is_kept_as_it_was_asked_for(self, swarm: SwarmBench) -> None:
        name = swarm.name()
        labels = {MODEL_LABEL: name}
        swarm.engine.ensure_network(name, labels)
        secret = swarm.engine.create_secret(name, "s3cret", labels)
        spec = ServiceSpec(
            name,
            swarm.image(Kind.SERVER),
            replicas=2,
            environment={"MODEL": "one two", "EMPTY": ""},
            mounts=(Mount(name, "/data"), Mount("/tmp", "/host", read_only=True)),
            limits=ContainerLimits(memory_bytes=64_000_000, cpus=0.5),
            secrets=(SecretRef(secret, name, "TOKEN"),),
            ports=(SwarmPort(8000, 0, PublishMode.HOST),),
            networks=(name,),
            labels=labels,
            command=("sleep", "3600"),
            stop_grace_s=3,
            update=UpdateRule(2, 0.5, 1.5, 0.25, Order.STOP_FIRST, FailureAction.PAUSE),
            rollback=UpdateRule(0, 0, 2, 1.0, Order.START_FIRST, FailureAction.CONTINUE),
        )
        made = swarm.engine.create_service(spec)
        service = swarm.engine.service(name)
        assert service.spec == spec
        assert service.id == made
        assert service.update is UpdateState.NONE
        assert not service.previous_image
        assert swarm.engine.service(made).spec == spec
        tasks = serving(swarm, made, 2)
        assert len({task.addresses[name] for task in tasks}) == 2
        assert len({port.published for task in tasks for port in task.ports}) == 2
        assert all(port.published for task in tasks for port in task.ports)

    def test_a_locked_down_service_runs(self, swarm: SwarmBench) -> None:
        made = create(swarm, locked_down=True)
        assert swarm.engine.service(made).spec.locked_down
        serving(swarm, made, 1)

    def test_the_engine_chooses_a_port_of_every_machine(self, swarm: SwarmBench) -> None:
        made = create(swarm, ports=(SwarmPort(8000), SwarmPort(9000, 0, PublishMode.HOST)))
        service = until(lambda: swarm.engine.service(made), _chosen)
        (port,) = service.published
        assert port == SwarmPort(8000, port.published, PublishMode.INGRESS)
        assert service.spec.ports[0].published == 0

    def test_tasks_have_slots_and_a_machine(self, swarm: SwarmBench) -> None:
        made = create(swarm, replicas=2)
        tasks = serving(swarm, made, 2)
        (node,) = swarm.engine.nodes()
        assert [task.slot for task in tasks] == [1, 2]
        assert {task.node for task in tasks} == {node.id}
        assert all(task.container for task in tasks)
        assert all(task.service == made for task in tasks)
        assert {task.image for task in tasks} == {swarm.engine.service(made).spec.image}

    def test_services_are_found_by_labels(self, swarm: SwarmBench) -> None:
        first, second = swarm.name(), swarm.name()
        for name in (first, second):
            create(swarm, name=name, labels={MODEL_LABEL: first, "own": name})
        create(swarm)
        found = swarm.engine.services({MODEL_LABEL: first})
        assert [one.spec.name for one in found] == sorted([first, second])
        found = swarm.engine.services({MODEL_LABEL: first, "own": ""})
        assert [one.spec.name for one in found] == sorted([first, second])
        found = swarm.engine.services({MODEL_LABEL: first, "own": second})
        assert [one.spec.name for one in found] == [second]
        assert len(swarm.engine.services()) >= 3

    def test_two_services_cannot_have_one_name(self, swarm: SwarmBench) -> None:
        name = swarm.name()
        create(swarm, name=name)
        with pytest.raises(InvalidInput) as caught:
            create(swarm, name=name)
        assert caught.value.hint

    def test_a_removed_service_is_gone(self, swarm: SwarmBench) -> None:
        made = create(swarm)
        serving(swarm, made, 1)
        swarm.engine.remove_service(made)
        with pytest.raises(NotFound):
            swarm.engine.service(made)
        assert swarm.engine.tasks(made) == ()
        swarm.engine.remove_service(made)

    def test_replicas_grow_and_shrink(self, swarm: SwarmBench) -> None:
        made = create(swarm)
        serving(swarm, made, 1)
        for replicas in (3, 1, 0):
            service = swarm.engine.service(made)
            swarm.engine.update_service(service, replace(service.spec, replicas=replicas))
            assert len(serving(swarm, made, replicas)) == replicas
        assert swarm.engine.service(made).update is UpdateState.NONE

    def test_a_killed_task_comes_back_in_its_slot(self, swarm: SwarmBench) -> None:
        made = create(swarm, replicas=2)
        first = serving(swarm, made, 2)[0]
        swarm.kill(first)
        seen = until(
            lambda: swarm.engine.tasks(made),
            lambda tasks: (
                len(_serving(tasks)) == 2 and first.id not in {task.id for task in _serving(tasks)}
            ),
        )
        in_slot = [task for task in seen if task.slot == first.slot]
        assert in_slot[0].serves
        killed = next(task for task in in_slot if task.id == first.id)
        assert killed.state is TaskState.FAILED
        assert killed.exit_code == 137
        assert not killed.wanted

    # Updates

    def test_an_update_replaces_every_task(self, swarm: SwarmBench) -> None:
        made = create(swarm, replicas=2)
        serving(swarm, made, 2)
        old = swarm.engine.service(made)
        image = swarm.image(Kind.SERVER)
        swarm.engine.update_service(old, replace(old.spec, image=image))
        new = settled(swarm, made)
        assert new.update is UpdateState.COMPLETED
        assert new.spec.image == image
        assert new.version > old.version
        assert new.previous_image == old.spec.image
        assert {task.image for task in serving(swarm, made, 2)} == {image}

    def test_start_first_never_has_too_few(self, swarm: SwarmBench) -> None:
        made = create(swarm, replicas=2)
        serving(swarm, made, 2)
        service = swarm.engine.service(made)
        swarm.engine.update_service(service, replace(service.spec, image=swarm.image(Kind.SERVER)))
        fewest = 2
        end = time.monotonic() + LONGEST_S
        while swarm.engine.service(made).update is not UpdateState.COMPLETED:
            assert time.monotonic() < end
            fewest = min(fewest, len(_serving(swarm.engine.tasks(made))))
            time.sleep(0.02)
        assert fewest == 2

    def test_the_engine_rolls_back(self, swarm: SwarmBench) -> None:
        made = create(swarm)
        serving(swarm, made, 1)
        service = swarm.engine.service(made)
        old = service.spec.image
        new = swarm.image(Kind.SERVER)
        swarm.engine.update_service(service, replace(service.spec, image=new))
        swarm.engine.roll_back_service(settled(swarm, made))
        back = settled(swarm, made)
        assert back.update is UpdateState.ROLLED_BACK
        assert back.spec.image == old
        assert {task.image for task in serving(swarm, made, 1)} == {old}
        assert back.previous_image == new

    def test_a_service_without_a_past_has_no_way_back(self, swarm: SwarmBench) -> None:
        made = create(swarm)
        with pytest.raises(NotFound):
            swarm.engine.roll_back_service(swarm.engine.service(made))

    @pytest.mark.parametrize("kind", [Kind.CRASHER, Kind.SICK])
    def test_an_update_that_fails_is_rolled_back(self, swarm: SwarmBench, kind: Kind) -> None:
        made = create(swarm, replicas=2)
        serving(swarm, made, 2)
        service = swarm.engine.service(made)
        bad = swarm.image(kind)
        swarm.engine.update_service(service, replace(service.spec, image=bad))
        back = settled(swarm, made)
        assert back.update is UpdateState.ROLLED_BACK
        assert back.spec.image == service.spec.image
        assert {task.image for task in serving(swarm, made, 2)} == {service.spec.image}
        failed = [task for task in swarm.engine.tasks(made) if task.image == bad]
        assert any(task.state is TaskState.FAILED and task.error for task in failed)
        if kind is Kind.CRASHER:
            died = next(task for task in failed if task.exit_code == 3)
            lines = [line.text for line in swarm.engine.task_logs(died.id)]
            assert lines == ["no weights"]

    def test_an_update_that_fails_can_be_paused(self, swarm: SwarmBench) -> None:
        paused = replace(QUICK, failure_action=FailureAction.PAUSE)
        made = create(swarm, update=paused)
        serving(swarm, made, 1)
        service = swarm.engine.service(made)
        bad = swarm.image(Kind.CRASHER)
        swarm.engine.update_service(service, replace(service.spec, image=bad))
        stuck = settled(swarm, made)
        assert stuck.update is UpdateState.PAUSED
        assert stuck.spec.image == bad
        swarm.engine.roll_back_service(stuck)
        assert settled(swarm, made).update is UpdateState.ROLLED_BACK
        assert {task.image for task in serving(swarm, made, 1)} == {service.spec.image}

    def test_an_update_to_an_image_nobody_has(self, swarm: SwarmBench) -> None:
        made = create(swarm)
        serving(swarm, made, 1)
        service = swarm.engine.service(made)
        swarm.engine.update_service(service, replace(service.spec, image=NOWHERE))
        assert settled(swarm, made).update is UpdateState.ROLLED_BACK
        rejected = [task for task in swarm.engine.tasks(made) if task.image == NOWHERE]
        assert any(task.state is TaskState.REJECTED for task in rejected)
        assert any("no such image" in task.error.lower() for task in rejected)
        assert all(swarm.engine.task_logs(task.id) == () for task in rejected)

    def test_a_change_of_what_was_changed_meanwhile_is_refused(self, swarm: SwarmBench) -> None:
        made = create(swarm)
        seen = swarm.engine.service(made)
        swarm.engine.update_service(seen, replace(seen.spec, replicas=2))
        with pytest.raises(ServiceChanged) as caught:
            swarm.engine.update_service(seen, replace(seen.spec, replicas=3))
        assert caught.value.hint
        with pytest.raises(ServiceChanged):
            swarm.engine.roll_back_service(seen)
        assert swarm.engine.service(made).spec.replicas == 2

    def test_a_task_that_no_machine_can_have_says_why(self, swarm: SwarmBench) -> None:
        port = SwarmPort(8000, 18431, PublishMode.HOST)
        made = create(swarm, replicas=2, ports=(port,))
        waits = until(
            lambda: swarm.engine.tasks(made),
            lambda tasks: (
                any(task.serves for task in tasks)
                and any(task.state is TaskState.PENDING and task.error for task in tasks)
            ),
        )
        (pending,) = [task for task in waits if task.state is TaskState.PENDING]
        assert "host-mode port already in use" in pending.error
        assert pending.node is None

    # Secrets and networks

    def test_secrets(self, swarm: SwarmBench) -> None:
        name = swarm.name()
        made = swarm.engine.create_secret(name, "grün", {MODEL_LABEL: name})
        (listed,) = swarm.engine.secrets({MODEL_LABEL: name})
        assert (listed.id, listed.name, listed.labels) == (made, name, {MODEL_LABEL: name})
        with pytest.raises(InvalidInput):
            swarm.engine.create_secret(name, "other", {})
        service = create(swarm, secrets=(SecretRef(made, name, "TOKEN"),))
        with pytest.raises(InUse):
            swarm.engine.remove_secret(made)
        swarm.engine.remove_service(service)
        swarm.engine.remove_secret(made)
        assert swarm.engine.secrets({MODEL_LABEL: name}) == ()
        swarm.engine.remove_secret(made)

    def test_networks(self, swarm: SwarmBench) -> None:
        name = swarm.name()
        swarm.engine.ensure_network(name, {})
        swarm.engine.ensure_network(name, {})
        service = create(swarm, networks=(name,))
        serving(swarm, service, 1)
        with pytest.raises(InUse):
            swarm.engine.remove_network(name)
        swarm.engine.remove_service(service)
        until(lambda: _removed(swarm, name), lambda gone: gone)
        swarm.engine.remove_network(name)
        with pytest.raises(NotFound):
            create(swarm, networks=(name,))

    def test_one_address_for_all_tasks(self, swarm: SwarmBench) -> None:
        name = swarm.name()
        swarm.engine.ensure_network(name, {})
        made = create(swarm, networks=(name,), one_address=True)
        service = until(lambda: swarm.engine.service(made), lambda seen: bool(seen.virtual))
        assert service.spec.one_address
        (task,) = serving(swarm, made, 1)
        assert service.virtual[name] != task.addresses[name]
        other = create(swarm, networks=(name,))
        serving(swarm, other, 1)
        assert swarm.engine.service(other).virtual == {}

    def test_a_container_joins_a_network(self, swarm: SwarmBench) -> None:
        name = swarm.name()
        with pytest.raises(NotFound):
            swarm.engine.join_network(name, swarm.container())
        swarm.engine.ensure_network(name, {})
        container = swarm.container()
        swarm.engine.join_network(name, container)
        swarm.engine.join_network(name, container)

    def test_what_is_not_there(self, swarm: SwarmBench) -> None:
        with pytest.raises(NotFound):
            swarm.engine.service(swarm.name())
        assert swarm.engine.tasks(ServiceId("nobody")) == ()
        assert swarm.engine.task_logs(TaskId("nobody")) == ()


def create(swarm: SwarmBench, **wanted: Any) -> ServiceId:
    """A service of a new server, as `wanted`."""
    spec = ServiceSpec(swarm.name(), "", stop_grace_s=1, update=QUICK, rollback=QUICK)
    chosen: ServiceSpec = replace(spec, **{"image": swarm.image(Kind.SERVER), **wanted})
    return swarm.engine.create_service(chosen)


def until(look: Callable[[], Seen], good: Callable[[Seen], bool]) -> Seen:
    """What is seen as soon as it is good."""
    end = time.monotonic() + LONGEST_S
    while not good(seen := look()):
        assert time.monotonic() < end, seen
        time.sleep(0.05)
    return seen


def serving(swarm: SwarmBench, service: ServiceId, count: int) -> list[SwarmTask]:
    """The tasks that serve, as soon as these are all that are wanted."""
    seen = until(
        lambda: swarm.engine.tasks(service),
        lambda tasks: len(_serving(tasks)) == count == sum(task.wanted for task in tasks),
    )
    return _serving(seen)


def settled(swarm: SwarmBench, service: ServiceId) -> SwarmService:
    """The service once its update came to an end."""
    return until(
        lambda: swarm.engine.service(service),
        lambda seen: seen.update is not UpdateState.NONE and not seen.update.moving,
    )


def _serving(tasks: tuple[SwarmTask, ...]) -> list[SwarmTask]:
    return [task for task in tasks if task.serves]


def _removed(swarm: SwarmBench, name: str) -> bool:
    try:
        swarm.engine.remove_network(name)
    except InUse:
        return False
    return True


def _chosen(service: SwarmService) -> bool:
    return all(port.published for port in service.published) and bool(service.published)

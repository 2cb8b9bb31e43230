"""A swarm in memory. It passes the contract suite of the real one. Every look at a service or its
tasks moves it on by a step, so that whoever waits sees each state in turn."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import RLock

from modeldesk.core.containers.model import LogLine
from modeldesk.core.errors import (
    InUse,
    InvalidInput,
    ModelDeskError,
    NoSwarm,
    NotFound,
    ServiceChanged,
)
from modeldesk.core.ids import ContainerId
from modeldesk.core.swarm.model import (
    Availability,
    FailureAction,
    Membership,
    Node,
    NodeId,
    NodeRole,
    NodeState,
    Order,
    PublishMode,
    SecretId,
    ServiceId,
    ServiceSpec,
    SwarmPort,
    SwarmSecret,
    SwarmService,
    SwarmTask,
    TaskId,
    TaskState,
    UpdateRule,
    UpdateState,
)

_ON_THE_WAY = (
    TaskState.NEW,
    TaskState.PENDING,
    TaskState.ASSIGNED,
    TaskState.PREPARING,
    TaskState.STARTING,
)
_FIRST_PORT = 32768
_WATCHED = 3
"""Steps for which new tasks have to run until an update counts as done."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """What becomes of an image's tasks: where they end, in which words, and what they print."""

    ends: TaskState = TaskState.RUNNING
    error: str = ""
    exit_code: int = 0
    prints: tuple[str, ...] = ()


@dataclass(slots=True)
class _Service:
    id: ServiceId
    spec: ServiceSpec
    version: int
    previous: ServiceSpec | None = None
    update: UpdateState = UpdateState.NONE
    message: str = ""
    tasks: list[SwarmTask] = field(default_factory=list)
    """The newest last."""
    due: frozenset[TaskId] = frozenset()
    """Tasks of the update that is under way."""
    watched: int = 0
    """Steps for which they have all been running."""

    @property
    def rule(self) -> UpdateRule:
        going_back = self.update is UpdateState.ROLLING_BACK
        return self.spec.rollback if going_back else self.spec.update


class FakeSwarm:
    """Implements `SwarmEngine`."""

    def __init__(self, *names: str) -> None:
        """Machines of these names, the first the leader."""
        self.member = Membership.MANAGER
        self.conduct: dict[str, Conduct] = {}
        """By image; others run."""
        self.never_ready: set[str] = set()
        """Images whose tasks stay starting."""
        self.stands_still = False
        """Whether looks move nothing on."""
        self.networks: dict[str, Mapping[str, str]] = {}
        self.joined: set[tuple[str, ContainerId]] = set()
        """Containers that were put on a network."""
        self.values: dict[SecretId, str] = {}
        """What the secrets are, which the real one tells nobody."""
        self._nodes = [
            Node(
                NodeId(f"node{number}"),
                name,
                NodeRole.MANAGER if number == 1 else NodeRole.WORKER,
                NodeState.READY,
                Availability.ACTIVE,
                number == 1,
                f"10.77.0.{number}",
                "28.5.2",
                "x86_64",
            )
            for number, name in enumerate(names or ("alone",), 1)
        ]
        self._services: dict[ServiceId, _Service] = {}
        self._secrets: dict[SecretId, SwarmSecret] = {}
        self._failures: dict[str, list[ModelDeskError]] = {}
        self._others: dict[str, Callable[[], object]] = {}
        self._numbers = itertools.count(1)
        self._lock = RLock()

    # Scripting

    def fail_next(self, method: str, error: ModelDeskError) -> None:
        """The next call of `method` raises `error`; call again for the one after."""
        self._failures.setdefault(method, []).append(error)

    def before_next(self, method: str, act: Callable[[], object]) -> None:
        """Somebody else does `act` just before the next call of `method`."""
        self._others[method] = act

    def set_node(
        self,
        name: str,
        state: NodeState = NodeState.READY,
        availability: Availability = Availability.ACTIVE,
        message: str = "",
    ) -> None:
        """What becomes of a machine; its tasks go elsewhere where it can't have them any more."""
        with self._lock:
            for index, node in enumerate(self._nodes):
                if node.name == name:
                    self._nodes[index] = replace(
                        node, state=state, availability=availability, message=message
                    )
                    self._empty(self._nodes[index])

    def kill(self, task: TaskId, exit_code: int = 137) -> None:
        """Its container ends by itself."""
        with self._lock:
            for service in self._services.values():
                for one in service.tasks:
                    if one.id == task:
                        self._change(service, _failed(one, exit_code))

    def leave(self) -> None:
        """The engine leaves its swarm, as by hand: services go with it."""
        with self._lock:
            self.member = Membership.NONE
            self._services.clear()
            self._secrets.clear()
            self._nodes.clear()

    # The port

    def membership(self) -> Membership:
        return self.member

    def own_node(self) -> NodeId:
        with self._call("own_node"):
            return next(node.id for node in self._nodes if node.leader)

    def nodes(self) -> tuple[Node, ...]:
        with self._call("nodes"):
            return tuple(sorted(self._nodes, key=lambda node: node.name))

    def services(self, labels: Mapping[str, str] | None = None) -> tuple[SwarmService, ...]:
        with self._call("services"):
            found = [
                _told(one) for one in self._services.values() if _fits(one.spec.labels, labels)
            ]
            return tuple(sorted(found, key=lambda one: one.spec.name))

    def service(self, name: str) -> SwarmService:
        with self._call("service"):
            found = self._find(name)
            self._step(found)
            return _told(found)

    def create_service(self, spec: ServiceSpec) -> ServiceId:
        with self._call("create_service"):
            if any(one.spec.name == spec.name for one in self._services.values()):
                raise InvalidInput("The swarm has something of that name already.", "Another.")
            self._check(spec)
            made = _Service(ServiceId(f"service{next(self._numbers)}"), _kept(spec), self._next())
            self._services[made.id] = made
            return made.id

    def update_service(self, service: SwarmService, spec: ServiceSpec) -> None:
        with self._call("update_service"):
            found = self._find(service.id)
            self._check_version(found, service)
            self._check(spec)
            self._replace(found, _kept(spec), found.spec, UpdateState.UPDATING)

    def roll_back_service(self, service: SwarmService) -> None:
        with self._call("roll_back_service"):
            found = self._find(service.id)
            if found.previous is None:
                raise NotFound("The engine keeps nothing that the service was before.")
            self._check_version(found, service)
            # As the real one does: the way back leads forth again.
            self._replace(found, found.previous, found.spec, UpdateState.ROLLING_BACK)

    def remove_service(self, service: ServiceId) -> None:
        with self._call("remove_service"):
            self._services.pop(service, None)

    def tasks(self, service: ServiceId) -> tuple[SwarmTask, ...]:
        with self._call("tasks"):
            found = self._services.get(service)
            if found is None:
                return ()
            self._step(found)
            newest = list(reversed(found.tasks))
            return tuple(sorted(newest, key=lambda task: task.slot))

    def task_logs(self, task: TaskId, lines: int = 50) -> tuple[LogLine, ...]:
        with self._call("task_logs"):
            every = (one for service in self._services.values() for one in service.tasks)
            image = next((one.image for one in every if one.id == task), "")
            prints = self.conduct.get(image, Conduct()).prints
            return tuple(LogLine(line) for line in prints[-lines:])

    def secrets(self, labels: Mapping[str, str] | None = None) -> tuple[SwarmSecret, ...]:
        with self._call("secrets"):
            found = [one for one in self._secrets.values() if _fits(one.labels, labels)]
            return tuple(sorted(found, key=lambda one: one.name))

    def create_secret(self, name: str, value: str, labels: Mapping[str, str]) -> SecretId:
        with self._call("create_secret"):
            if any(one.name == name for one in self._secrets.values()):
                raise InvalidInput("The swarm has something of that name already.", "Another.")
            made = SwarmSecret(SecretId(f"secret{next(self._numbers)}"), name, dict(labels))
            self._secrets[made.id] = made
            self.values[made.id] = value
            return made.id

    def remove_secret(self, secret: SecretId) -> None:
        with self._call("remove_secret"):
            if any(secret == ref.id for one in self._services.values() for ref in one.spec.secrets):
                raise InUse("It is used by a service.")
            self._secrets.pop(secret, None)

    def ensure_network(self, name: str, labels: Mapping[str, str]) -> None:
        with self._call("ensure_network"):
            self.networks.setdefault(name, dict(labels))

    def join_network(self, name: str, container: ContainerId) -> None:
        with self._call("join_network"):
            if name not in self.networks:
                raise NotFound("The network is not there, or no longer.")
            self.joined.add((name, container))

    def remove_network(self, name: str) -> None:
        with self._call("remove_network"):
            if any(name in one.spec.networks for one in self._services.values()):
                raise InUse("Services or containers use it.", "Remove them first.")
            self.networks.pop(name, None)

    # Inside

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        with self._lock:
            if other := self._others.pop(name, None):
                other()
            if failures := self._failures.get(name):
                raise failures.pop(0)
            if self.member is not Membership.MANAGER:
                raise NoSwarm("The engine manages no swarm.", "Choose another.")
            yield

    def _next(self) -> int:
        return next(self._numbers)

    def _find(self, name: str) -> _Service:
        for one in self._services.values():
            if name in (one.id, one.spec.name):
                return one
        raise NotFound(f"The engine does not find it: service {name} not found.")

    def _check(self, spec: ServiceSpec) -> None:
        for name in spec.networks:
            if name not in self.networks:
                raise NotFound(f"The engine does not find it: network {name} not found.")
        for secret in spec.secrets:
            if secret.id not in self._secrets:
                raise InvalidInput("The engine can't do that: secret not found.")

    def _check_version(self, found: _Service, seen: SwarmService) -> None:
        if found.version != seen.version:
            raise ServiceChanged("The service was changed by somebody else.", "Look again.")

    def _replace(
        self,
        service: _Service,
        spec: ServiceSpec,
        previous: ServiceSpec | None,
        state: UpdateState,
    ) -> None:
        moves = _template(spec) != _template(service.spec)
        service.spec, service.previous, service.version = spec, previous, self._next()
        service.update, service.due = (state if moves else UpdateState.NONE), frozenset()
        service.watched = 0
        service.message = "update in progress" if moves else ""

    def _step(self, service: _Service) -> None:
        if self.stands_still:
            return
        for task in [one for one in service.tasks if one.wanted]:
            self._move_on(service, task)
        if service.update.moving:
            self._update(service)
        if service.update not in (UpdateState.PAUSED, UpdateState.ROLLBACK_PAUSED):
            self._fill(service)

    def _move_on(self, service: _Service, task: SwarmTask) -> None:
        if task.state is TaskState.PENDING:
            self._place(service, task)
            return
        end = self.conduct.get(task.image, Conduct())
        if task.state is TaskState.STARTING and task.image in self.never_ready:
            return
        if task.state in _ON_THE_WAY:
            rest = (*_ON_THE_WAY[_ON_THE_WAY.index(task.state) + 1 :], TaskState.RUNNING)
            if end.ends is TaskState.REJECTED and rest[0] is TaskState.STARTING:
                rest = (TaskState.REJECTED,)
            self._change(service, self._at(service, task, rest[0], end))
        elif task.state is TaskState.RUNNING and end.ends is TaskState.FAILED:
            self._change(service, self._at(service, task, TaskState.FAILED, end))

    def _at(self, service: _Service, task: SwarmTask, state: TaskState, end: Conduct) -> SwarmTask:
        if state.failed:
            return replace(
                task, state=state, wanted=False, error=end.error, exit_code=end.exit_code
            )
        if state is not TaskState.RUNNING:
            return replace(task, state=state)
        number = next(self._numbers)
        ports = tuple(
            replace(port, published=port.published or _FIRST_PORT + number)
            for port in service.spec.ports
            if port.mode is PublishMode.HOST
        )
        addresses = {
            name: f"10.0.{index}.{number}" for index, name in enumerate(service.spec.networks)
        }
        container = ContainerId(f"{number:064x}")
        return replace(task, state=state, container=container, addresses=addresses, ports=ports)

    def _place(self, service: _Service, task: SwarmTask) -> None:
        """The machine with the fewest tasks, of those that can have it."""
        fixed = {port.published for port in service.spec.ports if port.mode is PublishMode.HOST}
        fixed.discard(0)
        ready = [node for node in self._nodes if node.takes_tasks]
        held = [
            one
            for other in self._services.values()
            for one in other.tasks
            if one.node and not one.state.ended
        ]
        free = [
            node
            for node in ready
            if not fixed or not any(_holds(one, node, fixed, self._services) for one in held)
        ]
        if not free:
            why = "host-mode port already in use" if ready else "node is not available"
            error = f"no suitable node ({why} on {max(1, len(ready))} node)"
            self._change(service, replace(task, error=error))
            return
        chosen = min(free, key=lambda node: sum(one.node == node.id for one in held))
        state = TaskState.ASSIGNED
        self._change(service, replace(task, state=state, node=chosen.id, error=""))

    def _update(self, service: _Service) -> None:
        rule = service.rule
        failed = [one for one in service.tasks if one.id in service.due and one.state.failed]
        if len(failed) > rule.max_failure_ratio * service.spec.replicas:
            self._failed_update(service, failed[0])
            return
        stale = [one for one in service.tasks if one.wanted and one.image != service.spec.image]
        image = service.spec.image
        fresh = {one.slot: one for one in service.tasks if one.wanted and one.image == image}
        for task in stale:
            follower = fresh.get(task.slot)
            if follower is not None and follower.state is TaskState.RUNNING:
                self._change(service, _shut_down(task))
        under_way = sum(one.state is not TaskState.RUNNING for one in fresh.values())
        for task in stale:
            if under_way < (rule.parallelism or len(stale)) and task.slot not in fresh:
                if rule.order is Order.STOP_FIRST:
                    self._change(service, _shut_down(task))
                made = self._new_task(service, task.slot)
                service.due |= {made.id}
                under_way += 1
        wanted = [one for one in service.tasks if one.wanted]
        if len(wanted) == service.spec.replicas and all(
            one.serves and one.image == service.spec.image for one in wanted
        ):
            service.watched += 1
        if service.watched == _WATCHED:
            back = service.update is UpdateState.ROLLING_BACK
            service.update = UpdateState.ROLLED_BACK if back else UpdateState.COMPLETED
            service.message = "rollback completed" if back else "update completed"

    def _failed_update(self, service: _Service, failed: SwarmTask) -> None:
        rule, previous = service.rule, service.previous
        reason = f"due to failure or early termination of task {failed.id}"
        if rule.failure_action is FailureAction.ROLLBACK and previous is not None:
            self._replace(service, previous, None, UpdateState.ROLLING_BACK)
            service.message = f"update rolled back {reason}"
            for task in service.tasks:
                if task.wanted and task.image != service.spec.image:
                    self._change(service, _shut_down(task))
        elif service.update is UpdateState.ROLLING_BACK:
            service.update, service.message = UpdateState.ROLLBACK_PAUSED, f"paused {reason}"
        else:
            service.update, service.message = UpdateState.PAUSED, f"update paused {reason}"

    def _fill(self, service: _Service) -> None:
        """As many slots as are wanted, each with a task that is to run."""
        alive = {one.slot for one in service.tasks if one.wanted}
        for slot in sorted(alive, reverse=True)[: max(0, len(alive) - service.spec.replicas)]:
            for task in service.tasks:
                if task.slot == slot and task.wanted:
                    self._change(service, _shut_down(task))
        slots = itertools.count(1)
        missing = max(0, service.spec.replicas - len(alive))
        for slot in itertools.islice((one for one in slots if one not in alive), missing):
            made = self._new_task(service, slot)
            if service.update.moving:
                service.due |= {made.id}

    def _new_task(self, service: _Service, slot: int) -> SwarmTask:
        made = SwarmTask(
            TaskId(f"task{next(self._numbers)}"),
            service.id,
            slot,
            service.spec.image,
            TaskState.NEW,
            wanted=True,
            since=datetime.now(UTC),
        )
        service.tasks.append(made)
        return made

    def _change(self, service: _Service, task: SwarmTask) -> None:
        service.tasks = [task if one.id == task.id else one for one in service.tasks]

    def _empty(self, node: Node) -> None:
        gone = node.state is not NodeState.READY
        if not gone and node.availability is not Availability.DRAIN:
            return
        for service in self._services.values():
            for task in service.tasks:
                if task.node == node.id and task.wanted:
                    ended = replace(task, wanted=False) if gone else _shut_down(task)
                    self._change(service, ended)


def _told(service: _Service) -> SwarmService:
    return SwarmService(
        service.id,
        service.version,
        service.spec,
        service.update,
        service.message,
        tuple(
            replace(port, published=port.published or 30_000 + port.container_port % 1_000)
            for port in service.spec.ports
            if port.mode is PublishMode.INGRESS
        ),
        virtual={
            name: f"10.1.{index}.2"
            for index, name in enumerate(service.spec.networks)
            if service.spec.one_address
        },
        previous_image=service.previous.image if service.previous else "",
    )


def _kept(spec: ServiceSpec) -> ServiceSpec:
    return replace(spec, ports=tuple(sorted(spec.ports, key=_port_order)))


def _port_order(port: SwarmPort) -> tuple[int, int]:
    return port.container_port, port.published


def _template(spec: ServiceSpec) -> ServiceSpec:
    """What tasks are made from: without what changes none."""
    return replace(
        spec,
        replicas=0,
        update=UpdateRule(),
        rollback=UpdateRule(),
        ports=tuple(port for port in spec.ports if port.mode is PublishMode.HOST),
    )


def _holds(
    task: SwarmTask, node: Node, ports: set[int], services: Mapping[ServiceId, _Service]
) -> bool:
    spec = services[task.service].spec
    used = {port.published for port in spec.ports if port.mode is PublishMode.HOST}
    return task.node == node.id and bool(used & ports)


def _shut_down(task: SwarmTask) -> SwarmTask:
    return replace(task, wanted=False, state=TaskState.SHUTDOWN)


def _failed(task: SwarmTask, exit_code: int) -> SwarmTask:
    return replace(
        task,
        wanted=False,
        state=TaskState.FAILED,
        error=f"task: non-zero exit ({exit_code})",
        exit_code=exit_code,
    )


def _fits(labels: Mapping[str, str], wanted: Mapping[str, str] | None) -> bool:
    return all(
        name in labels and value in ("", labels[name]) for name, value in (wanted or {}).items()
    )

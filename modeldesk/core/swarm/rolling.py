"""How a service stands: what is wanted of it, what is ready, where it is, and what is amiss
(pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.core.swarm.model import (
    Availability,
    Node,
    NodeId,
    NodeState,
    SwarmService,
    SwarmTask,
    TaskState,
    UpdateState,
)
from modeldesk.core.text import printable
from modeldesk.core.words import tr, trn

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Rolling:
    """A service, its tasks and the machines they are on, as of one moment."""

    service: SwarmService
    tasks: tuple[SwarmTask, ...]
    nodes: tuple[Node, ...]

    @property
    def wanted(self) -> int:
        """How many tasks are to serve."""
        return self.service.spec.replicas

    @property
    def ready(self) -> int:
        """How many do, of whatever version."""
        return sum(task.serves for task in self.tasks)

    @property
    def updated(self) -> int:
        """How many do, of the version that is wanted."""
        image = self.service.spec.image
        return sum(task.serves and task.image == image for task in self.tasks)

    @property
    def complete(self) -> bool:
        """Whether exactly what is wanted serves, and nothing is being replaced."""
        return self.updated == self.ready == self.wanted and not self.service.update.moving

    @property
    def current(self) -> tuple[SwarmTask, ...]:
        """The tasks that are to go on, by slot, the newest first."""
        return tuple(task for task in self.tasks if task.wanted)

    def node(self, task: SwarmTask) -> Node | None:
        """The machine it is on."""
        return next((node for node in self.nodes if node.id == task.node), None)

    @property
    def by_node(self) -> Mapping[NodeId, tuple[SwarmTask, ...]]:
        """The tasks that are to go on, by machine; also of machines that have none."""
        return {
            node.id: tuple(task for task in self.current if task.node == node.id)
            for node in self.nodes
        }

    @property
    def last_failure(self) -> SwarmTask | None:
        """The task that failed last."""
        failed = [task for task in self.tasks if task.state.failed]
        return max(failed, key=_when, default=None)


def _when(task: SwarmTask) -> float:
    return task.since.timestamp() if task.since else 0.0


def troubles(rolling: Rolling) -> tuple[str, ...]:
    """What a person should know of, a sentence each."""
    found = [text for node in rolling.nodes if (text := node_trouble(node))]
    waiting: dict[str, int] = {}
    for task in rolling.current:
        if task.state is TaskState.PENDING and task.error:
            waiting[task.error] = waiting.get(task.error, 0) + 1
    found += [
        trn(
            "{count} task waits for a machine: {why}",
            "{count} tasks wait for a machine: {why}",
            count,
            why=said(why),
        )
        for why, count in waiting.items()
    ]
    if rolling.service.update in (UpdateState.PAUSED, UpdateState.ROLLBACK_PAUSED):
        found.append(tr("The engine has stopped replacing tasks: something of it failed."))
    failure = rolling.last_failure
    if failure is not None and rolling.ready < rolling.wanted:
        found.append(failure_text(failure, rolling))
    return tuple(found)


def node_trouble(node: Node) -> str:
    """Why a machine takes no tasks; empty when it does."""
    if node.state is not NodeState.READY:
        text = {
            NodeState.DOWN: tr("The machine {name} is down.", name=node.name),
            NodeState.DISCONNECTED: tr("The machine {name} is cut off.", name=node.name),
        }
        said_of_it = tr("Nothing is known of the machine {name}.", name=node.name)
        return text.get(node.state, said_of_it)
    if node.availability is Availability.DRAIN:
        return tr("The machine {name} is drained: its tasks go to others.", name=node.name)
    if node.availability is Availability.PAUSE:
        return tr("The machine {name} gets no new tasks.", name=node.name)
    return ""


def failure_text(task: SwarmTask, rolling: Rolling) -> str:
    """Why a task failed, in a sentence, with the engine's words where they say more."""
    node = rolling.node(task)
    name = node.name if node else tr("a machine that is gone")
    why = task.error.lower()
    if "unhealthy container" in why:
        return tr("A task on {node} was not healthy by its health check.", node=name)
    if "no such image" in why:
        return tr("{node} has not got the image, and could not pull it.", node=name)
    if task.state is TaskState.FAILED and task.exit_code:
        return tr("A task on {node} ended with code {code}.", node=name, code=task.exit_code)
    return tr("A task on {node} failed: {why}", node=name, why=said(task.error or task.message))


def said(words: str) -> str:
    """The engine's words, short enough for a line."""
    line = printable(" ".join(words.split()))[:_LONGEST]
    return line if line.endswith((".", "!", "?")) else f"{line}."


def update_text(rolling: Rolling) -> str:
    """How far it is, in a few words."""
    state, count = rolling.service.update, f"{rolling.updated}/{rolling.wanted}"
    if state is UpdateState.UPDATING:
        return tr("Replacing tasks: {count}", count=count)
    if state is UpdateState.ROLLING_BACK:
        return tr("Going back: {count}", count=count)
    if state is UpdateState.PAUSED:
        return tr("Stopped in the middle: {count}", count=count)
    if state is UpdateState.ROLLBACK_PAUSED:
        return tr("Stopped on the way back: {count}", count=count)
    if rolling.complete:
        return tr("All tasks are ready") if rolling.wanted else tr("Stopped")
    return tr("Ready: {count}", count=count)

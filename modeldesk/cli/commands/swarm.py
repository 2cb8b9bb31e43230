"""``modeldesk swarm status``: the machines of a swarm, and how deployments stand on it."""

import argparse
from dataclasses import dataclass

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.session import Session
from modeldesk.core.errors import InvalidInput, NoSuchDeployment, NoSwarm, ReleaseError
from modeldesk.core.ids import DeploymentName, short
from modeldesk.core.releases.model import Deployment
from modeldesk.core.swarm.model import Membership, Node, SwarmTask
from modeldesk.core.swarm.rolling import Rolling, node_trouble, troubles, update_text
from modeldesk.core.words import tr

_EPILOG = """\
modeldesk swarm status [NAME]    the machines, and how each deployment, or one, stands
modeldesk swarm scale NAME N     how many tasks a deployment has; 0 stops it
modeldesk swarm remove NAME      remove a deployment with its tasks and secrets
"""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A deployment, and its service or why there is none."""

    deployment: Deployment
    rolling: Rolling | None
    problem: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("words", metavar="WORD", nargs="+", help="one of the forms below")


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Tell, scale or remove."""
    match arguments.words:
        case ["status"]:
            return _status(session, "")
        case ["status", name]:
            return _status(session, name)
        case ["scale", name, count] if count.isdecimal():
            return _scale(session, name, int(count))
        case ["remove", name]:
            return _remove(session, name)
    raise InvalidInput(
        tr("That is none of the forms of “modeldesk swarm”."), tr("See: modeldesk swarm --help")
    )


def _status(session: Session, name: str) -> Answer:
    session.releases()
    swarm = session.parts.swarms.swarm(session.engine())
    membership = swarm.membership()
    nodes = swarm.nodes() if membership is Membership.MANAGER else ()
    found = [
        _standing(session, one)
        for one in session.parts.swarms.deployments(session.here())
        if name in ("", one.name)
    ]
    if name and not found:
        raise NoSuchDeployment(
            tr("There is no deployment named “{name}” on the swarm.", name=name),
            tr("See the names with: modeldesk swarm status"),
        )
    lines = [f"The engine is no manager of a swarm ({membership.value})."]
    if membership is Membership.MANAGER:
        lines = list(table(("MACHINE", "ROLE", "STATE", "TASKS FROM", "ENGINE"), _rows(nodes)))
    for one in found:
        lines += ["", *_standing_lines(one)]
    return Answer(
        {
            "membership": membership.value,
            "nodes": [_node_json(node) for node in nodes],
            "services": [_standing_json(one) for one in found],
        },
        tuple(lines),
    )


def _standing(session: Session, deployment: Deployment) -> _Standing:
    try:
        rolling = session.parts.swarms.state(session.engine(), deployment.name)
    except (NoSwarm, ReleaseError) as error:
        return _Standing(deployment, None, error.message)
    return _Standing(deployment, rolling)


def _scale(session: Session, name: str, count: int) -> Answer:
    deployment = session.releases().deployment(session.here(), DeploymentName(name))
    rolling = session.parts.swarms.scale(session.engine(), deployment.key, count, session.job)
    line = f"{name}: {update_text(rolling)} ({rolling.ready}/{rolling.wanted})"
    return Answer({"deployment": name, "wanted": rolling.wanted, "ready": rolling.ready}, (line,))


def _remove(session: Session, name: str) -> Answer:
    deployment = session.releases().deployment(session.here(), DeploymentName(name))
    session.parts.swarms.remove(session.engine(), deployment.key, session.job)
    return Answer({"deployment": name, "removed": True}, (f"{name} is removed.",))


def _rows(nodes: tuple[Node, ...]) -> list[tuple[str, ...]]:
    return [
        (
            node.name,
            f"{node.role.value}{', leader' if node.leader else ''}",
            node.state.value,
            "yes" if node.takes_tasks else f"no ({node.availability.value})",
            node.engine_version,
        )
        for node in nodes
    ]


def _standing_lines(standing: _Standing) -> list[str]:
    deployment, rolling = standing.deployment, standing.rolling
    version = deployment.current.reference if deployment.current else ""
    if rolling is None:
        return [f"{deployment.name}  {version}", f"  {standing.problem}"]
    header = f"{deployment.name}  {version}  {rolling.ready}/{rolling.wanted} ready"
    lines = [f"{header}  {update_text(rolling)}"]
    for task in rolling.current:
        node = rolling.node(task)
        where = node.name if node else "no machine yet"
        lines.append(f"  {task.slot}  {task.state.value:<10} {where}  {short(task.image)}")
    return lines + [f"  ! {text}" for text in troubles(rolling)]


def _standing_json(standing: _Standing) -> Json:
    deployment, rolling = standing.deployment, standing.rolling
    content: dict[str, Json] = {
        "deployment": deployment.name,
        "reference": deployment.current.reference if deployment.current else "",
        "digest": deployment.current.digest if deployment.current else "",
        "problem": standing.problem,
    }
    if rolling is None:
        return content
    return {
        **content,
        "service": rolling.service.spec.name,
        "image": rolling.service.spec.image,
        "wanted": rolling.wanted,
        "ready": rolling.ready,
        "updated": rolling.updated,
        "update": rolling.service.update.value,
        "troubles": list(troubles(rolling)),
        "tasks": [_task_json(task, rolling) for task in rolling.current],
    }


def _task_json(task: SwarmTask, rolling: Rolling) -> Json:
    node = rolling.node(task)
    return {
        "id": task.id,
        "slot": task.slot,
        "state": task.state.value,
        "node": node.name if node else "",
        "image": task.image,
        "error": task.error,
        "ports": [port.published for port in task.ports],
    }


def _node_json(node: Node) -> Json:
    return {
        "id": node.id,
        "name": node.name,
        "role": node.role.value,
        "leader": node.leader,
        "state": node.state.value,
        "availability": node.availability.value,
        "takes_tasks": node.takes_tasks,
        "engine": node.engine_version,
        "trouble": node_trouble(node),
    }

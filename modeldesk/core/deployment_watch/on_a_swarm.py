"""What is wrong with a deployment on a swarm, by what its managers say (pure)."""

from collections.abc import Iterator

from modeldesk.core.deployment_watch.model import Finding, Problem, SwarmFacts
from modeldesk.core.releases.model import Deployment
from modeldesk.core.releases.names import version_text
from modeldesk.core.swarm.images import is_of
from modeldesk.core.swarm.model import NodeState, UpdateState
from modeldesk.core.swarm.rolling import Rolling, failure_text, node_trouble, said
from modeldesk.core.words import tr, trn

_STOPPED = (UpdateState.PAUSED, UpdateState.ROLLBACK_PAUSED)
_UNDONE = (UpdateState.ROLLING_BACK, UpdateState.ROLLED_BACK)


def found_on_a_swarm(deployment: Deployment, facts: SwarmFacts) -> Iterator[Finding]:
    """All that is wrong with its service, the gravest first."""
    key, name, rolling = deployment.key, deployment.name, facts.rolling
    if rolling is None:
        text = tr("The service of {name} can’t be had.", name=name)
        yield Finding(key, Problem.SERVICE_GONE, text, (), facts.problem)
        return
    state, words = rolling.service.update, rolling.service.update_message
    if rolling.ready < rolling.wanted and not state.moving:
        text = trn(
            "{ready} of {count} task of {name} is ready.",
            "{ready} of {count} tasks of {name} are ready.",
            rolling.wanted,
            ready=rolling.ready,
            name=name,
        )
        yield Finding(key, Problem.REPLICAS_MISSING, text, (), _why_missing(rolling))
    if state in _STOPPED:
        text = tr("The swarm has stopped replacing tasks of {name}.", name=name)
        yield Finding(key, Problem.UPDATE_STOPPED, text, (), said(words) if words else "")
    current = deployment.current
    if current is not None and state in _UNDONE and not is_of(rolling.service.spec.image, current):
        text = tr(
            "The swarm took {name} back from {version} to what ran before.",
            name=name,
            version=version_text(current.reference),
        )
        yield Finding(key, Problem.UPDATE_UNDONE, text, (), said(words) if words else "")
    yield from _of_machines(deployment, rolling)


def _of_machines(deployment: Deployment, rolling: Rolling) -> Iterator[Finding]:
    """Machines that the managers do not hear of; one that a person took out is no news."""
    away = [node for node in rolling.nodes if node.state is not NodeState.READY]
    if not away:
        return
    text = trn(
        "{count} machine of the swarm that {name} runs on does not answer.",
        "{count} machines of the swarm that {name} runs on do not answer.",
        len(away),
        name=deployment.name,
    )
    detail = " ".join(node_trouble(node) for node in away)
    yield Finding(deployment.key, Problem.MACHINE_DOWN, text, (), detail)


def _why_missing(rolling: Rolling) -> str:
    waiting = next((task.error for task in rolling.current if task.error), "")
    if waiting:
        return said(waiting)
    failure = rolling.last_failure
    return failure_text(failure, rolling) if failure is not None else ""

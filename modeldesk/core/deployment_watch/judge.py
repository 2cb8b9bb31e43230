"""What is wrong with a deployment, by what the engine has of it (pure)."""

from collections.abc import Iterator

from modeldesk.core.containers.model import ContainerStatus, Health
from modeldesk.core.deployment_watch.model import Finding, Problem, Remedy, ServiceFacts
from modeldesk.core.deployment_watch.on_a_swarm import found_on_a_swarm
from modeldesk.core.deployment_watch.restarts import LOOP_RESTARTS, LOOP_SECONDS
from modeldesk.core.releases.model import VersionTarget
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.problems import last_check
from modeldesk.core.words import tr, trn

_REMEDIES: dict[Problem, tuple[Remedy, ...]] = {
    Problem.GONE: (Remedy.RUN_AGAIN, Remedy.ROLL_BACK),
    Problem.STOPPED: (Remedy.RUN_AGAIN, Remedy.ROLL_BACK),
    Problem.RESTART_LOOP: (Remedy.ROLL_BACK, Remedy.REPLACE),
    Problem.UNHEALTHY: (Remedy.REPLACE, Remedy.ROLL_BACK),
    Problem.GATEWAY_GONE: (Remedy.RUN_AGAIN,),
    Problem.GATEWAY_SILENT: (Remedy.RUN_AGAIN,),
    Problem.IMAGE_MISSING: (Remedy.PULL_IMAGE, Remedy.ROLL_BACK),
    Problem.DRIFT: (Remedy.DEPLOY_CHANNEL,),
    Problem.SERVICE_GONE: (Remedy.RUN_AGAIN, Remedy.ROLL_BACK),
    Problem.REPLICAS_MISSING: (Remedy.ROLL_BACK,),
    Problem.MACHINE_DOWN: (),
    Problem.UPDATE_STOPPED: (Remedy.REPLACE, Remedy.ROLL_BACK),
    Problem.UPDATE_UNDONE: (Remedy.REPLACE,),
}
"""The best first."""


def judge(facts: ServiceFacts) -> tuple[Finding, ...]:
    """All that is wrong, the gravest first. Nothing of a deployment that is stopped, or has never
    run."""
    deployment = facts.deployment
    if deployment.stopped or deployment.current is None:
        return ()
    if facts.swarm is not None:
        return (*found_on_a_swarm(deployment, facts.swarm), *_of_gateway(facts), *_drift(facts))
    return tuple(_found(facts)) if deployment.container is not None else ()


def with_remedies(found: Finding, facts: ServiceFacts, previous: VersionTarget | None) -> Finding:
    """The finding with what can be done; `previous` is what a rollback would go to."""
    possible = tuple(one for one in _REMEDIES[found.problem] if _is_possible(one, facts, previous))
    target = found.target or (previous if Remedy.ROLL_BACK in possible else None)
    return Finding(
        found.deployment,
        found.problem,
        found.text,
        possible,
        found.detail,
        target,
        found.since,
    )


def _found(facts: ServiceFacts) -> Iterator[Finding]:
    yield from _of_container(facts)
    yield from _of_gateway(facts)
    if not facts.image_there:
        yield _finding(
            facts,
            Problem.IMAGE_MISSING,
            tr("The image of {version} is no longer on the engine, so {name} could not be started "
               "again.", version=_version(facts), name=facts.deployment.name),
        )  # fmt: skip
    yield from _drift(facts)


def _drift(facts: ServiceFacts) -> Iterator[Finding]:
    channel = facts.channel
    if channel is not None and not channel.same and not channel.coming:
        yield _finding(
            facts,
            Problem.DRIFT,
            tr("{channel} is {version} now; {name} runs {current}.", channel=channel.channel,
               version=channel.version, name=facts.deployment.name, current=_version(facts)),
            target=channel.target,
        )  # fmt: skip


def _of_container(facts: ServiceFacts) -> Iterator[Finding]:
    name, container, detail = facts.deployment.name, facts.container, facts.detail
    if container is None:
        yield _finding(facts, Problem.GONE, tr("The container of {name} is gone.", name=name))
    elif facts.restarts >= LOOP_RESTARTS:
        minutes = round(LOOP_SECONDS / 60)
        text = trn("{name} was restarted {count} time in {minutes} minutes.",
                   "{name} was restarted {count} times in {minutes} minutes.",
                   facts.restarts, name=name, minutes=minutes)  # fmt: skip
        yield _finding(facts, Problem.RESTART_LOOP, text, _ended(facts))
    elif container.status is ContainerStatus.PAUSED:
        text = tr("The container of {name} is paused.", name=name)
        yield _finding(facts, Problem.STOPPED, text)
    elif container.running and facts.cut_off:
        text = tr("The container of {name} is off its network: the gateway can’t reach it.",
                  name=name)  # fmt: skip
        yield _finding(facts, Problem.GONE, text)
    elif not container.running and container.status is not ContainerStatus.REMOVING:
        text = tr("The container of {name} does not run.", name=name)
        yield _finding(facts, Problem.STOPPED, text, _ended(facts))
    elif (detail.summary.health if detail else container.health) is Health.UNHEALTHY:
        names = facts.deployment.settings.secret_names
        said = last_check(detail, names) if detail else ""
        checked = tr("Its health check said: {said}", said=said) if said else ""
        yield _finding(facts, Problem.UNHEALTHY, tr("{name} is not healthy.", name=name), checked)


def _of_gateway(facts: ServiceFacts) -> Iterator[Finding]:
    gateway, name = facts.gateway, facts.deployment.name
    if gateway is None:
        return
    if gateway.container is None or not gateway.container.running:
        text = tr("The gateway of {name} is gone: callers get no answer.", name=name)
        yield _finding(facts, Problem.GATEWAY_GONE, text)
    elif gateway.answers is False:
        text = tr("The gateway of {name} does not answer.", name=name)
        yield _finding(facts, Problem.GATEWAY_SILENT, text)


def _ended(facts: ServiceFacts) -> str:
    """How its container came to its end, as far as that is known."""
    detail = facts.detail
    if detail is None:
        return ""
    if detail.out_of_memory:
        return tr("It had no memory left.")
    if detail.error:
        return detail.error
    if detail.finished is None:
        return ""
    return tr("It ended with code {code}.", code=detail.exit_code)


def _is_possible(remedy: Remedy, facts: ServiceFacts, previous: VersionTarget | None) -> bool:
    match remedy:
        case Remedy.ROLL_BACK:
            return previous is not None
        case Remedy.RUN_AGAIN:
            # What is there can be started without its image.
            return facts.image_there or facts.container is not None or facts.swarm is not None
        case Remedy.REPLACE:
            return facts.image_there or facts.swarm is not None
        case Remedy.PULL_IMAGE:
            current = facts.deployment.current
            return current is not None and current.digest != current.image
        case Remedy.DEPLOY_CHANNEL:
            return facts.channel is not None


def _finding(
    facts: ServiceFacts,
    problem: Problem,
    text: str,
    detail: str = "",
    target: VersionTarget | None = None,
) -> Finding:
    return Finding(facts.deployment.key, problem, text, (), detail, target)


def _version(facts: ServiceFacts) -> str:
    current = facts.deployment.current
    return version_text(current.reference) if current else ""

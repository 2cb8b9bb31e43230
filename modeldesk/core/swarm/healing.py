"""Putting back what was taken away from deployments that are to run on a swarm."""

from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.healing import Healed, Mended, heal_each
from modeldesk.core.releases.model import Deployment, ReleaseState
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.swarm.canaries import remove_canary
from modeldesk.core.swarm.releasing import SwarmReleasing
from modeldesk.core.swarm.routing import has_gateway
from modeldesk.core.swarm.scaling import restart
from modeldesk.core.swarm.steps import found_service
from modeldesk.core.words import tr


def heal_all(parts: SwarmReleasing, engine: ImageEngine, job: Job) -> Healed:
    """See `SwarmReleases.heal`."""
    return heal_each(parts, engine, job, lambda one: _healed(parts, engine, one, job))


def _healed(
    parts: SwarmReleasing, engine: ImageEngine, deployment: Deployment, job: Job
) -> list[Mended]:
    if deployment.current is None:
        return []
    if deployment.canary is None:
        _forget_canary(parts, engine, deployment)
    if deployment.stopped:
        return []
    name = deployment.name
    if found_service(parts.swarm_of(engine), name) is not None:
        return _gateway_healed(parts, engine, deployment, job)
    outcome = restart(parts, engine, deployment, tr("its service had gone"), job)
    if outcome.problem is not None:
        raise outcome.problem
    return [Mended(name, tr("{name} runs again; its service had gone.", name=name))]


def _gateway_healed(
    parts: SwarmReleasing, engine: ImageEngine, deployment: Deployment, job: Job
) -> list[Mended]:
    if not has_gateway(deployment):
        return []
    gateway, spec = parts.gateways(engine), gateway_spec(deployment)
    before = gateway.applied(spec)
    parts.gateway(engine).route(deployment, job.token)
    if before is None:
        text = tr("The gateway of {name} was put back.", name=deployment.name)
        return [Mended(deployment.name, text)]
    if gateway.applied(spec) != before:
        text = tr("The gateway of {name} has its routing again.", name=deployment.name)
        return [Mended(deployment.name, text)]
    return []


def _forget_canary(parts: SwarmReleasing, engine: ImageEngine, deployment: Deployment) -> None:
    """What a kill has left of one that is over."""
    if not has_gateway(deployment):
        return
    remove_canary(parts.swarm_of(engine), deployment.name)
    for release in parts.records.rolling_releases():
        if release.key == deployment.key:
            promoted = deployment.serving == release.id
            state = ReleaseState.SUCCEEDED if promoted else ReleaseState.ABORTED
            parts.end(release, state, "" if promoted else tr("The program ended in the middle."))

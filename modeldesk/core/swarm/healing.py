"""Putting back what was taken away from deployments that are to run on a swarm."""

from modeldesk.core.errors import AlreadyRunning, Cancelled, EngineUnavailable, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.healing import Healed, Mended
from modeldesk.core.releases.model import Deployment, DeploymentKey, ReleaseState, Target
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.swarm.canaries import remove_canary
from modeldesk.core.swarm.releasing import SwarmReleasing
from modeldesk.core.swarm.routing import has_gateway
from modeldesk.core.swarm.scaling import restart
from modeldesk.core.swarm.steps import found_service
from modeldesk.core.words import tr


def heal_all(parts: SwarmReleasing, engine: ImageEngine, job: Job) -> Healed:
    """See `SwarmReleases.heal`."""
    home = engine.identity().id
    mended: list[Mended] = []
    for deployment in parts.records.deployments():
        if deployment.engine != home or deployment.settings.target is not Target.SWARM:
            continue
        job.token.raise_if_cancelled()
        try:
            with parts.locks.hold(deployment.name, home):
                mended += _healed(parts, engine, deployment.key, job)
        except AlreadyRunning:
            continue
    return Healed(tuple(mended))


def _healed(
    parts: SwarmReleasing, engine: ImageEngine, key: DeploymentKey, job: Job
) -> list[Mended]:
    deployment = parts.records.deployment(key)
    if deployment is None or deployment.current is None:
        return []
    if any(one.key == key for one in parts.records.unfinished_releases()):
        return []
    name = key.name
    try:
        if deployment.canary is None:
            _forget_canary(parts, engine, deployment)
        if deployment.stopped:
            return []
        if found_service(parts.swarm_of(engine), name) is None:
            outcome = restart(parts, engine, deployment, tr("its service had gone"), job)
            if outcome.problem is not None:
                raise outcome.problem
            return [Mended(name, tr("{name} runs again; its service had gone.", name=name))]
        return _gateway_healed(parts, engine, deployment, job)
    except (Cancelled, EngineUnavailable, AlreadyRunning):
        raise
    except ModelDeskError as problem:
        text = tr("{name} can’t be put right: {reason}", name=name, reason=problem.message)
        return [Mended(name, text, problem)]


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

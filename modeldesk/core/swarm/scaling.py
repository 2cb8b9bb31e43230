"""How many tasks a deployment on a swarm has, and running again what is to run."""

import time
from dataclasses import replace

from modeldesk.core.errors import ReleaseError
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Deployment, ReleaseKind, SwarmSettings
from modeldesk.core.releases.outcome import ReleaseOutcome, outcome_of
from modeldesk.core.releases.preparing import revision_of
from modeldesk.core.swarm.following import Ending, Patience, follow
from modeldesk.core.swarm.problems import service_gone
from modeldesk.core.swarm.releasing import SwarmIntent, SwarmReleasing
from modeldesk.core.swarm.rolling import Rolling, troubles
from modeldesk.core.swarm.routing import has_gateway
from modeldesk.core.swarm.steps import found_service
from modeldesk.core.words import tr


def scale(
    parts: SwarmReleasing, engine: ImageEngine, deployment: Deployment, replicas: int, job: Job
) -> Rolling:
    """See `SwarmReleases.scale`, for somebody who holds the deployment's lock."""
    swarm, settings = parts.swarm_of(engine), deployment.settings
    service = found_service(swarm, deployment.name)
    if service is None:
        raise service_gone(deployment.name)
    if service.spec.replicas != replicas:
        swarm.update_service(service, replace(service.spec, replicas=replicas))
    _keep_replicas(parts, deployment, replicas)
    patience = Patience(settings.health_timeout_s, 0.0, expects_update=False)
    followed = follow(swarm, service.id, patience, job)
    if has_gateway(deployment):
        now = parts.records.deployment(deployment.key) or deployment
        parts.gateway(engine).route(now, job.token)
    if followed.ending is not Ending.READY:
        raise _not_all_ready(deployment.name, followed.rolling)
    return followed.rolling


def restart(
    parts: SwarmReleasing, engine: ImageEngine, deployment: Deployment, why: str, job: Job
) -> ReleaseOutcome:
    """As many tasks as it is to have, and its gateway; where its service is gone, a release makes
    one for its current version again. Raises `ReleaseError`."""
    began = time.monotonic()
    if deployment.current is None:
        raise ReleaseError(tr("“{name}” has no version to start.", name=deployment.name))
    last = next(iter(parts.records.releases(deployment.key)), None)
    if last is not None and found_service(parts.swarm_of(engine), deployment.name) is not None:
        wanted = deployment.settings.swarm or SwarmSettings()
        scale(parts, engine, deployment, max(1, wanted.replicas), job)
        now = parts.records.deployment(deployment.key) or deployment
        return outcome_of(now, last, deployment, began, None, None)
    kind = ReleaseKind.DEPLOY
    intent = SwarmIntent(deployment, deployment, deployment.current, kind, why, {})
    return parts.release(engine, intent, job)


def _keep_replicas(parts: SwarmReleasing, deployment: Deployment, replicas: int) -> None:
    """One that is stopped keeps how many it is to have when it is started."""
    settings = deployment.settings
    if replicas:
        swarm = replace(settings.swarm or SwarmSettings(), replicas=replicas)
        settings = replace(settings, swarm=swarm)
    revision = revision_of(parts.records, deployment.key, settings)
    parts.records.save_deployment(
        replace(deployment, settings=settings, revision=revision, stopped=not replicas)
    )


def _not_all_ready(name: DeploymentName, rolling: Rolling) -> ReleaseError:
    return ReleaseError(
        tr(
            "{ready} of {wanted} tasks of “{name}” are ready.",
            ready=rolling.ready,
            wanted=rolling.wanted,
            name=name,
        ),
        " ".join(troubles(rolling)) or tr("Look at what its tasks print."),
    )

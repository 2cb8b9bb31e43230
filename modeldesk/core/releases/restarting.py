"""Running again what a deployment is to run."""

import time
from dataclasses import replace

from modeldesk.core.errors import ReleaseError
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import Deployment, ReleaseKind
from modeldesk.core.releases.outcome import ReleaseOutcome, outcome_of
from modeldesk.core.releases.preparing import Intent
from modeldesk.core.releases.releasing import Releasing
from modeldesk.core.releases.routing import check_ports
from modeldesk.core.releases.settle import settle
from modeldesk.core.releases.tools import is_cut_off, is_there, runs
from modeldesk.core.words import tr


def restart(
    parts: Releasing, engine: ImageEngine, deployment: Deployment, why: str, job: Job
) -> ReleaseOutcome:
    """Where it runs, only its gateway is looked after; else a release runs its current version
    again: the same container where that is still there. Raises `ReleaseError`."""
    began = time.monotonic()
    if deployment.current is None:
        raise ReleaseError(tr("“{name}” has no version to start.", name=deployment.name))
    last = next(iter(parts.records.releases(deployment.key)), None)
    reachable = not is_cut_off(engine, deployment.name, deployment.version)
    if last and not deployment.stopped and reachable and runs(engine, deployment.container):
        settle(parts.tools(engine), deployment.key, deployment, job, restart=False)
        return outcome_of(deployment, last, deployment, began, None, None)
    check_ports(deployment.settings.ports)
    there = is_there(engine, deployment.container)
    reused = deployment.version if there else None
    image = deployment.gateway_image
    if deployment.stopped or not image:
        # It has no gateway that anybody would miss.
        image = parts.gateway_image(engine, job)
    wanted = replace(deployment, gateway_image=image)
    intent = Intent(ReleaseKind.DEPLOY, deployment, wanted, deployment.current, why, reused)
    return parts.release(engine, intent, job)

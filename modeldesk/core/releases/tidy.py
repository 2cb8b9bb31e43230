"""What becomes of containers that served before: warm for a while, then stopped, then removed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from modeldesk.core.releases.model import Deployment, KeptContainer
from modeldesk.core.releases.tools import Tools, own_containers

KEPT = 3
"""So many containers of earlier versions are kept."""


def kept_after(
    deployment: Deployment, *more: KeptContainer, unserved: Collection[int] = ()
) -> tuple[KeptContainer, ...]:
    """What is kept once `more` were replaced: the newest, each once, and none that serves. The
    newest of a release in `unserved` is kept beside them, to be looked at, while it is newer than
    the oldest of them: a canary that was taken back takes no place of a way back."""
    every = sorted((*more, *deployment.kept), key=lambda one: one.left, reverse=True)
    inside = {deployment.container}
    if deployment.canary:
        inside.add(deployment.canary.version.container)
    kept: list[KeptContainer] = []
    left, looked_at = KEPT, False
    for one in every:
        if one.version.container in inside or not left:
            continue
        inside.add(one.version.container)
        if one.version.release in unserved:
            if looked_at:
                continue
            looked_at = True
        else:
            left -= 1
        kept.append(one)
    return tuple(kept)


def warm_until(kept: KeptContainer, deployment: Deployment) -> datetime:
    """When a container that was replaced is stopped."""
    return kept.left + timedelta(seconds=deployment.settings.keep_warm_s)


def tidy(tools: Tools, deployment: Deployment) -> Deployment:
    """Stop what was kept running long enough, and remove every container of the deployment's
    releases that nothing names any more; the deployment without those that are gone."""
    engine = tools.engine
    here = {one.id: one for one in own_containers(tools, deployment.key)}
    kept = tuple(one for one in deployment.kept if one.version.container in here)
    now = tools.clock()
    for one in kept:
        warm = not deployment.stopped and now < warm_until(one, deployment)
        if here[one.version.container].running and not warm:
            engine.stop_container(one.version.container)
    named = {deployment.container, *(one.version.container for one in kept)}
    if deployment.canary:
        named.add(deployment.canary.version.container)
    for container in here:
        if container not in named:
            engine.remove_container(container)
    if kept == deployment.kept:
        return deployment
    tidied = replace(deployment, kept=kept)
    tools.records.save_deployment(tidied)
    return tidied

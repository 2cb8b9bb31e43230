"""Putting back what was taken away from deployments that are to run."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from modeldesk.core.changes import Changes
from modeldesk.core.errors import (
    AlreadyRunning,
    Cancelled,
    EngineUnavailable,
    ModelDeskError,
)
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.holding import Holding
from modeldesk.core.releases.model import Deployment
from modeldesk.core.releases.releasing import Releasing
from modeldesk.core.releases.restarting import restart
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.releases.settle import settle
from modeldesk.core.releases.tools import gateway_container, is_cut_off, runs, was_stopped
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Mended:
    """What was put back, in a sentence; or why it could not be, in `problem`."""

    deployment: DeploymentName
    text: str
    problem: ModelDeskError | None = None


@dataclass(frozen=True, slots=True)
class Healed:
    """What a look at every deployment has put back, or could not."""

    mended: tuple[Mended, ...] = ()

    @property
    def changes(self) -> Changes:
        """What is to be read again."""
        names = frozenset(one.deployment for one in self.mended)
        return Changes(deployments=names, every_container=bool(names))


def heal_all(parts: Releasing, engine: ImageEngine, job: Job) -> Healed:
    """See `ReleaseService.heal`."""
    return heal_each(parts, engine, job, lambda one: _heal(parts, engine, one, job))


def heal_each(
    parts: Holding, engine: ImageEngine, job: Job, heal: Callable[[Deployment], list[Mended]]
) -> Healed:
    """Have every deployment of the engine looked at that has no open release and that nobody is
    busy with; one that can't be put right keeps no other from it."""
    home = engine.identity().id
    mended: list[Mended] = []
    for deployment in parts.records.deployments():
        if deployment.engine != home or deployment.settings.target is not parts.target:
            continue
        job.token.raise_if_cancelled()
        with suppress(AlreadyRunning), parts.locks.hold(deployment.name, home):
            now = parts.records.deployment(deployment.key)
            if now is not None and not _has_open_release(parts, now):
                mended += _healed(heal, now)
    return Healed(tuple(mended))


def _has_open_release(parts: Holding, deployment: Deployment) -> bool:
    return any(one.key == deployment.key for one in parts.records.unfinished_releases())


def _healed(heal: Callable[[Deployment], list[Mended]], deployment: Deployment) -> list[Mended]:
    try:
        return heal(deployment)
    except (Cancelled, EngineUnavailable, AlreadyRunning):
        raise
    except ModelDeskError as problem:
        name = deployment.name
        text = tr("{name} can’t be put right: {reason}", name=name, reason=problem.message)
        return [Mended(name, text, problem)]


def _heal(parts: Releasing, engine: ImageEngine, deployment: Deployment, job: Job) -> list[Mended]:
    if deployment.stopped or deployment.version is None:
        return []
    name = deployment.name
    if not runs(engine, deployment.container):
        if was_stopped(engine, deployment.container):
            return []
        why = tr("its container had gone")
        done = tr("{name} runs again; its container had gone.", name=name)
    elif is_cut_off(engine, name, deployment.version):
        why = tr("its container was off its network")
        done = tr("{name} runs again; its container was off its network.", name=name)
    else:
        return _heal_gateway(parts, engine, deployment, job)
    outcome = restart(parts, engine, deployment, why, job)
    if outcome.problem is not None:
        raise outcome.problem
    return [Mended(name, done)]


def _heal_gateway(
    parts: Releasing, engine: ImageEngine, deployment: Deployment, job: Job
) -> list[Mended]:
    tools, name = parts.tools(engine), deployment.name
    found = gateway_container(engine, name)
    if found is not None and was_stopped(engine, found.id):
        return []
    before = tools.gateway.applied(gateway_spec(deployment))
    settle(tools, deployment.key, deployment, job, restart=False)
    if before is None:
        return [Mended(name, tr("The gateway of {name} was put back.", name=name))]
    if tools.gateway.applied(gateway_spec(deployment)) != before or found is None:
        return [Mended(name, tr("The gateway of {name} has its routing again.", name=name))]
    return []

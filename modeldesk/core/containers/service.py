"""Run a version: create, start, wait for health, and leave nothing behind when that fails."""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from modeldesk.core.changes import Changes
from modeldesk.core.containers.model import ContainerSpec, Mount, PortBinding
from modeldesk.core.containers.reach import service_url
from modeldesk.core.containers.readiness import wait_until_ready
from modeldesk.core.errors import EngineUnavailable, NotFound
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import AnswerProbe, ImageEngine
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A version to run, and how. `name` may be empty: the engine then invents one."""

    image: ImageId
    reference: str
    """What the person knows the version by."""
    name: str = ""
    ports: tuple[PortBinding, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    health_timeout_s: float = 60.0


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """A container that does its work."""

    container: ContainerId
    name: str
    ports: tuple[PortBinding, ...]
    """As the engine has bound them."""
    url: str
    """Where its first published port answers; empty when none can be reached from here."""
    seconds: float
    """From the create to the proof that it works."""
    proof: str
    changes: Changes


def run(engine: ImageEngine, probe: AnswerProbe, request: RunRequest, job: Job) -> RunOutcome:
    """Start a container of the version and wait until it is healthy.

    Raises `PortTaken`, `NotFound` (the image is gone), `ContainerFailed` (with its last lines
    of output), `Cancelled`. Whatever it raises, the container it made is removed first.
    """
    spec = ContainerSpec(
        image=request.image,
        name=request.name,
        ports=request.ports,
        environment=request.environment,
        mounts=request.mounts,
        labels=request.labels,
    )
    job.report(Progress(tr("Starting {reference}", reference=request.reference)))
    began = time.monotonic()
    container = engine.create_container(spec)
    try:
        job.token.raise_if_cancelled()
        engine.start_container(container)
        timeout, called = request.health_timeout_s, request.name or request.reference
        ready = wait_until_ready(engine, probe, container, timeout, job, called)
        summary = engine.container(container).summary
    except BaseException:
        # An engine that stopped can't remove it either; what went wrong first is what is said.
        with suppress(EngineUnavailable):
            engine.remove_container(container)
        raise
    return RunOutcome(
        container=container,
        name=summary.name,
        ports=summary.ports,
        url=service_url(summary.ports, engine.info.host),
        seconds=time.monotonic() - began,
        proof=ready.proof,
        changes=Changes(containers=frozenset({container}), images=frozenset({request.image})),
    )


def stop(engine: ImageEngine, container: ContainerId, job: Job) -> Changes:
    """Stop a container and keep it, so that its output can still be read."""
    job.report(Progress(tr("Stopping")))
    engine.stop_container(container)
    return Changes(containers=frozenset({container}))


def remove(engine: ImageEngine, container: ContainerId, job: Job) -> Changes:
    """Stop a container if it runs, then remove it."""
    job.report(Progress(tr("Stopping")))
    with suppress(NotFound):
        engine.stop_container(container)
    engine.remove_container(container)
    return Changes(containers=frozenset({container}))

"""Freeing the room of what nothing in a registry of one's own names any more."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from modeldesk.core.containers.model import ContainerDetail
from modeldesk.core.containers.readiness import log_tail, wait_until_ready
from modeldesk.core.errors import ContainerFailed, EngineError, NotInRegistry
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.own_registry.files import collector_spec
from modeldesk.core.own_registry.model import OwnRegistry
from modeldesk.core.ports import AnswerProbe, ImageEngine
from modeldesk.core.registry.documents import named_by
from modeldesk.core.registry.ports import Registry
from modeldesk.core.words import tr

_READY_S = 60.0
_END_S = 5.0
_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of it."""

    freed_bytes: int | None
    """As the engine counts them; None where it can't."""
    left_bytes: int | None
    untagged: bool
    """Whether manifests without a tag went too. They stay where an index names one of them: many
    registries would take those for garbage."""


def collect(
    engine: ImageEngine,
    registry: Registry,
    probe: AnswerProbe,
    owner: str,
    own: OwnRegistry,
    job: Job,
) -> Collected:
    """Collect the garbage of a registry, which is stopped meanwhile, so that nothing is pushed
    that would be taken for garbage. Whatever is raised, it runs afterwards if it ran before."""
    assert own.container is not None
    ran, container = own.running, own.container
    try:
        if not ran:
            _start(engine, probe, own, job)
        job.report(Progress(tr("Looking at what is in the registry")))
        repositories = registry.repositories(job.token)
        untagged = not has_untagged_parts(registry, repositories, job.token)
        before = engine.volume_bytes(own.volume, job.token)
        if not repositories:
            # What collects would not find the folder it looks into.
            if not ran:
                engine.stop_container(container)
            return Collected(0, before, untagged)
        job.report(Progress(tr("Collecting garbage")))
        engine.stop_container(container)
        image = engine.container(container).summary.image_id
        spec = collector_spec(owner, image, untagged=untagged)
        collector = engine.create_container(spec)
        try:
            engine.start_container(collector)
            for line in engine.follow_logs(collector, job.token):
                job.log(line.text)
            _check(_ended(engine, collector), engine)
        finally:
            engine.remove_container(collector)
    except BaseException:
        with suppress(EngineError):
            if ran:
                engine.start_container(container)
            else:
                engine.stop_container(container)
        raise
    if ran:
        _start(engine, probe, own, Job(CancelToken(), job.report, job.log))
    left = engine.volume_bytes(own.volume, job.token)
    freed = None if before is None or left is None else max(0, before - left)
    return Collected(freed, left, untagged)


def has_untagged_parts(registry: Registry, repositories: Iterable[str], token: CancelToken) -> bool:
    """Whether a tagged index names a manifest that has no tag of its own. Raises `RegistryError`,
    `Cancelled`."""
    for repository in repositories:
        tagged: set[str] = set()
        parts: set[str] = set()
        for tag in registry.tags(repository, token):
            try:
                manifest = registry.manifest(repository, tag, token)
            except NotInRegistry:
                # A deleting that was broken off may leave a tag that names nothing.
                continue
            tagged.add(manifest.digest)
            parts.update(one.digest for one in named_by(manifest).members)
        if parts - tagged:
            return True
    return False


def _start(engine: ImageEngine, probe: AnswerProbe, own: OwnRegistry, job: Job) -> None:
    assert own.container is not None
    engine.start_container(own.container)
    wait_until_ready(engine, probe, own.container, _READY_S, job, own.host)


def _ended(engine: ImageEngine, collector: ContainerId) -> ContainerDetail:
    """Its end is known a moment after its last line."""
    deadline = time.monotonic() + _END_S
    while True:
        detail = engine.container(collector)
        if not detail.summary.running or time.monotonic() > deadline:
            return detail
        time.sleep(_PAUSE_S)


def _check(detail: ContainerDetail, engine: ImageEngine) -> None:
    if detail.exit_code or detail.summary.running:
        raise ContainerFailed(
            tr("The garbage of the registry could not be collected."),
            tr("What is in it is as it was. Look at its output."),
            log_tail(engine, detail.summary.id),
        )

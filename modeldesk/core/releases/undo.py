"""Taking a release back: its containers go, and what ran before runs again, and well."""

from dataclasses import dataclass

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.containers.readiness import wait_until_ready
from modeldesk.core.errors import ContainerFailed, NotFound
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import Job
from modeldesk.core.ports import AnswerProbe, ImageEngine
from modeldesk.core.releases.model import RELEASE_LABEL, Release
from modeldesk.core.releases.names import version_text


@dataclass(frozen=True, slots=True)
class Before:
    """What served before the release, and whether it is to serve again."""

    container: ContainerId | None
    restart: bool
    health_timeout_s: float


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of it. `problem` says why what ran before is not well, though it was started."""

    runs: bool
    problem: ContainerFailed | None = None


def undo_release(
    engine: ImageEngine, probe: AnswerProbe, release: Release, before: Before, job: Job
) -> Undone:
    """Remove every container of the release, then start what ran before, if that is wanted and it
    is still there, and wait until it is ready. Raises `EngineError` (`PortTaken` when its port is
    another's by now), `Cancelled` while it is waited for."""
    for container in containers_of(engine, release):
        if container.id != before.container:
            engine.remove_container(container.id)
    if before.container is None:
        return Undone(runs=False)
    try:
        running = engine.container(before.container).summary.running
        if before.restart and not running:
            engine.start_container(before.container)
            called = version_text(release.previous.reference) if release.previous else ""
            wait_until_ready(engine, probe, before.container, before.health_timeout_s, job, called)
    except NotFound:
        return Undone(runs=False)
    except ContainerFailed as problem:
        return Undone(runs=False, problem=problem)
    return Undone(running or before.restart)


def release_label(release: Release) -> str:
    """Marks a release's containers; unique even when the database was begun anew."""
    return f"{release.id}@{release.started:%Y%m%dT%H%M%S}"


def containers_of(engine: ImageEngine, release: Release) -> tuple[ContainerSummary, ...]:
    """Every container made for the release, by its label."""
    label = release_label(release)
    return tuple(c for c in engine.list_containers() if c.labels.get(RELEASE_LABEL) == label)

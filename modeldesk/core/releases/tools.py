"""What a release works with, and small questions to the engine that several of its parts ask."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.containers.model import ContainerDetail, ContainerStatus, ContainerSummary
from modeldesk.core.errors import NotFound
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.model import (
    RELEASE_LABEL,
    DeploymentKey,
    Release,
    Target,
    VersionContainer,
)
from modeldesk.core.releases.ports import ReleaseRecords

SWARM_STEP = "swarm "
"""What the names of steps on a swarm begin with in the journal."""

_KILLED, _LOST = 137, 255
"""What is said of a process that got SIGKILL, and of one that went with its engine."""
_WITH_ENGINE_S = 30.0
"""So near the engine's start nobody but the engine stops a container: it answers nobody before,
and containers take their time."""


@dataclass(frozen=True, slots=True)
class Tools:
    """One engine with the gateways on it, the records, and a clock."""

    engine: ImageEngine
    gateway: Gateway
    records: ReleaseRecords
    clock: Callable[[], datetime]


def release_label(release: Release) -> str:
    """Marks a release's containers; unique even when the database was begun anew."""
    return f"{release.id}@{release.started:%Y%m%dT%H%M%S}"


def is_on_a_swarm(records: ReleaseRecords, release: Release) -> bool:
    """Whether a release is one of a service of a swarm, which is brought to its end there: by its
    deployment, or by its journal where that is gone."""
    deployment = records.deployment(release.key)
    if deployment is not None:
        return deployment.settings.target is Target.SWARM
    return any(entry.step.startswith(SWARM_STEP) for entry in records.journal(release.id))


def own_containers(tools: Tools, key: DeploymentKey) -> tuple[ContainerSummary, ...]:
    """Every container that a release of the deployment made, by its label: no container of
    another account's deployment with the same name is among them."""
    labels = {release_label(one) for one in tools.records.releases(key)}
    here = tools.engine.list_containers()
    return tuple(one for one in here if one.labels.get(RELEASE_LABEL) in labels)


def containers_of(engine: ImageEngine, release: Release) -> tuple[ContainerSummary, ...]:
    """Every container made for the release, by its label."""
    label = release_label(release)
    return tuple(c for c in engine.list_containers() if c.labels.get(RELEASE_LABEL) == label)


def runs(engine: ImageEngine, container: ContainerId | None) -> bool:
    """Whether it is there and runs."""
    if container is None:
        return False
    try:
        return engine.container(container).summary.running
    except NotFound:
        return False


def is_cut_off(engine: ImageEngine, name: DeploymentName, version: VersionContainer | None) -> bool:
    """Whether somebody took it from the deployment's network, so that the gateway can't reach it
    whether it runs or not."""
    if version is None:
        return False
    try:
        container = engine.container(version.container).summary
    except NotFound:
        return False
    return is_off_network(container, name, version)


def is_off_network(
    container: ContainerSummary, name: DeploymentName, version: VersionContainer
) -> bool:
    """See `is_cut_off`. Tasks of a swarm have no address that stays."""
    return version.address != "" and container.networks.get(gateway_name(name)) != version.address


def was_stopped(engine: ImageEngine, container: ContainerId | None) -> bool:
    """Whether somebody had the engine stop it, as ``docker stop`` does. Of a container that the
    engine keeps running, this is all that ends it for good, but for a kill from outside, a start
    that failed, and what `left_by_restart` tells of."""
    found = _ended(engine, container)
    if found is None:
        return False
    died = found.exit_code in (_KILLED, _LOST) or found.out_of_memory or bool(found.error)
    return not died and not _went_with_engine(engine, found)


def left_by_restart(engine: ImageEngine, container: ContainerId | None) -> bool:
    """Whether it ended when the engine was started anew. One that was killed finds its containers
    alive then, stops them, and does not start all of them again."""
    found = _ended(engine, container)
    return found is not None and _went_with_engine(engine, found)


def _ended(engine: ImageEngine, container: ContainerId | None) -> ContainerDetail | None:
    """None for one that is gone, too."""
    if container is None:
        return None
    try:
        found = engine.container(container)
    except NotFound:
        return None
    return found if found.summary.status is ContainerStatus.EXITED else None


def _went_with_engine(engine: ImageEngine, ended: ContainerDetail) -> bool:
    start = engine.started()
    if start is None or ended.finished is None:
        return False
    return abs((ended.finished - start.at).total_seconds()) < _WITH_ENGINE_S


def is_there(engine: ImageEngine, container: ContainerId | None) -> bool:
    """Whether it is there, running or not."""
    if container is None:
        return False
    try:
        engine.container(container)
    except NotFound:
        return False
    return True


def stop(engine: ImageEngine, container: ContainerId | None) -> None:
    """What somebody else has removed needs no stopping."""
    if container is not None:
        with suppress(NotFound):
            engine.stop_container(container)


def gateway_container(engine: ImageEngine, name: DeploymentName) -> ContainerSummary | None:
    """The deployment's gateway, running or not."""
    called = gateway_name(name)
    return next((one for one in engine.list_containers() if one.name == called), None)

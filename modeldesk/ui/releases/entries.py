"""What the releases page lists, made from what the library and the records know (no Qt)."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from modeldesk.core.containers.model import (
    ContainerStatus,
    ContainerSummary,
    Health,
    PortBinding,
)
from modeldesk.core.containers.reach import service_url
from modeldesk.core.gateway.names import GATEWAY_LABEL
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.labels import OWN_REGISTRY_LABEL
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.releases.model import DEPLOYMENT_LABEL, Deployment, Target
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr
from modeldesk.ui.theme.tokens import Tone

_PARTS = {DEPLOYMENT_LABEL, GATEWAY_LABEL, OWN_REGISTRY_LABEL}
"""What labels containers of deployments, and of the registry, which has a place of its own."""


@dataclass(frozen=True, slots=True)
class RunningEntry:
    """A deployment, or a container of a model that belongs to none."""

    key: str
    name: str
    model: str
    version: str
    deployment: Deployment | None
    container: ContainerSummary | None
    url: str
    """Where it answers; empty when it does not run or publishes nothing that can be reached."""
    changing: bool = False
    """Something is done to it now."""
    canary: ContainerSummary | None = None
    """The container of a version beside the one that serves."""
    proved: bool = False
    """It was just shown to be healthy, whatever its own check says so far."""

    @property
    def on_swarm(self) -> bool:
        """Whether its tasks are a swarm's, so that no container here is looked at."""
        return self.deployment is not None and self.deployment.settings.target is Target.SWARM

    @property
    def running(self) -> bool:
        """On a swarm: whether it is to run."""
        if self.deployment is not None and self.on_swarm:
            return self.deployment.current is not None and not self.deployment.stopped
        return self.container is not None and self.container.running

    @property
    def ports(self) -> tuple[PortBinding, ...]:
        """Where it is published: by its gateway, where it stands behind one."""
        if self.deployment is not None and (self.deployment.behind_gateway or self.on_swarm):
            return self.deployment.settings.ports
        return self.container.ports if self.container is not None else ()


def entries(
    snapshot: LibrarySnapshot,
    deployments: Iterable[Deployment],
    host: str,
    known: Mapping[ContainerId, ContainerSummary] | None = None,
    changing: Container[DeploymentName] = (),
    proved: Container[ContainerId] = (),
) -> tuple[RunningEntry, ...]:
    """Deployments by name, then single containers of models, the newest first. `host` is the
    machine the engine is on; empty for this one. `known` are containers that the library may
    not have heard of yet; what is `changing` and `proved` is so marked."""
    containers = {
        container.id: (container, model.name, version.name)
        for model in (*snapshot.others, *snapshot.models)
        for version in model.versions
        for container in version.containers
    }
    model_names = {model.name for model in snapshot.models}
    listed = []
    for deployment in sorted(deployments, key=lambda d: d.name):
        held = containers.pop(deployment.container, None) if deployment.container else None
        container = held[0] if held else _known(known or {}, deployment.container)
        entry = _of_deployment(deployment, container, host)
        beside = deployment.canary.version.container if deployment.canary else None
        second = containers.pop(beside, None) if beside is not None else None
        listed.append(
            replace(
                entry,
                changing=deployment.name in changing,
                canary=second[0] if second else _known(known or {}, beside),
                proved=deployment.container in proved,
            )
        )
    alone = sorted(containers.values(), key=lambda held: held[0].created, reverse=True)
    single = [
        RunningEntry(
            f"container {container.id}",
            container.name,
            model,
            version,
            None,
            container,
            service_url(container.ports, host) if container.running else "",
        )
        for container, model, version in alone
        if model in model_names and _PARTS.isdisjoint(container.labels)
    ]
    return (*listed, *single)


def _known(
    known: Mapping[ContainerId, ContainerSummary], container: ContainerId | None
) -> ContainerSummary | None:
    return known.get(container) if container is not None else None


def deployment_key(name: str) -> str:
    """The key of a deployment's entry."""
    return f"deployment {name}"


def _of_deployment(
    deployment: Deployment, container: ContainerSummary | None, host: str
) -> RunningEntry:
    current = deployment.current
    entry = RunningEntry(
        deployment_key(deployment.name),
        deployment.name,
        deployment.model,
        version_text(current.reference) if current else "",
        deployment,
        container,
        "",
    )
    return replace(entry, url=service_url(entry.ports, host)) if entry.running else entry


def state_of(entry: RunningEntry) -> tuple[str, Tone]:
    """The entry's state in a word, and how good that is."""
    container = entry.container
    if entry.on_swarm:
        return _swarm_state(entry)
    if container is None:
        if entry.deployment is not None and entry.deployment.container is None:
            return tr("not started"), Tone.NEUTRAL
        if entry.changing:
            return tr("changing over"), Tone.NEUTRAL
        return tr("container gone"), Tone.BAD
    if entry.proved and container.health is Health.STARTING:
        container = replace(container, health=Health.HEALTHY)
    return container_state(container)


def _swarm_state(entry: RunningEntry) -> tuple[str, Tone]:
    """How its tasks are is told below, by whoever asks the swarm."""
    if entry.running:
        return tr("on the swarm"), Tone.GOOD
    stopped = entry.deployment is not None and entry.deployment.stopped
    return (tr("stopped") if stopped else tr("not started")), Tone.NEUTRAL


def container_state(container: ContainerSummary) -> tuple[str, Tone]:
    """The container's state in a word, and how good that is."""
    if container.status is ContainerStatus.RUNNING:
        return {
            Health.NONE: (tr("running"), Tone.GOOD),
            Health.HEALTHY: (tr("healthy"), Tone.GOOD),
            Health.STARTING: (tr("starting"), Tone.WARNING),
            Health.UNHEALTHY: (tr("unhealthy"), Tone.BAD),
        }[container.health]
    return {
        ContainerStatus.CREATED: (tr("created"), Tone.NEUTRAL),
        ContainerStatus.PAUSED: (tr("paused"), Tone.WARNING),
        ContainerStatus.RESTARTING: (tr("restarting"), Tone.WARNING),
        ContainerStatus.REMOVING: (tr("removing"), Tone.NEUTRAL),
        ContainerStatus.EXITED: (tr("stopped"), Tone.NEUTRAL),
        ContainerStatus.DEAD: (tr("dead"), Tone.BAD),
    }[container.status]

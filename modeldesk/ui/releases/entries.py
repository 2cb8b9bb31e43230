"""What the releases page lists, made from what the library and the records know (no Qt)."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from modeldesk.core.containers.model import ContainerStatus, ContainerSummary, Health
from modeldesk.core.containers.reach import service_url
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.releases.model import DEPLOYMENT_LABEL, Deployment
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr
from modeldesk.ui.theme.tokens import Tone


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
    proved: bool = False
    """It was just shown to be healthy, whatever its own check says so far."""

    @property
    def running(self) -> bool:
        return self.container is not None and self.container.running


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
        container = held[0] if held else _known(known or {}, deployment)
        entry = _of_deployment(deployment, container, host)
        listed.append(
            replace(
                entry,
                changing=deployment.name in changing,
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
        if model in model_names and DEPLOYMENT_LABEL not in container.labels
    ]
    return (*listed, *single)


def _known(
    known: Mapping[ContainerId, ContainerSummary], deployment: Deployment
) -> ContainerSummary | None:
    return known.get(deployment.container) if deployment.container is not None else None


def deployment_key(name: str) -> str:
    """The key of a deployment's entry."""
    return f"deployment {name}"


def _of_deployment(
    deployment: Deployment, container: ContainerSummary | None, host: str
) -> RunningEntry:
    current = deployment.current
    return RunningEntry(
        deployment_key(deployment.name),
        deployment.name,
        deployment.model,
        version_text(current.reference) if current else "",
        deployment,
        container,
        service_url(container.ports, host) if container and container.running else "",
    )


def state_of(entry: RunningEntry) -> tuple[str, Tone]:
    """The entry's state in a word, and how good that is."""
    container = entry.container
    if container is None:
        if entry.deployment is not None and entry.deployment.container is None:
            return tr("not started"), Tone.NEUTRAL
        if entry.changing:
            return tr("changing over"), Tone.NEUTRAL
        return tr("container gone"), Tone.BAD
    if entry.proved and container.health is Health.STARTING:
        container = replace(container, health=Health.HEALTHY)
    return container_state(container)


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

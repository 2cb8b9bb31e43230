"""What a release finds, and what it needs that nothing keeps: decided before its first step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from modeldesk.core.containers.model import ContainerStatus, PortBinding
from modeldesk.core.errors import NotFound, ReleaseError
from modeldesk.core.gateway.names import gateway_name
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.ports import ImageEngine
from modeldesk.core.releases.history import as_served
from modeldesk.core.releases.model import (
    DEPLOYMENT_LABEL,
    RELEASE_LABEL,
    Deployment,
    DeploymentKey,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    Target,
    VersionContainer,
    VersionTarget,
)
from modeldesk.core.releases.plan import Situation, Standing
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.releases.routing import gateway_spec, ports_for_return
from modeldesk.core.releases.tools import Tools, is_cut_off, is_there, release_label, runs
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Intent:
    """A release that is wanted. `wanted` is what the deployment is to be, but for what runs;
    `known` what it is, None for a first one."""

    kind: ReleaseKind
    known: Deployment | None
    wanted: Deployment
    target: VersionTarget
    why: str
    reused: VersionContainer | None = None
    """The target's container, kept from when it served."""
    secrets: Mapping[str, str] | None = None
    ports_asked: tuple[PortBinding, ...] = ()
    """Those to fall back to where `wanted` has what the engine chose for a first try that
    failed, and another has got it since."""


def situation(tools: Tools, intent: Intent) -> Situation:
    """What the release finds on the engine."""
    known, settings = intent.known, intent.wanted.settings
    live = known is not None and not known.stopped and known.container is not None
    behind = known is not None and known.behind_gateway
    canary = intent.kind is ReleaseKind.CANARY
    takes_over = (
        live
        and not canary
        and known is not None
        and not (behind and known.settings.ports == settings.ports)
    )
    stands = live and behind and known is not None and not takes_over
    return Situation(
        target=_standing(tools.engine, intent.wanted.name, intent.reused),
        gateway_stands=stands and tools.gateway.applied(gateway_spec(intent.wanted)) is not None,
        takes_over=takes_over,
        port_owner_runs=takes_over
        and not behind
        and known is not None
        and runs(tools.engine, known.container),
        smoke=settings.smoke is not None and intent.kind is not ReleaseKind.ROLLBACK,
        drain=stands and not canary and settings.keep_warm_s < settings.drain_s,
        canary=canary,
    )


def _standing(
    engine: ImageEngine, name: DeploymentName, reused: VersionContainer | None
) -> Standing:
    if reused is None:
        return Standing.NOTHING
    runs_now = engine.container(reused.container).summary.status is ContainerStatus.RUNNING
    # What can't be reached is made anew as it is started.
    warm = runs_now and not is_cut_off(engine, name, reused)
    return Standing.WARM if warm else Standing.STOPPED


def kept_container(
    engine: ImageEngine, deployment: Deployment, target: VersionTarget
) -> VersionContainer | None:
    """The newest container of the target that was kept and is still there."""
    for kept in deployment.kept:
        version = kept.version
        if version.target.image == target.image and is_there(engine, version.container):
            return version
    return None


def settings_for_return(
    records: ReleaseRecords,
    deployment: Deployment,
    target: VersionTarget,
    reused: VersionContainer | None,
) -> ServiceSettings:
    """Those the target ran with; those of now where that was not kept."""
    ran = (
        release.revision
        for release in reversed(as_served(records.releases(deployment.key)))
        if release.target.image == target.image
    )
    revision = reused.revision if reused else next(ran, 0)
    then = records.settings(deployment.key).get(revision) if revision else None
    if then is None:
        return deployment.settings
    return replace(then, ports=ports_for_return(deployment.settings.ports, then.ports))


def revision_of(records: ReleaseRecords, key: DeploymentKey, settings: ServiceSettings) -> int:
    """The number of these settings among the deployment's, which is a new one for new ones."""
    known = records.settings(key)
    same = (number for number, one in known.items() if number and one == settings)
    return next(same, 0) or max(known, default=0) + 1


def ports_of_last_try(records: ReleaseRecords, key: DeploymentKey) -> tuple[PortBinding, ...]:
    """Those of a first release that failed, for the next one: a person who let the engine choose
    a port finds the same again."""
    last = next(iter(records.releases(key)), None)
    if last is None or last.state is not ReleaseState.FAILED:
        return ()
    tried = records.settings(key).get(last.revision)
    return tried.ports if tried else ()


def secret_values(
    engine: ImageEngine,
    settings: ServiceSettings,
    known: Deployment | None,
    given: Mapping[str, str],
) -> dict[str, str]:
    """A value for every secret variable: as given, else as the container that serves has it, or
    one that served before. Raises `ReleaseError`."""
    values = {name: given[name] for name in settings.secret_names if name in given}
    places = [known.container, *(k.version.container for k in known.kept)] if known else []
    for container in places:
        missing = [name for name in settings.secret_names if name not in values]
        if not missing:
            break
        found = _environment(engine, container)
        values |= {name: found[name] for name in missing if name in found}
    unknown = [name for name in settings.secret_names if name not in values]
    if unknown:
        raise ReleaseError(
            tr("The value of {names} is not known.", names=", ".join(unknown)),
            tr("Secret values are never stored: deploy again and enter them."),
        )
    return values


def _environment(engine: ImageEngine, container: ContainerId | None) -> Mapping[str, str]:
    if container is None:
        return {}
    try:
        return engine.container(container).environment
    except NotFound:
        return {}


def check_target(deployment: Deployment, target: Target) -> None:
    """Raise `ReleaseError` when the deployment runs as something else than is dealt with."""
    if deployment.settings.target is target:
        return
    name = deployment.name
    raise ReleaseError(
        tr("“{name}” runs as a service of the swarm, not as a container.", name=name)
        if target is Target.CONTAINERS
        else tr("“{name}” runs as a container of this engine, not on its swarm.", name=name),
        tr("Choose another name, or remove that deployment first."),
    )


def check_unclaimed(tools: Tools, key: DeploymentKey) -> None:
    """Raise `ReleaseError` when containers of the name are on the engine which these records know
    nothing of: another account's, or what was left when records were lost."""
    own = {release_label(one) for one in tools.records.releases(key)}
    strange = [
        one.name
        for one in tools.engine.list_containers()
        if one.name == gateway_name(key.name)
        or (
            one.labels.get(DEPLOYMENT_LABEL) == key.name
            and one.labels.get(RELEASE_LABEL) not in own
        )
    ]
    if strange:
        raise _claimed(key.name, strange)


def _claimed(name: DeploymentName, containers: list[str]) -> ReleaseError:
    return ReleaseError(
        tr(
            "The engine has containers of a deployment “{name}” that these records do not know: "
            "{containers}.",
            name=name,
            containers=", ".join(containers),
        ),
        tr("Choose another name; or remove them, if nobody needs them."),
    )

"""Deployments and releases as rows hold them."""

import base64
from dataclasses import asdict
from typing import Any

from modeldesk.adapters.sqlite.connections import Value
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.containers.model import ContainerLimits, Mount, PortBinding
from modeldesk.core.gateway.model import Split, SplitKey
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.releases.model import (
    CanaryContainer,
    Deployment,
    DeploymentKey,
    EnvironmentName,
    JournalEntry,
    KeptContainer,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    SwarmSettings,
    VersionContainer,
    VersionTarget,
    backend_name,
)

Row = tuple[Value, ...]

DEPLOYMENT = (
    "engine, name, model, image, reference, digest, container, created, environment, revision, "
    '"release", serving, address, gateway_image, stopped'
)
RELEASE = (
    "engine, deployment, kind, image, reference, digest, previous_image, previous_reference, "
    "previous_digest, started, who, why, state, finished, error, revision, ended_by"
)
JOURNAL = '"release", position, step, phase, container, time'
CONTAINER = (
    'engine, deployment, "release", container, address, image, reference, digest, revision, '
    "replaced, share, split_key, split_field, salt, mirrored"
)


def settings_json(settings: ServiceSettings) -> str:
    """What `settings_of` reads."""
    limits, smoke = settings.limits, settings.smoke
    return to_json(
        {
            "ports": [
                (p.container_port, p.host_port, p.host_address, p.protocol) for p in settings.ports
            ],
            "environment": dict(settings.environment),
            "secret_names": settings.secret_names,
            "mounts": [(m.source, m.target, m.read_only) for m in settings.mounts],
            "health_timeout_s": settings.health_timeout_s,
            "limits": (limits.memory_bytes, limits.cpus, limits.gpus),
            "locked_down": settings.locked_down,
            "smoke": smoke
            and (
                smoke.method,
                smoke.path,
                base64.b64encode(smoke.body).decode(),
                smoke.content_type,
            ),
            "keep_warm_s": settings.keep_warm_s,
            "drain_s": settings.drain_s,
            "swarm": settings.swarm and asdict(settings.swarm),
        }
    )


def settings_of(text: Value) -> ServiceSettings:
    """What was written now, or before there were gateways."""
    content = from_json(text)
    default = ServiceSettings()
    return ServiceSettings(
        ports=tuple(PortBinding(*port) for port in content["ports"]),
        environment=content["environment"],
        secret_names=tuple(content["secret_names"]),
        mounts=tuple(Mount(*mount) for mount in content["mounts"]),
        health_timeout_s=content["health_timeout_s"],
        limits=ContainerLimits(*content.get("limits", ())),
        locked_down=content.get("locked_down", default.locked_down),
        smoke=_smoke(content.get("smoke")),
        keep_warm_s=content.get("keep_warm_s", default.keep_warm_s),
        drain_s=content.get("drain_s", default.drain_s),
        swarm=SwarmSettings(**content["swarm"]) if content.get("swarm") else None,
    )


def _smoke(content: Any) -> SmokeRequest | None:
    if content is None:
        return None
    method, path, body, content_type = content
    return SmokeRequest(method, path, base64.b64decode(body), content_type)


def deployment_values(deployment: Deployment) -> Row:
    """The columns of `DEPLOYMENT`."""
    return (
        deployment.engine,
        deployment.name,
        deployment.model,
        *_target_values(deployment.current),
        deployment.container,
        to_text(deployment.created),
        deployment.environment,
        deployment.revision,
        deployment.release,
        deployment.serving,
        deployment.address,
        deployment.gateway_image,
        int(deployment.stopped),
    )


def deployment_of(row: Row, settings: ServiceSettings, containers: list[Row]) -> Deployment:
    """A deployment from its row, and those of the containers beside what serves."""
    engine, name, model, image, reference, digest, container, created, *more = row
    environment, revision, release, serving, address, gateway_image, stopped = more
    return Deployment(
        engine=EngineId(str(engine)),
        name=DeploymentName(str(name)),
        model=ModelName(str(model)),
        settings=settings,
        current=_target(image, reference, digest),
        container=_container(container),
        created=to_time(created),
        environment=EnvironmentName(str(environment)),
        revision=_number(revision),
        release=_number(release),
        serving=_number(serving),
        address=str(address),
        gateway_image=str(gateway_image),
        stopped=bool(stopped),
        kept=tuple(_kept(one) for one in containers if one[9] is not None),
        canary=next((_canary(one) for one in containers if one[9] is None), None),
    )


def container_values(deployment: Deployment) -> list[Row]:
    """The columns of `CONTAINER`, a row for each container beside what serves."""
    rows = [
        (*_version_values(deployment.key, kept.version), to_text(kept.left), *_split(None), 0)
        for kept in deployment.kept
    ]
    canary = deployment.canary
    if canary is not None:
        version = _version_values(deployment.key, canary.version)
        rows.append((*version, None, *_split(canary.split), int(canary.mirrored)))
    return rows


def _version_values(key: DeploymentKey, version: VersionContainer) -> Row:
    return (
        key.engine,
        key.name,
        version.release,
        version.container,
        version.address,
        *_target_values(version.target),
        version.revision,
    )


def _split(split: Split | None) -> Row:
    return (split.share, split.key.value, split.field, split.salt) if split else (None,) * 4


def _version(row: Row) -> VersionContainer:
    release, container, address, image, reference, digest, revision = row[2:9]
    return VersionContainer(
        _number(release),
        ContainerId(str(container)),
        str(address),
        VersionTarget(ImageId(str(image)), str(reference), str(digest)),
        _number(revision),
    )


def _kept(row: Row) -> KeptContainer:
    return KeptContainer(_version(row), to_time(row[9]))


def _canary(row: Row) -> CanaryContainer:
    share, key, field, salt, mirrored = row[10:]
    version = _version(row)
    split = None
    if share is not None:
        name = backend_name(version.release)
        split = Split(name, _number(share), SplitKey(key), str(field), str(salt))
    return CanaryContainer(version, split, mirrored=bool(mirrored))


def release_values(release: Release) -> Row:
    """The columns of `RELEASE`."""
    return (
        release.engine,
        release.deployment,
        release.kind.value,
        *_target_values(release.target),
        *_target_values(release.previous),
        to_text(release.started),
        plain(release.who),
        plain(release.why),
        release.state.value,
        to_text(release.finished) if release.finished else None,
        plain(release.error),
        release.revision,
        plain(release.ended_by),
    )


def release_of(row: Row) -> Release:
    """A release from its number and the columns of `RELEASE`."""
    number, engine, deployment, kind, image, reference, digest, *previous = row[:10]
    started, who, why, state, finished, error, revision, ended_by = row[10:]
    return Release(
        id=_number(number),
        engine=EngineId(str(engine)),
        deployment=DeploymentName(str(deployment)),
        kind=ReleaseKind(kind),
        target=VersionTarget(ImageId(str(image)), str(reference), str(digest)),
        previous=_target(*previous),
        started=to_time(started),
        who=str(who),
        why=str(why),
        state=ReleaseState(state),
        finished=None if finished is None else to_time(finished),
        error=str(error),
        revision=_number(revision),
        ended_by=str(ended_by),
    )


def journal_values(entry: JournalEntry) -> Row:
    """The columns of `JOURNAL`."""
    return (
        entry.release,
        entry.position,
        entry.step,
        entry.phase.value,
        entry.container,
        to_text(entry.time),
    )


def journal_entry_of(row: Row) -> JournalEntry:
    """An entry from the columns of `JOURNAL`."""
    release, position, step, phase, container, time = row
    return JournalEntry(
        release=_number(release),
        position=_number(position),
        step=str(step),
        phase=StepPhase(phase),
        container=_container(container),
        time=to_time(time),
    )


def _target_values(target: VersionTarget | None) -> tuple[Value, Value, Value]:
    return (target.image, target.reference, target.digest) if target else (None, None, None)


def _target(image: Value, reference: Value, digest: Value) -> VersionTarget | None:
    if image is None:
        return None
    return VersionTarget(ImageId(str(image)), str(reference), str(digest))


def _container(value: Value) -> ContainerId | None:
    return None if value is None else ContainerId(str(value))


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value

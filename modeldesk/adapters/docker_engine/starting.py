"""Containers are made from what is asked for, and started."""

import re

from docker import APIClient
from docker.types import DeviceRequest, Healthcheck, LogConfig
from docker.types import Mount as LibraryMount

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.containers import remove_container
from modeldesk.adapters.docker_engine.fields import mapping, text
from modeldesk.core.containers.model import ContainerSpec, Mount
from modeldesk.core.errors import EngineError, InvalidInput
from modeldesk.core.ids import ContainerId
from modeldesk.core.words import tr

_CHECK_EVERY_NS, _CHECK_TAKES_NS = 30 * 10**9, 10 * 10**9
_CPU = 10**9
_LOG_FILES = 2
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_NO_GPU = ("could not select device driver", "unresolvable cdi devices")


def create_container(connection: Connection, spec: ContainerSpec) -> ContainerId:
    """Create, with an init process that passes signals on: a program that is process 1 itself
    ignores the request to stop until it is killed."""
    with connection.client() as client:
        made = mapping(
            client.create_container(
                spec.image,
                list(spec.command) or None,
                name=spec.name or None,
                ports=[(port.container_port, port.protocol) for port in spec.ports],
                environment=dict(spec.environment),
                labels=dict(spec.labels),
                host_config=_host_config(client, spec),
                networking_config=_networking(spec),
                healthcheck=_check(spec.check),
            )
        )
    return ContainerId(text(made.get("Id")))


def start_container(connection: Connection, identity: ContainerId) -> None:
    """Raises `PortTaken`, `NotFound`, or `EngineError` with the engine's reason. One that wants a
    GPU where there is none can't ever be started: it is removed."""
    try:
        with connection.client() as client:
            client.start(identity)
    except InvalidInput as error:
        # The engine calls an image whose command is not there bad input; the caller's is fine.
        raise EngineError(
            tr("The container could not be started."),
            tr("Check the command of the image."),
            error.detail,
        ) from error
    except EngineError as error:
        if not any(words in error.detail.lower() for words in _NO_GPU):
            raise
        remove_container(connection, identity)
        raise EngineError(
            tr("The engine has no GPU that a container could get."),
            tr("Ask for none, or install NVIDIA's container toolkit on the engine's machine."),
            error.detail,
        ) from error


def _host_config(client: APIClient, spec: ContainerSpec) -> dict[str, object]:
    bound: dict[int | str, list[tuple[str, int | None]]] = {}
    for port in spec.ports:
        inside = f"{port.container_port}/{port.protocol}"
        bound.setdefault(inside, []).append((port.host_address, port.host_port or None))
    limits = spec.limits
    made: dict[str, object] = client.create_host_config(
        port_bindings=bound,
        mounts=[_library_mount(mount) for mount in spec.mounts],
        init=True,
        restart_policy={"Name": "unless-stopped"} if spec.restart_unless_stopped else None,
        read_only=spec.locked_down,
        security_opt=["no-new-privileges"] if spec.locked_down else None,
        cap_drop=["ALL"] if spec.locked_down else None,
        network_mode=spec.network or None,
        mem_limit=limits.memory_bytes or None,
        nano_cpus=round(limits.cpus * _CPU) or None,
        device_requests=_gpus(limits.gpus),
        log_config=_log_config(spec.kept_log_bytes),
    )
    return made


def _gpus(count: int) -> list[DeviceRequest] | None:
    return [DeviceRequest(count=count, capabilities=[["gpu"]])] if count else None


def _log_config(kept_bytes: int) -> LogConfig | None:
    """In files that take turns, by the one driver that every engine has and can follow."""
    if not kept_bytes:
        return None
    each = max(1, kept_bytes // _LOG_FILES)
    return LogConfig(type="json-file", config={"max-size": f"{each}", "max-file": f"{_LOG_FILES}"})


def _networking(spec: ContainerSpec) -> dict[str, object] | None:
    if not spec.address:
        return None
    end = {"IPAMConfig": {"IPv4Address": spec.address}}
    return {"EndpointsConfig": {spec.network: end}}


def _check(line: str) -> Healthcheck | None:
    if not line:
        return None
    return Healthcheck(test=["CMD-SHELL", line], interval=_CHECK_EVERY_NS, timeout=_CHECK_TAKES_NS)


def _library_mount(mount: Mount) -> LibraryMount:
    return LibraryMount(
        mount.target,
        mount.source,
        type="bind" if is_folder(mount.source) else "volume",
        read_only=mount.read_only,
    )


def is_folder(source: str) -> bool:
    """Whether a mount's source is a host folder, not a volume's name."""
    return source.startswith("/") or _DRIVE.match(source) is not None

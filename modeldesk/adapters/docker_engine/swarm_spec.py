"""Services of a swarm as the engine's JSON."""

from collections.abc import Mapping

from modeldesk.adapters.docker_engine.fields import Object, mapping
from modeldesk.adapters.docker_engine.starting import is_folder
from modeldesk.core.containers.model import Mount
from modeldesk.core.swarm.model import (
    PublishMode,
    SecretRef,
    ServiceSpec,
    UpdateRule,
)

_SECOND = 10**9
_NO_NEW_RIGHTS_API = (1, 44)
_READABLE = 0o444
_RESTART_NS = 1 * _SECOND


def written(spec: ServiceSpec, api_version: str, before: Object | None = None) -> Object:
    """`spec` for the engine. What `before`, the service's own document, says of things that a
    spec does not speak of (where its tasks may run, where its logs go) stays."""
    before = before or {}
    template = mapping(before.get("TaskTemplate"))
    return {
        **before,
        "Name": spec.name,
        "Labels": dict(spec.labels),
        "TaskTemplate": {
            **template,
            "ContainerSpec": {
                **mapping(template.get("ContainerSpec")),
                **_container(spec, api_version),
            },
            "Resources": {
                **mapping(template.get("Resources")),
                "Limits": {
                    "MemoryBytes": spec.limits.memory_bytes,
                    "NanoCPUs": round(spec.limits.cpus * _SECOND),
                },
            },
            "RestartPolicy": {"Condition": "any", "Delay": _RESTART_NS},
            "Networks": [{"Target": name} for name in spec.networks],
        },
        "Mode": {"Replicated": {"Replicas": spec.replicas}},
        "UpdateConfig": _rule(spec.update),
        "RollbackConfig": _rule(spec.rollback),
        "EndpointSpec": _endpoint(spec),
    }


def _container(spec: ServiceSpec, api_version: str) -> Mapping[str, object]:
    content: dict[str, object] = {
        "Image": spec.image,
        "Args": list(spec.command) or None,
        "Env": [f"{name}={value}" for name, value in spec.environment.items()],
        # A program that is process 1 itself ignores the request to stop until it is killed.
        "Init": True,
        "ReadOnly": spec.locked_down,
        "CapabilityDrop": ["ALL"] if spec.locked_down else None,
        "StopGracePeriod": round(spec.stop_grace_s * _SECOND),
        "Mounts": [_mount(mount) for mount in spec.mounts],
        "Secrets": [_secret(one) for one in spec.secrets],
    }
    if tuple(map(int, api_version.split("."))) >= _NO_NEW_RIGHTS_API:
        content["Privileges"] = {"NoNewPrivileges": spec.locked_down}
    return content


def _mount(mount: Mount) -> Object:
    kind = "bind" if is_folder(mount.source) else "volume"
    return {
        "Type": kind,
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
    }


def _secret(secret: SecretRef) -> Object:
    return {
        "SecretID": secret.id,
        "SecretName": secret.name,
        "File": {"Name": secret.file, "UID": "0", "GID": "0", "Mode": _READABLE},
    }


def _rule(rule: UpdateRule) -> Object:
    return {
        "Parallelism": rule.parallelism,
        "Delay": round(rule.delay_s * _SECOND),
        "Monitor": round(rule.monitor_s * _SECOND),
        "MaxFailureRatio": rule.max_failure_ratio,
        "Order": rule.order.value,
        "FailureAction": rule.failure_action.value,
    }


def _endpoint(spec: ServiceSpec) -> Object:
    """Ports that every machine publishes are those of one address for all tasks, too."""
    shared = spec.one_address or any(port.mode is PublishMode.INGRESS for port in spec.ports)
    return {
        "Mode": "vip" if shared else "dnsrr",
        "Ports": [
            {
                "Protocol": port.protocol,
                "TargetPort": port.container_port,
                "PublishedPort": port.published,
                "PublishMode": port.mode.value,
            }
            for port in spec.ports
        ],
    }

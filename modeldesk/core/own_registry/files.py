"""What a registry of one's own is given to read, and how its container is made (pure)."""

import json
from collections.abc import Mapping

from modeldesk.core.containers.model import LOOPBACK, ContainerSpec, Mount, PortBinding, Volume
from modeldesk.core.ids import ImageId
from modeldesk.core.labels import (
    OWN_REGISTRY_HOST_LABEL,
    OWN_REGISTRY_LABEL,
    OWN_REGISTRY_PART_LABEL,
)

REGISTRY, COLLECTOR = "registry", "collector"
"""What a container of ours is."""
DATA = "/var/lib/registry"
"""Where the volume is in every container. The registry itself makes one folder in it, ``docker``;
what is given to it lies in another."""
_GIVEN = "modeldesk"
_CONFIG, _PASSWORDS = f"{_GIVEN}/config.json", f"{_GIVEN}/htpasswd"
_PORT = 5000
_CHECK = (
    f"wget -q -O /dev/null http://127.0.0.1:{_PORT}/ 2>/dev/null"
    f" || curl -fs -o /dev/null http://127.0.0.1:{_PORT}/ 2>/dev/null"
    f" || bash -c '</dev/tcp/127.0.0.1/{_PORT}'"
)
"""By what the image has of these. The registry answers there without a sign-in, and not once it
can't reach its data."""


def volume_of(owner: str) -> Volume:
    """The volume of `owner`'s registry."""
    return Volume(f"modeldesk-registry-{owner}", {OWN_REGISTRY_LABEL: owner})


def files(passwords: bytes, upload_secret: str) -> Mapping[str, bytes]:
    """What is put into the volume: the configuration, and who may come in. JSON is YAML too."""
    config = {
        "version": "0.1",
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": DATA}, "delete": {"enabled": True}},
        # With a secret that stays, an upload can go on after a restart.
        "http": {"addr": f":{_PORT}", "secret": upload_secret},
        "health": {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}},
        "auth": {"htpasswd": {"realm": "modeldesk", "path": f"{DATA}/{_PASSWORDS}"}},
    }
    return {_CONFIG: json.dumps(config, indent=2).encode(), _PASSWORDS: passwords}


def registry_spec(owner: str, image: ImageId, port: int) -> ContainerSpec:
    """The registry, at a port of this machine alone. What is secret comes by `files`, never in
    here: everybody who may ask the engine sees this."""
    volume = volume_of(owner)
    return ContainerSpec(
        image=image,
        name=volume.name,
        ports=(PortBinding(_PORT, port, LOOPBACK),),
        # Registries from 3.0 on would else look for somebody to send traces to.
        environment={"OTEL_TRACES_EXPORTER": "none"},
        mounts=(Mount(volume.name, DATA),),
        labels={
            OWN_REGISTRY_LABEL: owner,
            OWN_REGISTRY_PART_LABEL: REGISTRY,
            OWN_REGISTRY_HOST_LABEL: host_at(port),
        },
        restart_unless_stopped=True,
        command=("serve", f"{DATA}/{_CONFIG}"),
        check=_CHECK,
        locked_down=True,
    )


def collector_spec(owner: str, image: ImageId, *, untagged: bool) -> ContainerSpec:
    """What collects garbage while the registry is stopped; of `untagged` manifests too."""
    volume = volume_of(owner)
    return ContainerSpec(
        image=image,
        name=f"{volume.name}-collector",
        environment={"OTEL_TRACES_EXPORTER": "none"},
        mounts=(Mount(volume.name, DATA),),
        labels={
            OWN_REGISTRY_LABEL: owner,
            OWN_REGISTRY_PART_LABEL: COLLECTOR,
        },
        command=("garbage-collect", *(("-m",) if untagged else ()), f"{DATA}/{_CONFIG}"),
        locked_down=True,
    )


def host_at(port: int) -> str:
    """The registry at a port of this machine, as references name it."""
    return f"{LOOPBACK}:{port}"

"""Containers: listed in one call, looked into, stopped and removed."""

import re
from collections.abc import Iterable
from dataclasses import replace

from docker.errors import APIError
from docker.errors import NotFound as LibraryNotFound

from modeldesk.adapters.docker_engine.connection import Connection
from modeldesk.adapters.docker_engine.fields import (
    Object,
    happened,
    items,
    labels,
    mapping,
    moment,
    number,
    text,
    texts,
)
from modeldesk.adapters.docker_engine.health import check_output
from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerStatus,
    ContainerSummary,
    Health,
    Mount,
    PortBinding,
)
from modeldesk.core.ids import ContainerId, ImageId

_OTHER_WORDS = {
    # Podman's own.
    "configured": ContainerStatus.CREATED,
    "initialized": ContainerStatus.CREATED,
    "stopped": ContainerStatus.EXITED,
    "stopping": ContainerStatus.RUNNING,
}
_HEALTH_IN_STATUS = re.compile(r"\((?:health: )?(starting|healthy|unhealthy)\)")


def list_containers(connection: Connection) -> tuple[ContainerSummary, ...]:
    """Every container, stopped ones too."""
    with connection.client() as client:
        entries = items(client.containers(all=True))
    return tuple(read_summary(mapping(entry)) for entry in entries)


def container(connection: Connection, identity: ContainerId) -> ContainerDetail:
    """Raises `NotFound`."""
    with connection.client() as client:
        inspected = mapping(client.inspect_container(identity))
    return read_detail(inspected)


def stop_container(connection: Connection, identity: ContainerId, grace_seconds: int) -> None:
    with connection.client() as client:
        client.stop(identity, timeout=grace_seconds)


def remove_container(connection: Connection, identity: ContainerId) -> None:
    """Remove it with its unnamed volumes, running or not."""
    with connection.client() as client:
        try:
            client.remove_container(identity, v=True, force=True)
        except LibraryNotFound:
            return
        except APIError as error:
            if "already in progress" not in (error.explanation or ""):
                raise


def rename_container(connection: Connection, identity: ContainerId, name: str) -> None:
    with connection.client() as client:
        client.rename(identity, name)


def read_summary(entry: Object) -> ContainerSummary:
    """An entry of the engine's list."""
    return ContainerSummary(
        id=ContainerId(text(entry.get("Id"))),
        name=_name(texts(entry.get("Names"))),
        image_id=ImageId(text(entry.get("ImageID"))),
        status=_status(text(entry.get("State"))),
        health=_listed_health(entry),
        ports=_listed_ports(items(entry.get("Ports"))),
        created=moment(entry.get("Created")),
        labels=labels(entry.get("Labels")),
        networks=addresses(entry),
    )


def read_detail(inspected: Object) -> ContainerDetail:
    """What inspect says."""
    state = mapping(inspected.get("State"))
    config = mapping(inspected.get("Config"))
    health = mapping(state.get("Health") or state.get("Healthcheck"))
    summary = ContainerSummary(
        id=ContainerId(text(inspected.get("Id"))),
        name=text(inspected.get("Name")).removeprefix("/"),
        image_id=ImageId(text(inspected.get("Image"))),
        status=_status(text(state.get("Status"))),
        health=_health(text(health.get("Status"))),
        ports=_inspected_ports(
            mapping(mapping(inspected.get("NetworkSettings")).get("Ports")),
        ),
        created=moment(inspected.get("Created")).replace(microsecond=0),
        labels=labels(config.get("Labels")),
        networks=addresses(inspected),
    )
    return ContainerDetail(
        summary=summary,
        exit_code=number(state.get("ExitCode")),
        out_of_memory=state.get("OOMKilled") is True,
        error=text(state.get("Error")),
        started=happened(state.get("StartedAt")),
        finished=happened(state.get("FinishedAt")),
        restarts=number(inspected.get("RestartCount")),
        environment=read_environment(texts(config.get("Env"))),
        mounts=tuple(_mount(mapping(mount)) for mount in items(inspected.get("Mounts"))),
        checked=_checked(health),
    )


def _checked(health: Object) -> str:
    """What the last run of its check that the engine keeps said; one that passed says nothing."""
    runs = items(health.get("Log"))
    last = mapping(runs[-1]) if runs else {}
    code = number(last.get("ExitCode"))
    return check_output(text(last.get("Output")), code) if code else ""


def addresses(entry: Object) -> dict[str, str]:
    """A container's address on each of its networks, listed or inspected: the fixed one, which a
    stopped container has too, else what it has now."""
    networks = mapping(mapping(entry.get("NetworkSettings")).get("Networks"))
    ends = {name: mapping(end) for name, end in networks.items()}
    return {
        name: text(mapping(end.get("IPAMConfig")).get("IPv4Address")) or text(end.get("IPAddress"))
        for name, end in ends.items()
    }


def _name(names: tuple[str, ...]) -> str:
    """Its own name; those of links to it have two slashes."""
    own = [name.removeprefix("/") for name in names if "/" not in name.removeprefix("/")]
    return own[0] if own else ""


def _status(word: str) -> ContainerStatus:
    if word in _OTHER_WORDS:
        return _OTHER_WORDS[word]
    try:
        return ContainerStatus(word)
    except ValueError:
        return ContainerStatus.EXITED


def _health(word: str) -> Health:
    try:
        return Health(word)
    except ValueError:
        return Health.NONE


def _listed_health(entry: Object) -> Health:
    """Newer engines list it; for the others it stands in the text for people."""
    word = text(mapping(entry.get("Health")).get("Status"))
    match = _HEALTH_IN_STATUS.search(text(entry.get("Status")))
    return _health(word or (match[1] if match else ""))


def _listed_ports(ports: list[object]) -> tuple[PortBinding, ...]:
    found = (mapping(port) for port in ports)
    return _bindings(
        PortBinding(
            container_port=number(port.get("PrivatePort")),
            host_port=number(port.get("PublicPort")),
            host_address=text(port.get("IP")),
            protocol=text(port.get("Type")) or "tcp",
        )
        for port in found
        if number(port.get("PublicPort"))
    )


def _inspected_ports(ports: Object) -> tuple[PortBinding, ...]:
    found = []
    for name, bindings in ports.items():
        port, _, protocol = name.partition("/")
        for binding in map(mapping, items(bindings)):
            host_port = text(binding.get("HostPort"))
            if port.isdecimal() and host_port.isdecimal():
                address = text(binding.get("HostIp"))
                found.append(PortBinding(int(port), int(host_port), address, protocol or "tcp"))
    return _bindings(found)


def _bindings(found: Iterable[PortBinding]) -> tuple[PortBinding, ...]:
    """Sorted, and without the twin that the engine adds for IPv6 beside “every address”."""
    bindings = {replace(port, host_address=port.host_address or "0.0.0.0") for port in found}
    twins = {
        port
        for port in bindings
        if port.host_address == "::" and replace(port, host_address="0.0.0.0") in bindings
    }
    return tuple(sorted(bindings - twins, key=lambda port: (port.container_port, port.host_port)))


def read_environment(lines: tuple[str, ...]) -> dict[str, str]:
    """From ``NAME=value`` each."""
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _mount(mount: Object) -> Mount:
    named = text(mount.get("Type")) == "volume"
    return Mount(
        source=text(mount.get("Name" if named else "Source")),
        target=text(mount.get("Destination")),
        read_only=mount.get("RW") is False,
    )

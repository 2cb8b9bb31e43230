"""What a manager says of its swarm, read."""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from modeldesk.adapters.docker_engine.containers import read_environment
from modeldesk.adapters.docker_engine.fields import (
    Object,
    happened,
    items,
    labels,
    mapping,
    number,
    text,
    texts,
)
from modeldesk.core.containers.model import ContainerLimits, Mount
from modeldesk.core.ids import ContainerId
from modeldesk.core.swarm.model import (
    Availability,
    FailureAction,
    Membership,
    Node,
    NodeId,
    NodeRole,
    NodeState,
    Order,
    PublishMode,
    SecretId,
    SecretRef,
    ServiceId,
    ServiceSpec,
    SwarmPort,
    SwarmSecret,
    SwarmService,
    SwarmTask,
    TaskId,
    TaskState,
    UpdateRule,
    UpdateState,
)

_SECOND = 10**9
_GOES_ON = ("accepted", "ready", "running")
Word = TypeVar("Word", bound=Enum)


def read_membership(info: Object) -> Membership:
    """From the engine's answer to ``/info``."""
    swarm = mapping(info.get("Swarm"))
    state = text(swarm.get("LocalNodeState"))
    if state == "active":
        manages = swarm.get("ControlAvailable") is True
        return Membership.MANAGER if manages else Membership.WORKER
    if state in ("pending", "error"):
        return Membership.UNSETTLED
    return Membership.LOCKED if state == "locked" else Membership.NONE


def read_node(entry: Object) -> Node:
    """An entry of the list of machines."""
    spec, status = mapping(entry.get("Spec")), mapping(entry.get("Status"))
    description = mapping(entry.get("Description"))
    manager = mapping(entry.get("ManagerStatus"))
    return Node(
        id=NodeId(text(entry.get("ID"))),
        name=text(description.get("Hostname")) or text(spec.get("Name")),
        role=_word(NodeRole, spec.get("Role"), NodeRole.WORKER),
        state=_word(NodeState, status.get("State"), NodeState.UNKNOWN),
        availability=_word(Availability, spec.get("Availability"), Availability.ACTIVE),
        leader=manager.get("Leader") is True,
        address=text(status.get("Addr")),
        engine_version=text(mapping(description.get("Engine")).get("EngineVersion")),
        architecture=text(mapping(description.get("Platform")).get("Architecture")),
        message=text(status.get("Message")),
    )


def read_service(entry: Object, networks: Mapping[str, str]) -> SwarmService:
    """A service; `networks` tells names by ids."""
    update, endpoint = mapping(entry.get("UpdateStatus")), mapping(entry.get("Endpoint"))
    published = _ports(items(endpoint.get("Ports")))
    return SwarmService(
        id=ServiceId(text(entry.get("ID"))),
        version=version_of(entry),
        spec=read_spec(mapping(entry.get("Spec")), networks),
        update=_word(UpdateState, update.get("State"), UpdateState.NONE),
        update_message=text(update.get("Message")),
        published=tuple(one for one in published if one.mode is PublishMode.INGRESS),
        virtual=_virtual(items(endpoint.get("VirtualIPs")), networks),
        previous_image=text(_container(mapping(entry.get("PreviousSpec"))).get("Image")),
    )


def version_of(entry: Object) -> int:
    """By which a change is refused when there was another."""
    return number(mapping(entry.get("Version")).get("Index"))


def network_ids(entry: Object) -> tuple[str, ...]:
    """The networks of a service."""
    template = mapping(mapping(entry.get("Spec")).get("TaskTemplate"))
    return tuple(text(mapping(one).get("Target")) for one in items(template.get("Networks")))


def read_spec(spec: Object, networks: Mapping[str, str]) -> ServiceSpec:
    """What was asked for."""
    template, container = mapping(spec.get("TaskTemplate")), _container(spec)
    limits = mapping(mapping(template.get("Resources")).get("Limits"))
    replicated = mapping(mapping(spec.get("Mode")).get("Replicated"))
    endpoint = mapping(spec.get("EndpointSpec"))
    ports = _ports(items(endpoint.get("Ports")))
    shared = any(port.mode is PublishMode.INGRESS for port in ports)
    used = (text(mapping(one).get("Target")) for one in items(template.get("Networks")))
    return ServiceSpec(
        name=text(spec.get("Name")),
        image=text(container.get("Image")),
        replicas=number(replicated.get("Replicas")),
        environment=read_environment(texts(container.get("Env"))),
        mounts=tuple(_mount(mapping(one)) for one in items(container.get("Mounts"))),
        limits=ContainerLimits(
            number(limits.get("MemoryBytes")), number(limits.get("NanoCPUs")) / _SECOND
        ),
        secrets=tuple(_secret(mapping(one)) for one in items(container.get("Secrets"))),
        ports=ports,
        networks=tuple(networks.get(one, one) for one in used),
        one_address=endpoint.get("Mode") == "vip" and not shared,
        labels=labels(spec.get("Labels")),
        command=texts(container.get("Args")),
        locked_down=container.get("ReadOnly") is True,
        stop_grace_s=number(container.get("StopGracePeriod")) / _SECOND,
        update=_rule(mapping(spec.get("UpdateConfig"))),
        rollback=_rule(mapping(spec.get("RollbackConfig"))),
    )


def read_task(entry: Object) -> SwarmTask:
    """An entry of the list of tasks."""
    status = mapping(entry.get("Status"))
    container = mapping(status.get("ContainerStatus"))
    state = _word(TaskState, status.get("State"), TaskState.NEW)
    ended_with = container.get("ExitCode")
    return SwarmTask(
        id=TaskId(text(entry.get("ID"))),
        service=ServiceId(text(entry.get("ServiceID"))),
        slot=number(entry.get("Slot")),
        image=text(mapping(mapping(entry.get("Spec")).get("ContainerSpec")).get("Image")),
        state=state,
        wanted=text(entry.get("DesiredState")) in _GOES_ON and not state.ended,
        node=NodeId(text(entry.get("NodeID"))) if entry.get("NodeID") else None,
        message=text(status.get("Message")),
        error=text(status.get("Err")),
        exit_code=number(ended_with) if state.ended and ended_with is not None else None,
        container=_container_id(container),
        addresses=_addresses(items(entry.get("NetworksAttachments"))),
        ports=_ports(items(mapping(status.get("PortStatus")).get("Ports"))),
        since=happened(status.get("Timestamp")),
    )


def read_secret(entry: Object) -> SwarmSecret:
    """An entry of the list of secrets, which has no values."""
    spec = mapping(entry.get("Spec"))
    return SwarmSecret(
        SecretId(text(entry.get("ID"))), text(spec.get("Name")), labels(spec.get("Labels"))
    )


def _container(spec: Object) -> Object:
    return mapping(mapping(spec.get("TaskTemplate")).get("ContainerSpec"))


def _container_id(status: Object) -> ContainerId | None:
    found = text(status.get("ContainerID"))
    return ContainerId(found) if found else None


def _word(words: type[Word], value: object, otherwise: Word) -> Word:
    try:
        return words(value)
    except ValueError:
        return otherwise


def _mount(mount: Object) -> Mount:
    return Mount(
        text(mount.get("Source")), text(mount.get("Target")), mount.get("ReadOnly") is True
    )


def _secret(secret: Object) -> SecretRef:
    return SecretRef(
        SecretId(text(secret.get("SecretID"))),
        text(secret.get("SecretName")),
        text(mapping(secret.get("File")).get("Name")),
    )


def _rule(rule: Object) -> UpdateRule:
    """What is left out is the engine's own default."""
    ratio = rule.get("MaxFailureRatio")
    return UpdateRule(
        parallelism=number(rule.get("Parallelism")),
        delay_s=number(rule.get("Delay")) / _SECOND,
        monitor_s=number(rule.get("Monitor")) / _SECOND,
        max_failure_ratio=float(ratio) if isinstance(ratio, int | float) else 0.0,
        order=_word(Order, rule.get("Order"), Order.STOP_FIRST),
        failure_action=_word(FailureAction, rule.get("FailureAction"), FailureAction.PAUSE),
    )


def _ports(found: list[object]) -> tuple[SwarmPort, ...]:
    """In order, and without the twin that the engine adds for IPv6."""
    ports = {
        SwarmPort(
            number(port.get("TargetPort")),
            number(port.get("PublishedPort")),
            _word(PublishMode, port.get("PublishMode"), PublishMode.INGRESS),
            text(port.get("Protocol")) or "tcp",
        )
        for port in map(mapping, found)
    }
    return tuple(sorted(ports, key=lambda port: (port.container_port, port.published)))


def _virtual(found: list[object], networks: Mapping[str, str]) -> dict[str, str]:
    """Of the networks that are asked for; that of published ports is the engine's own."""
    addresses = {
        text(one.get("NetworkID")): text(one.get("Addr")).partition("/")[0]
        for one in map(mapping, found)
    }
    return {networks[key]: one for key, one in addresses.items() if key in networks and one}


def _addresses(attachments: list[object]) -> dict[str, str]:
    found = {}
    for attachment in map(mapping, attachments):
        network = mapping(mapping(attachment.get("Network")).get("Spec"))
        addresses = texts(attachment.get("Addresses"))
        if addresses:
            found[text(network.get("Name"))] = addresses[0].partition("/")[0]
    return found

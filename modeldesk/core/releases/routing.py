"""What a deployment's gateway is to be and to do, as the records say it (pure)."""

from collections.abc import Collection
from dataclasses import replace

from modeldesk.core.containers.model import ContainerSummary, PortBinding
from modeldesk.core.errors import InvalidInput
from modeldesk.core.gateway.model import Backend, GatewaySpec, Routing
from modeldesk.core.releases.model import Deployment, VersionContainer
from modeldesk.core.releases.names import version_text
from modeldesk.core.words import tr


def gateway_spec(deployment: Deployment) -> GatewaySpec:
    """The gateway that the deployment is to have."""
    return GatewaySpec(deployment.name, deployment.gateway_image, deployment.settings.ports)


def routing_of(deployment: Deployment | None, beside: VersionContainer | None = None) -> Routing:
    """Where requests are to go. `beside` is known to the gateway too, and gets only requests
    that ask for it."""
    serving = deployment.version if deployment and not deployment.stopped else None
    canary = deployment.canary if deployment and not deployment.stopped else None
    known = (serving, canary.version if canary else None, beside)
    backends = {one.backend: backend_of(one) for one in known if one}
    return Routing(
        serving.backend if serving else "",
        tuple(backends.values()),
        canary.split if canary and canary.split and canary.split.share else None,
        canary.version.backend if canary and canary.mirrored else "",
    )


def backend_of(version: VersionContainer) -> Backend:
    """The container as a gateway knows it."""
    return Backend(version.backend, version.address, version_text(version.target.reference))


def check_ports(ports: Collection[PortBinding]) -> None:
    """Raise `InvalidInput` unless a gateway can own them."""
    other = next((port for port in ports if port.protocol != "tcp"), None)
    if other is not None:
        raise InvalidInput(
            tr(
                "Port {port}/{protocol} can’t be a deployment’s: its gateway passes on HTTP.",
                port=other.container_port,
                protocol=other.protocol,
            ),
            tr("Leave that port out, or run the version as a single container."),
        )
    if not ports:
        raise InvalidInput(
            tr("A deployment needs a port, by which its callers reach it."),
            tr("Name the port the model answers HTTP at, or run it as a single container."),
        )
    inside = [port.container_port for port in ports]
    if len(set(inside)) < len(inside):
        raise InvalidInput(
            tr("A port in the container is published twice."),
            tr("Publish each port of the container once."),
        )


def settled_ports(
    asked: tuple[PortBinding, ...], has: tuple[PortBinding, ...]
) -> tuple[PortBinding, ...]:
    """`asked`, where “any free port” is the one the deployment has already."""
    known = {(port.container_port, port.host_address): port.host_port for port in has}
    return tuple(
        replace(
            port,
            host_port=port.host_port or known.get((port.container_port, port.host_address), 0),
        )
        for port in asked
    )


def ports_for_return(
    now: tuple[PortBinding, ...], then: tuple[PortBinding, ...]
) -> tuple[PortBinding, ...]:
    """With which ports an earlier version comes back: callers keep the address they have, unless
    that version answers at other ports inside."""
    same = {port.container_port for port in now} == {port.container_port for port in then}
    return now if same or not then else then


def chosen_ports(
    asked: tuple[PortBinding, ...], gateway: ContainerSummary
) -> tuple[PortBinding, ...]:
    """`asked` with the ports that the engine chose."""
    return settled_ports(asked, gateway.ports)

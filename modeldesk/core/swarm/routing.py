"""A gateway in front of a swarm's services. It stands on the engine that manages the swarm, has its
own network as any gateway, and is put on that of the services too."""

from contextlib import suppress
from dataclasses import dataclass

from modeldesk.core.errors import GatewayError, InUse, NotFound
from modeldesk.core.gateway.model import Backend, Routing
from modeldesk.core.gateway.ports import Gateway
from modeldesk.core.jobs import CancelToken
from modeldesk.core.releases.model import Deployment, backend_name
from modeldesk.core.releases.names import version_text
from modeldesk.core.releases.routing import gateway_spec
from modeldesk.core.swarm.following import look
from modeldesk.core.swarm.model import SwarmService, SwarmTask
from modeldesk.core.swarm.ports import SwarmEngine
from modeldesk.core.swarm.rolling import Rolling
from modeldesk.core.swarm.wanted import canary_name, network_name, service_name

_LEAVING_S = 15.0
_LOOK_S = 0.2


def has_gateway(deployment: Deployment) -> bool:
    """Whether callers reach its tasks through one."""
    return deployment.settings.swarm is not None and deployment.settings.swarm.gateway


def addresses(service: SwarmService, tasks: tuple[SwarmTask, ...], network: str) -> tuple[str, ...]:
    """Where requests can go: the one address of all tasks, else that of each that serves."""
    if network in service.virtual:
        return (service.virtual[network],)
    own = {task.addresses[network] for task in tasks if task.serves and network in task.addresses}
    return tuple(sorted(own))


def routing_on_a_swarm(
    deployment: Deployment, stable: Rolling | None, canary: Rolling | None
) -> Routing:
    """Where requests are to go, by what the deployment says and what serves (pure)."""
    network = network_name(deployment.name)
    backends: list[Backend] = []
    current, beside = deployment.current, deployment.canary
    if stable is not None and current is not None and not deployment.stopped:
        called = version_text(current.reference)
        backends += _backend(backend_name(deployment.serving), called, stable, network)
    first = backends[0].name if backends else ""
    if canary is not None and beside is not None:
        called = version_text(beside.version.target.reference)
        backends += _backend(beside.version.backend, called, canary, network)
    there = beside is not None and any(one.name == beside.version.backend for one in backends)
    split = beside.split if beside is not None and there else None
    return Routing(
        first,
        tuple(backends),
        split if split and split.share else None,
        beside.version.backend if beside is not None and there and beside.mirrored else "",
    )


def _backend(name: str, version: str, rolling: Rolling, network: str) -> list[Backend]:
    found = addresses(rolling.service, rolling.tasks, network)
    return [Backend(name, found[0], version, found[1:])] if found else []


@dataclass(frozen=True, slots=True)
class SwarmGateway:
    """The gateways of deployments on one engine's swarm."""

    swarm: SwarmEngine
    gateway: Gateway

    def routing(self, deployment: Deployment) -> Routing:
        """Where requests are to go now."""
        return routing_on_a_swarm(
            deployment,
            self._look(service_name(deployment.name)),
            self._look(canary_name(deployment.name)) if deployment.canary else None,
        )

    def route(self, deployment: Deployment, token: CancelToken) -> str:
        """Have the gateway run, on the services' network too, and send requests as the deployment
        says; the revision it goes by. Raises `GatewayError`, `PortTaken`, `NoSwarm`."""
        spec, routing = gateway_spec(deployment), self.routing(deployment)
        if self.gateway.applied(spec) is None:
            container = self.gateway.ensure(spec, routing, token)
            self.swarm.join_network(network_name(deployment.name), container)
        return self.gateway.apply(spec, routing, token)

    def follow_tasks(self, deployment: Deployment, token: CancelToken) -> "Rerouter":
        """Keeps the gateway by the tasks while these are replaced."""
        return Rerouter(self, deployment, token)

    def remove(self, deployment: Deployment, token: CancelToken) -> None:
        """The gateway goes, then the network, once the tasks have left it."""
        self.gateway.remove(gateway_spec(deployment))
        name, waited = network_name(deployment.name), 0.0
        while True:
            try:
                self.swarm.remove_network(name)
            except InUse:
                if waited > _LEAVING_S or token.wait(_LOOK_S):
                    raise
                waited += _LOOK_S
            else:
                return

    def _look(self, service: str) -> Rolling | None:
        with suppress(NotFound):
            return look(self.swarm, self.swarm.service(service).id)
        return None


class Rerouter:
    """Called with each look at a service, it tells the gateway when other tasks serve. With one
    address for all tasks there is never anything to tell."""

    def __init__(self, gateways: SwarmGateway, deployment: Deployment, token: CancelToken) -> None:
        self._gateways = gateways
        self._deployment = deployment
        self._token = token
        self._known: tuple[str, ...] = ()

    def __call__(self, rolling: Rolling) -> None:
        """A gateway that can't be told goes on as it does; the end of the release tells it."""
        network = network_name(self._deployment.name)
        found = addresses(rolling.service, rolling.tasks, network)
        if found in ((), self._known):
            return
        self._known = found
        with suppress(GatewayError):
            self._gateways.route(self._deployment, self._token)

"""The container of a gateway: found, made, put in another's place, and removed."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network

from modeldesk.adapters.gateway.configuration import FOLDER
from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerSpec,
    ContainerSummary,
    Mount,
    Network,
    Volume,
)
from modeldesk.core.errors import NotFound
from modeldesk.core.gateway.model import GatewaySpec
from modeldesk.core.gateway.names import GATEWAY_LABEL, gateway_labels, gateway_name
from modeldesk.core.ids import ContainerId
from modeldesk.core.ports import ImageEngine

_MADE_LABEL = "io.modeldesk.gateway.made"
"""Stands for what it was made from."""
_LAYOUT = "1"
"""Another one when a gateway's container has to be made otherwise."""
_KEPT_LOG_BYTES = 64 * 1024 * 1024
_STOP_S = 3
_ITS_ADDRESS = 2
"""On its network; the first is the engine's own. It is fixed, so that the engine never gives it
one of a version that does not run at the time."""


class GatewayContainers:
    """Those of one engine's gateways."""

    def __init__(self, engine: ImageEngine) -> None:
        self._engine = engine

    def find(self, spec: GatewaySpec) -> ContainerDetail | None:
        """The one that serves the deployment, running or not, whatever it was made from."""
        name = gateway_name(spec.deployment)
        found = next((one for one in self._of(spec) if one.name == name), None)
        try:
            return self._engine.container(found.id) if found else None
        except NotFound:
            return None

    def remove_left_over(self, spec: GatewaySpec) -> None:
        """What was to take the gateway's place when the program was killed goes: it may have the
        ports and the address."""
        name = gateway_name(spec.deployment)
        for one in self._of(spec):
            if one.name != name:
                self._engine.remove_container(one.id)

    def fits(self, spec: GatewaySpec, gateway: ContainerDetail) -> bool:
        """Whether it was made from the same, and is where callers and versions reach it."""
        made_from = gateway.summary.labels.get(_MADE_LABEL)
        return made_from == _made_from(spec) and self.is_connected(spec, gateway)

    def is_connected(self, spec: GatewaySpec, gateway: ContainerDetail) -> bool:
        """Whether it is on its network still. It publishes nothing without, and yet answers from
        within."""
        return gateway_name(spec.deployment) in gateway.summary.networks

    @contextmanager
    def made(self, spec: GatewaySpec, instead_of: ContainerDetail | None) -> Iterator[ContainerId]:
        """A new one, not started. Once the `with` is left it has taken the other's place; when
        that is by an error it is gone, and the other one is as it was."""
        name = gateway_name(spec.deployment)
        self._engine.create_volume(Volume(name, gateway_labels(spec)))
        network = self._engine.create_network(name, gateway_labels(spec))
        wanted = _container(spec, network, f"{name}-next" if instead_of else name)
        made = self._engine.create_container(wanted)
        try:
            if instead_of is not None:
                self._engine.stop_container(instead_of.summary.id, _STOP_S)
            yield made
        except BaseException:
            self._engine.remove_container(made)
            if instead_of is not None and instead_of.summary.running:
                self._engine.start_container(instead_of.summary.id)
            raise
        if instead_of is not None:
            self._engine.remove_container(instead_of.summary.id)
            self._engine.rename_container(made, name)

    def stop(self, gateway: ContainerDetail) -> None:
        """Nothing happens when it does not run."""
        self._engine.stop_container(gateway.summary.id, _STOP_S)

    def remove(self, spec: GatewaySpec) -> None:
        """All that the deployment's gateway has. Raises `InUse` while others run on its
        network."""
        name = gateway_name(spec.deployment)
        for one in self._of(spec):
            self._engine.remove_container(one.id)
        self._engine.remove_volume(name)
        self._engine.remove_network(name)

    def _of(self, spec: GatewaySpec) -> list[ContainerSummary]:
        every = self._engine.list_containers()
        return [one for one in every if one.labels.get(GATEWAY_LABEL) == spec.deployment]


def configuration_name(spec: GatewaySpec) -> str:
    """The file in the volume. One of other ports has another, so that either can start again."""
    return f"nginx-{_made_from(spec)}.conf"


def address_for(network: Network, used: frozenset[str]) -> str:
    """The first that nobody has on it; empty when there is none."""
    subnet = IPv4Network(network.subnet)
    for number in range(_ITS_ADDRESS + 1, subnet.num_addresses - 1):
        if str(subnet[number]) not in used:
            return str(subnet[number])
    return ""


def _container(spec: GatewaySpec, network: Network, called: str) -> ContainerSpec:
    name = gateway_name(spec.deployment)
    return ContainerSpec(
        spec.image,
        called,
        spec.ports,
        environment={"NGINX_ENTRYPOINT_QUIET_LOGS": "1"},
        mounts=(Mount(name, FOLDER),),
        labels={**gateway_labels(spec), _MADE_LABEL: _made_from(spec)},
        restart_unless_stopped=True,
        command=("nginx", "-c", f"{FOLDER}/{configuration_name(spec)}"),
        network=network.name,
        address=str(IPv4Network(network.subnet)[_ITS_ADDRESS]),
        locked_down=True,
        kept_log_bytes=_KEPT_LOG_BYTES,
    )


def _made_from(spec: GatewaySpec) -> str:
    told = repr((_LAYOUT, spec.image, spec.ports))
    return hashlib.sha256(told.encode()).hexdigest()[:12]

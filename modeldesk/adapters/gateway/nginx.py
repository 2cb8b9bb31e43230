"""Gateways of nginx, in containers of the engine that runs the versions."""

import time
from collections.abc import Iterator, Sequence

from modeldesk.adapters.gateway.asking import Asker
from modeldesk.adapters.gateway.container import GatewayContainers, address_for
from modeldesk.adapters.gateway.following import Follower
from modeldesk.adapters.gateway.switching import PROOF_S, Switch
from modeldesk.core.containers.model import ContainerDetail, ContainerStatus
from modeldesk.core.errors import GatewayError
from modeldesk.core.gateway.model import Answered, FeedbackPosted, GatewaySpec, Routing
from modeldesk.core.gateway.names import gateway_labels, gateway_name
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr


class NginxGateway:
    """Implements `Gateway`."""

    def __init__(self, engine: ImageEngine, proof_s: float = PROOF_S) -> None:
        """`proof_s` is how long a gateway may take to prove that it goes by a new routing."""
        self._engine = engine
        self._containers = GatewayContainers(engine)
        self._asker = Asker(engine)
        self._switch = Switch(engine, self._asker, proof_s)

    def network(self, spec: GatewaySpec) -> str:
        """See `Gateway`."""
        name = gateway_name(spec.deployment)
        return self._engine.create_network(name, gateway_labels(spec)).name

    def free_address(self, spec: GatewaySpec) -> str:
        """See `Gateway`."""
        name = gateway_name(spec.deployment)
        network = self._engine.create_network(name, gateway_labels(spec))
        found = address_for(network, self._engine.used_addresses(name))
        if not found:
            raise GatewayError(
                tr("The network of the gateway has no address left."),
                tr("Remove containers of old versions."),
            )
        return found

    def ensure(self, spec: GatewaySpec, routing: Routing, token: CancelToken) -> ContainerId:
        """See `Gateway`."""
        token.raise_if_cancelled()
        self._containers.remove_left_over(spec)
        found = self._containers.find(spec)
        if found is None or not self._containers.fits(spec, found):
            with self._containers.made(spec, instead_of=found) as made:
                self._switch.start(spec, made, routing, token)
            return made
        if self._applied(found, token) is not None:
            self._switch.apply(spec, found, routing, token)
            return found.summary.id
        # Stopped, or it starts again and again, or it hangs.
        self._containers.stop(found)
        self._switch.start(spec, found.summary.id, routing, token)
        return found.summary.id

    def apply(self, spec: GatewaySpec, routing: Routing, token: CancelToken) -> str:
        """See `Gateway`."""
        token.raise_if_cancelled()
        found = self._containers.find(spec)
        if found is None or found.summary.status is not ContainerStatus.RUNNING:
            raise GatewayError(
                tr("The gateway of “{name}” does not run.", name=spec.deployment),
                tr("Put it back, then try again."),
            )
        return self._switch.apply(spec, found, routing, token)

    def applied(self, spec: GatewaySpec) -> str | None:
        """See `Gateway`."""
        found = self._containers.find(spec)
        if found is None or not self._containers.is_connected(spec, found):
            return None
        return self._applied(found, CancelToken())

    def drain(self, spec: GatewaySpec, longest_s: float, token: CancelToken) -> bool:
        """See `Gateway`."""
        token.raise_if_cancelled()
        found = self._containers.find(spec)
        return found is None or self._switch.drained(found.summary.id, longest_s, token)

    def ask(
        self,
        spec: GatewaySpec,
        backend: str,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        """See `Gateway`."""
        token.raise_if_cancelled()
        found = self._containers.find(spec)
        if found is None:
            return GatewayAnswer(None)
        return self._asker.ask(found, backend, request, timeout_s, token)

    def follow(
        self, spec: GatewaySpec, since: float | None, token: CancelToken
    ) -> Iterator[Sequence[Answered | FeedbackPosted]]:
        """See `Gateway`."""
        token.raise_if_cancelled()
        begin = self._now(spec, token) if since is None else since
        follower = Follower(self._engine, lambda: self._containers.find(spec), begin)
        yield from follower.batches(token)

    def remove(self, spec: GatewaySpec) -> None:
        """See `Gateway`."""
        self._containers.remove(spec)

    def _applied(self, gateway: ContainerDetail, token: CancelToken) -> str | None:
        told = self._asker.told(gateway, token)
        return told.revision if told else None

    def _now(self, spec: GatewaySpec, token: CancelToken) -> float:
        """By the gateway's clock, which may not be this machine's."""
        found = self._containers.find(spec)
        told = self._asker.told(found, token) if found else None
        return told.time if told else time.time()

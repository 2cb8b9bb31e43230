"""What is wanted of a gateway."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from modeldesk.core.gateway.model import Answered, FeedbackPosted, GatewaySpec, Routing
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken


@dataclass(frozen=True, slots=True)
class SmokeRequest:
    """A request that shows whether a version does its work."""

    method: str = "GET"
    path: str = "/"
    body: bytes = b""
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What came back; `status` is None when nothing did."""

    status: int | None
    body: bytes = b""
    seconds: float = 0.0


class Gateway(Protocol):
    """The gateways of one engine's deployments. Safe to call from several threads; one deployment
    is changed by one caller at a time (its lock is the caller's)."""

    def network(self, spec: GatewaySpec) -> str:
        """The name of the deployment's network, which is made when there is none."""
        ...

    def free_address(self, spec: GatewaySpec) -> str:
        """An address of that network that no container has, and none that is stopped either."""
        ...

    def ensure(self, spec: GatewaySpec, routing: Routing, token: CancelToken) -> ContainerId:
        """Have the gateway run with these ports and this routing, whatever became of it. One that
        does already is left alone; one of another image or other ports is made anew, for which
        it is away for a moment, and comes back when that fails. Raises `PortTaken`, `NotFound`
        (the image), `GatewayError`."""
        ...

    def apply(self, spec: GatewaySpec, routing: Routing, token: CancelToken) -> str:
        """Send requests by `routing`, and return its revision once the gateway has shown that it
        does. No request is dropped. When it raises `GatewayError`, what held before holds."""
        ...

    def applied(self, spec: GatewaySpec) -> str | None:
        """The revision it says it serves; None when it does not answer."""
        ...

    def drain(self, spec: GatewaySpec, longest_s: float, token: CancelToken) -> bool:
        """Wait until every request that was sent by an older routing is answered; False when that
        took longer than `longest_s`."""
        ...

    def ask(
        self,
        spec: GatewaySpec,
        backend: str,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        """Ask a backend through the gateway, whatever its share is."""
        ...

    def follow(
        self, spec: GatewaySpec, since: float | None, token: CancelToken
    ) -> Iterator[Sequence[Answered | FeedbackPosted]]:
        """What was answered after `since` (None: from now on), in the order of the log and in
        batches as they come, at least once a second (and maybe empty). It goes on over restarts
        of the gateway, and ends a few seconds after it stopped or went for good. Raises
        `Cancelled`."""
        ...

    def remove(self, spec: GatewaySpec) -> None:
        """The container, its configuration and the network go. Nothing happens when they are
        gone. Raises `InUse` while a version's container runs on the network."""
        ...

"""Gateways in memory, in front of the fake engine's containers. They pass the contract suite of
real ones. What backends answer, and how a gateway fails, is scripted."""

import hashlib
import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from modeldesk.core.containers.model import ContainerSpec, ContainerSummary, Mount
from modeldesk.core.errors import EngineError, GatewayError
from modeldesk.core.gateway.model import (
    FEEDBACK_PATH,
    MISSING_TEXT,
    WHOLE,
    Answered,
    Backend,
    FeedbackPosted,
    GatewaySpec,
    Routing,
)
from modeldesk.core.gateway.names import gateway_labels, gateway_name
from modeldesk.core.gateway.ports import GatewayAnswer, SmokeRequest
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import CancelToken
from tests.fakes.engine import FakeEngine

_NOBODY, _NO_ANSWER, _TAKEN = 503, 502, 202
_GOOD = GatewayAnswer(200, b"{}", 0.01)
_RESERVED = 3
"""Of a network: its own address, the engine's, and the gateway's."""


@dataclass
class _Served:
    """What a gateway was told last, and what it logged."""

    spec: GatewaySpec
    routing: Routing
    revision: str
    lines: list[Answered | FeedbackPosted] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """A request as its caller saw it: `by` is the backend that answered, empty for none."""

    status: int
    by: str
    request: str
    missing: str = ""
    """What the gateway says is not there of what was asked for."""


class FakeGateway:
    """Implements `Gateway`."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine
        self.answers: dict[str, GatewayAnswer] = {}
        """By a backend's name or version. Others answer well while their container runs."""
        self.does_not_start = ""
        """Why a gateway ends at its start."""
        self.does_not_prove = False
        """It is told, and goes on as before."""
        self.silent = False
        """It runs, and does not answer questions."""
        self.drains = True
        """Whether what was sent by an older routing comes to its end."""
        self.routed: list[tuple[DeploymentName, Routing]] = []
        """What was applied, in order; what `ensure` did too."""
        self.gone_after_s = 0.3
        """How long `follow` waits for a gateway that stopped."""
        self._served: dict[DeploymentName, _Served] = {}
        self._state = threading.Condition()
        self._numbers = itertools.count(1)

    # Scripting

    def send(
        self, deployment: DeploymentName, caller: str = "someone", version: str = ""
    ) -> Sent | None:
        """A caller asks; None when the gateway does not run."""
        served = self._served.get(deployment)
        if served is None or not self._runs(deployment):
            return None
        routing, number = served.routing, f"request-{next(self._numbers)}"
        asked = _named(routing, version)
        meant = asked or _share(routing, caller)
        answer = self._answer(served, meant)
        by, status = (meant, answer.status) if answer.status else ("", None)
        if status is None and not asked and meant != routing.stable:
            by, status = routing.stable, self._answer(served, routing.stable).status
        if status is None:
            by, status = "", _NO_ANSWER if routing.stable else _NOBODY
        lines = [_line(served, meant, answer, status, number, forced=bool(asked))]
        if routing.mirror and not asked:
            copy = self._answer(served, routing.mirror)
            status_of_copy = copy.status or _NO_ANSWER
            lines.append(_line(served, routing.mirror, copy, status_of_copy, number, mirrored=True))
        self.log(deployment, *lines)
        missing = MISSING_TEXT if version and not asked else ""
        return Sent(status, by, number, missing)

    def post_feedback(self, deployment: DeploymentName, body: str) -> int:
        """A caller tells the truth; the status of the answer."""
        self.log(deployment, FeedbackPosted(time.time(), body))
        return _TAKEN

    def log(self, deployment: DeploymentName, *lines: Answered | FeedbackPosted) -> None:
        """The gateway tells of these."""
        with self._state:
            self._served[deployment].lines += lines
            self._state.notify_all()

    def routing(self, deployment: DeploymentName) -> Routing | None:
        """What it goes by; None for no gateway."""
        served = self._served.get(deployment)
        return served.routing if served and self._found(deployment) else None

    # The port

    def network(self, spec: GatewaySpec) -> str:
        name = gateway_name(spec.deployment)
        return self.engine.create_network(name, gateway_labels(spec)).name

    def free_address(self, spec: GatewaySpec) -> str:
        name = self.network(spec)
        used = self.engine.used_addresses(name)
        hosts = itertools.islice(self._subnet(name).hosts(), _RESERVED - 1, None)
        return next(str(host) for host in hosts if str(host) not in used)

    def ensure(self, spec: GatewaySpec, routing: Routing, token: CancelToken) -> ContainerId:
        token.raise_if_cancelled()
        self._remove_left_over(spec.deployment)
        found, served = self._found(spec.deployment), self._served.get(spec.deployment)
        other = served is None or served.spec != spec
        if found is None or other:
            made = self._make(spec, instead_of=found)
        else:
            made = found.id
            self.engine.start_container(made)
        if served is None or served.spec != spec:
            served = self._served[spec.deployment] = _Served(spec, routing, "")
        if served.revision != revision_of(spec, routing):
            self._serve(spec, routing)
        return made

    def apply(self, spec: GatewaySpec, routing: Routing, token: CancelToken) -> str:
        token.raise_if_cancelled()
        if not self._runs(spec.deployment) or self.silent:
            raise GatewayError("The gateway does not answer.", "Put it back first.")
        return self._serve(spec, routing)

    def applied(self, spec: GatewaySpec) -> str | None:
        served = self._served.get(spec.deployment)
        answers = served and self._runs(spec.deployment) and not self.silent
        return served.revision if served and answers else None

    def drain(self, spec: GatewaySpec, longest_s: float, token: CancelToken) -> bool:
        token.raise_if_cancelled()
        return self.drains

    def ask(
        self,
        spec: GatewaySpec,
        backend: str,
        request: SmokeRequest,
        timeout_s: float,
        token: CancelToken,
    ) -> GatewayAnswer:
        token.raise_if_cancelled()
        served = self._served.get(spec.deployment)
        if served is None or self.silent or not self._runs(spec.deployment):
            return GatewayAnswer(None)
        if not backend and request.path == FEEDBACK_PATH:
            return GatewayAnswer(self.post_feedback(spec.deployment, request.body.decode()))
        answer = self._answer(served, backend)
        number = f"request-{next(self._numbers)}"
        status = answer.status or _NO_ANSWER
        self.log(spec.deployment, _line(served, backend, answer, status, number, forced=True))
        return answer if answer.status else GatewayAnswer(None)

    def follow(
        self, spec: GatewaySpec, since: float | None, token: CancelToken
    ) -> Iterator[Sequence[Answered | FeedbackPosted]]:
        token.raise_if_cancelled()
        begin = time.time() if since is None else since
        served = self._served.get(spec.deployment)
        read = 0
        last_seen = time.monotonic()
        with token.closing(self._wake):
            while True:
                with self._state:
                    token.raise_if_cancelled()
                    current = self._served.get(spec.deployment)
                    if current is not served:
                        served, read = current, 0
                    lines = served.lines[read:] if served else []
                    if not lines:
                        self._state.wait(min(0.5, self.gone_after_s))
                        token.raise_if_cancelled()
                read += len(lines)
                yield [line for line in lines if line.time >= begin]
                if self._runs(spec.deployment):
                    last_seen = time.monotonic()
                elif not lines and time.monotonic() - last_seen > self.gone_after_s:
                    return

    def remove(self, spec: GatewaySpec) -> None:
        self._remove_left_over(spec.deployment)
        found = self._found(spec.deployment)
        if found:
            self.engine.remove_container(found.id)
        name = gateway_name(spec.deployment)
        self.engine.remove_volume(name)
        self.engine.remove_network(name)
        self._served.pop(spec.deployment, None)

    # Inside

    def _serve(self, spec: GatewaySpec, routing: Routing) -> str:
        if self.does_not_prove:
            raise GatewayError(
                "The gateway did not take over the routing.", "What held before holds."
            )
        served = self._served[spec.deployment]
        served.routing, served.revision = routing, revision_of(spec, routing)
        self.routed.append((spec.deployment, routing))
        return served.revision

    def _make(self, spec: GatewaySpec, instead_of: ContainerSummary | None) -> ContainerId:
        name = self.network(spec)
        address = next(itertools.islice(self._subnet(name).hosts(), 1, None))
        wanted = ContainerSpec(
            spec.image,
            name if instead_of is None else f"{name}-next",
            spec.ports,
            mounts=(Mount(name, "/modeldesk"),),
            labels=gateway_labels(spec),
            restart_unless_stopped=True,
            network=name,
            address=str(address),
        )
        made = self.engine.create_container(wanted)
        try:
            if instead_of is not None:
                self.engine.stop_container(instead_of.id)
            self.engine.start_container(made)
            if self.does_not_start:
                raise GatewayError("The gateway did not start.", "", self.does_not_start)
        except (EngineError, GatewayError):
            self.engine.remove_container(made)
            if instead_of is not None:
                self.engine.start_container(instead_of.id)
            raise
        if instead_of is not None:
            self.engine.remove_container(instead_of.id)
            self.engine.rename_container(made, name)
        return made

    def _remove_left_over(self, deployment: DeploymentName) -> None:
        """What was to take the gateway's place when the program was killed."""
        for one in self.engine.list_containers():
            if one.name == f"{gateway_name(deployment)}-next":
                self.engine.remove_container(one.id)

    def _answer(self, served: _Served, name: str) -> GatewayAnswer:
        backend = _backend(served.routing, name)
        network = gateway_name(served.spec.deployment)
        if backend is None or not self.engine.runs_at(network, backend.address):
            return GatewayAnswer(None)
        return self.answers.get(name) or self.answers.get(backend.version) or _GOOD

    def _found(self, deployment: DeploymentName) -> ContainerSummary | None:
        name = gateway_name(deployment)
        return next((one for one in self.engine.list_containers() if one.name == name), None)

    def _runs(self, deployment: DeploymentName) -> bool:
        found = self._found(deployment)
        return found is not None and found.running

    def _subnet(self, name: str) -> IPv4Network:
        return IPv4Network(self.engine.networks.by_name[name].subnet)

    def _wake(self) -> None:
        with self._state:
            self._state.notify_all()


def _line(
    served: _Served,
    backend: str,
    answer: GatewayAnswer,
    status: int,
    request: str,
    *,
    forced: bool = False,
    mirrored: bool = False,
) -> Answered:
    seconds = answer.seconds if answer.status else None
    return Answered(
        time.time(),
        backend,
        status,
        answer.status,
        seconds,
        request,
        served.revision,
        forced,
        mirrored,
    )


def _backend(routing: Routing, name: str) -> Backend | None:
    return next((one for one in routing.backends if one.name == name), None)


def _named(routing: Routing, version: str) -> str:
    """The backend that a caller asks for; empty for none that there is."""
    found = (one.name for one in routing.backends if version and version in (one.name, one.version))
    return next(found, "")


def _share(routing: Routing, caller: str) -> str:
    """Whose the caller is. They stay where they are when the share grows."""
    split = routing.split
    if split is None:
        return routing.stable
    place = hashlib.sha256(f"{split.salt}{caller}".encode()).digest()[:4]
    return split.canary if int.from_bytes(place) % WHOLE < split.share else routing.stable

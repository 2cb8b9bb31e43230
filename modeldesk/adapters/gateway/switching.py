"""A gateway takes over a routing: it is tested, put in place, proved, and put back when it can't
be proved."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from modeldesk.adapters.gateway.asking import Asker
from modeldesk.adapters.gateway.configuration import FOLDER, WORKERS, configuration
from modeldesk.adapters.gateway.container import configuration_name
from modeldesk.adapters.gateway.turns import OVERTAKEN, Turn, after
from modeldesk.adapters.gateway.workers import leaving, taking
from modeldesk.core.containers.model import CommandResult, ContainerDetail
from modeldesk.core.containers.readiness import has_ended, log_tail
from modeldesk.core.errors import (
    EngineError,
    EngineUnavailable,
    GatewayError,
    ModelDeskError,
)
from modeldesk.core.gateway.model import GatewaySpec, Routing
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.words import tr

PROOF_S = 15.0
_START_S = 30.0
_PAUSE_S = 0.02
_DRAIN_PAUSE_S = 0.2
_VERSION = re.compile(r"nginx/(\d+)\.(\d+)\.(\d+)")
_KEEPS_ALIVE_SINCE = (1, 27, 4)
_LOG_LINES = 20


class Switch:
    """Of one engine's gateways. Safe to call from several threads."""

    def __init__(self, engine: ImageEngine, asker: Asker, proof_s: float = PROOF_S) -> None:
        """`proof_s` is how long a gateway may take to prove a new routing."""
        self._engine = engine
        self._asker = asker
        self._proof_s = proof_s
        self._lock = threading.Lock()
        self._keeping: dict[ImageId, bool] = {}
        """Images whose nginx is known to keep connections over a reload, or not to."""

    def start(
        self, spec: GatewaySpec, gateway: ContainerId, routing: Routing, token: CancelToken
    ) -> None:
        """Start one that does not run, and wait until it serves the routing. Raises `PortTaken`,
        `GatewayError`, `Cancelled`."""
        known = self._known(self._engine.container(gateway))
        text = configuration(spec, routing, keeps_alive=known or False)
        files = {configuration_name(spec): text.encode(), **_turn().file}
        self._engine.put_files(gateway, FOLDER, files)
        self._engine.start_container(gateway)
        self._wait_for_start(gateway, revision_of(spec, routing), token)
        if known is None and self._keeps_alive(self._engine.container(gateway), token):
            self._take_over(spec, self._engine.container(gateway), routing, token)

    def apply(
        self, spec: GatewaySpec, gateway: ContainerDetail, routing: Routing, token: CancelToken
    ) -> str:
        """Have one that runs go by the routing, or as it did before. Raises `GatewayError`,
        `Cancelled`."""
        revision = revision_of(spec, routing)
        told = self._asker.told(gateway, token)
        serves = told is not None and told.revision == revision
        if serves and self._is_in_place(spec, gateway, revision, token):
            return revision
        self._take_over(spec, gateway, routing, token)
        return revision

    def drained(self, gateway: ContainerId, longest_s: float, token: CancelToken) -> bool:
        """Wait for workers of before to finish; one that is gone has nothing to finish."""
        deadline = time.monotonic() + longest_s
        try:
            while leaving(self._engine.processes(gateway)):
                if time.monotonic() >= deadline:
                    return False
                token.wait(_DRAIN_PAUSE_S)
                token.raise_if_cancelled()
        except EngineUnavailable:
            raise
        except EngineError:
            return True
        return True

    def _take_over(
        self, spec: GatewaySpec, gateway: ContainerDetail, routing: Routing, token: CancelToken
    ) -> None:
        name, container = configuration_name(spec), gateway.summary.id
        text = configuration(spec, routing, keeps_alive=self._keeps_alive(gateway, token))
        try:
            before = taking(self._engine.processes(container))
            token.raise_if_cancelled()
            self._put_in_place(container, name, text.encode())
            with self._put_back_on_error(container, name):
                self._engine.send_signal(container, "HUP")
                self._prove(gateway, revision_of(spec, routing), before, token)
        except EngineError as error:
            raise _not_taken(error.message, error.detail) from error

    def _is_in_place(
        self, spec: GatewaySpec, gateway: ContainerDetail, revision: str, token: CancelToken
    ) -> bool:
        """Whether its file says so too: whoever was killed may have put another there a moment
        ago, which the gateway is about to read. From now on nobody who came before does."""
        name = configuration_name(spec)
        result = self._in_turn(
            gateway.summary.id, _turn(), lambda turn: turn.holds(revision, name), token
        )
        return result.exit_code == 0

    def _put_in_place(self, container: ContainerId, name: str, text: bytes) -> None:
        """If it is sound. It is not to be cancelled, or nobody knew what is there."""

        def put(turn: Turn) -> tuple[str, ...]:
            self._engine.put_files(container, FOLDER, {turn.next_name: text})
            return turn.put(name)

        result = self._in_turn(container, _turn(), put, CancelToken())
        if result.exit_code != 0:
            raise _not_taken(tr("It refused its new configuration."), result.output)

    def _in_turn(
        self,
        container: ContainerId,
        turn: Turn,
        command: Callable[[Turn], tuple[str, ...]],
        token: CancelToken,
    ) -> CommandResult:
        """Whoever changes a gateway is alone in that: what is ahead of its turn came before it,
        by a clock that was ahead."""
        result = self._engine.run_command(container, command(turn), token)
        if result.exit_code != OVERTAKEN:
            return result
        return self._engine.run_command(container, command(after(result.output)), token)

    def _prove(
        self,
        gateway: ContainerDetail,
        revision: str,
        before: frozenset[int],
        token: CancelToken,
    ) -> None:
        """Until it tells the new revision and no worker of before takes requests any more."""
        container = gateway.summary.id
        deadline = time.monotonic() + self._proof_s
        told = None
        while time.monotonic() < deadline:
            told = self._asker.told(gateway, token)
            if told is not None and told.revision == revision:
                now = taking(self._engine.processes(container))
                # More than it has are those of a reload that another began.
                if now and not now & before and len(now) <= WORKERS:
                    return
            token.wait(_PAUSE_S)
        raise _not_taken(
            tr("It does not answer.") if told is None else tr("It goes on with the old one."),
            log_tail(self._engine, container, _LOG_LINES),
        )

    @contextmanager
    def _put_back_on_error(self, container: ContainerId, name: str) -> Iterator[None]:
        """As well as can be: whoever heals it later looks at what it says it serves."""
        try:
            yield
        except ModelDeskError:
            with suppress(EngineError):
                result = self._in_turn(
                    container, _turn(), lambda turn: turn.put_back(name), CancelToken()
                )
                if result.exit_code == 0:
                    self._engine.send_signal(container, "HUP")
            raise

    def _wait_for_start(self, container: ContainerId, revision: str, token: CancelToken) -> None:
        deadline = time.monotonic() + _START_S
        while True:
            token.raise_if_cancelled()
            gateway = self._engine.container(container)
            told = self._asker.told(gateway, token)
            if told is not None and told.revision == revision:
                return
            if has_ended(gateway) or time.monotonic() > deadline:
                raise GatewayError(
                    tr("The gateway did not start."),
                    tr("Look at its output, and at the gateway's image in the settings."),
                    log_tail(self._engine, container, _LOG_LINES),
                )
            token.wait(_PAUSE_S)

    def _known(self, gateway: ContainerDetail) -> bool | None:
        """Before it runs: from what was seen of its image, or the image says."""
        with self._lock:
            if gateway.summary.image_id in self._keeping:
                return self._keeping[gateway.summary.image_id]
        said = gateway.environment.get("NGINX_VERSION")
        return _is_new(f"nginx/{said}") if said else None

    def _keeps_alive(self, gateway: ContainerDetail, token: CancelToken) -> bool:
        known = self._known(gateway)
        if known is None:
            result = self._engine.run_command(gateway.summary.id, ("nginx", "-v"), token)
            known = _is_new(result.output)
            with self._lock:
                self._keeping[gateway.summary.image_id] = known
        return known


def _turn() -> Turn:
    return Turn(time.time_ns())


def _is_new(said: str) -> bool:
    match = _VERSION.search(said)
    return match is not None and tuple(map(int, match.groups())) >= _KEEPS_ALIVE_SINCE


def _not_taken(why: str, detail: str) -> GatewayError:
    return GatewayError(
        tr("The gateway did not take over the routing. {why}", why=why),
        tr("Requests go on as before. Try again, or look at the gateway's output."),
        detail,
    )

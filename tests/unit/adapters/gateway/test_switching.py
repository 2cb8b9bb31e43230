"""A gateway that can't take over a routing goes on as before, and it is said why."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from modeldesk.adapters.gateway.configuration import REVISION_PATH
from modeldesk.adapters.gateway.nginx import NginxGateway
from modeldesk.core.containers.model import CommandResult, PortBinding, Process
from modeldesk.core.errors import Cancelled, EngineError, GatewayError
from modeldesk.core.gateway.model import Backend, GatewaySpec, Routing
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import CancelToken
from tests.contracts.http_server import serving
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_containers import Behaviour

_BOTH = Backend("r1", "172.18.0.3", "v1"), Backend("r2", "172.18.0.4", "v2")
_OLD, _NEW = Routing("r1", _BOTH), Routing("r2", _BOTH)
_OLD_WORKER, _NEW_WORKER = Process(7, "nginx: worker process"), Process(8, "nginx: worker process")
_LEAVING = Process(7, "nginx: worker process is shutting down")

_DONE = CommandResult(0)


class Bench:
    """A gateway of the fake engine, whose answers a server here gives. The fake runs no shell: it
    tells which commands there were."""

    def __init__(self, port: int) -> None:
        self.engine = FakeEngine()
        self.image = self.engine.add_image("nginx:1")
        self.says = ""
        self.gateway = NginxGateway(self.engine, proof_s=0.5)
        self.spec = GatewaySpec(DeploymentName("search"), self.image, (PortBinding(80, port),))
        self.behaves()

    def behaves(
        self,
        shell: CommandResult = _DONE,
        processes: tuple[Process, ...] = (_OLD_WORKER,),
        on_signal: Callable[[str], None] | None = None,
    ) -> None:
        """From now on."""
        behaviour = Behaviour(
            results={"sh": shell, "nginx": CommandResult(0, "nginx version: nginx/1.22.1")},
            heeds=frozenset({"HUP"}),
            processes=processes,
            on_signal=on_signal,
        )
        self.engine.behaves(self.image, behaviour)
        for one in self.engine.list_containers():
            self.engine.now_behaves(one.id, behaviour)

    def start(self) -> None:
        self.says = revision_of(self.spec, _OLD)
        self.gateway.ensure(self.spec, _OLD, CancelToken())

    @property
    def signals(self) -> list[str]:
        (one,) = self.engine.list_containers()
        return self.engine.signals(one.id)

    def heeds(self, *processes: Process) -> None:
        """Told to read its configuration, it serves the new one by these."""

        def heed(_: str) -> None:
            self.says = revision_of(self.spec, _NEW)
            self.behaves(processes=processes)

        self.behaves(on_signal=heed)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made: list[Bench] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == REVISION_PATH
            body = f"{made[0].says} 1795998273.404".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as port:
        made.append(Bench(port))
        yield made[0]


def test_one_that_refuses_its_configuration_is_not_even_told(bench: Bench) -> None:
    bench.start()
    bench.behaves(CommandResult(1, "[emerg] host not found"))
    with pytest.raises(GatewayError) as caught:
        bench.gateway.apply(bench.spec, _NEW, CancelToken())
    assert caught.value.detail == "[emerg] host not found"
    assert bench.signals == []
    assert bench.gateway.applied(bench.spec) == revision_of(bench.spec, _OLD)


def test_one_that_goes_on_with_the_old_one_gets_it_back(bench: Bench) -> None:
    bench.start()
    with pytest.raises(GatewayError) as caught:
        bench.gateway.apply(bench.spec, _NEW, CancelToken())
    assert caught.value.hint
    # To take the new one, and to take the old one again.
    assert bench.signals == ["HUP", "HUP"]


def test_an_old_worker_that_takes_requests_is_no_proof(bench: Bench) -> None:
    bench.start()
    bench.heeds(_OLD_WORKER, _NEW_WORKER)
    with pytest.raises(GatewayError):
        bench.gateway.apply(bench.spec, _NEW, CancelToken())
    assert bench.signals == ["HUP", "HUP"]


def test_one_that_proves_it_is_drained_by_and_by(bench: Bench) -> None:
    bench.start()
    bench.heeds(_LEAVING, _NEW_WORKER)
    new = bench.gateway.apply(bench.spec, _NEW, CancelToken())
    assert new == revision_of(bench.spec, _NEW)
    assert bench.signals == ["HUP"]
    assert not bench.gateway.drain(bench.spec, 0.3, CancelToken())
    bench.behaves(processes=(_NEW_WORKER,))
    assert bench.gateway.drain(bench.spec, 0.3, CancelToken())


def test_waiting_for_the_drain_ends_on_cancel(bench: Bench) -> None:
    bench.start()
    bench.behaves(processes=(_LEAVING, _NEW_WORKER))
    token = CancelToken()
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        bench.gateway.drain(bench.spec, 60, token)
    timer.join()


def test_a_cancel_puts_it_back(bench: Bench) -> None:
    bench.start()
    token = CancelToken()
    bench.behaves(on_signal=lambda _: token.cancel())
    with pytest.raises(Cancelled):
        bench.gateway.apply(bench.spec, _NEW, token)
    assert bench.signals == ["HUP", "HUP"]


def test_an_engine_that_fails_in_between_is_a_gateway_s_error(bench: Bench) -> None:
    bench.start()
    bench.engine.fail_next("send_signal", EngineError("It broke."))
    with pytest.raises(GatewayError) as caught:
        bench.gateway.apply(bench.spec, _NEW, CancelToken())
    assert "It broke." in caught.value.message
    assert bench.signals == ["HUP"]

"""The gateway in memory keeps what every gateway promises, and fails as it is told to."""

import pytest

from modeldesk.core.containers.model import ContainerSpec, PortBinding
from modeldesk.core.errors import GatewayError
from modeldesk.core.gateway.model import Backend, FeedbackPosted, GatewaySpec, Routing
from modeldesk.core.gateway.ports import GatewayAnswer
from modeldesk.core.ids import ContainerId, DeploymentName
from modeldesk.core.jobs import CancelToken
from tests.contracts.gateway_contract import PORT, GatewayContract
from tests.fakes.engine import FakeEngine
from tests.fakes.gateway import FakeGateway, Sent


class FakeGatewayBench:
    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.gateway = FakeGateway(self.engine)
        image = self.engine.add_image("modeldesk-test/nginx:1")
        self.spec = GatewaySpec(DeploymentName("search"), image, (PortBinding(PORT),))
        self._image = self.engine.add_image("search:v1.0.0")
        self._containers: dict[str, ContainerId] = {}

    def backend(self, name: str, version: str = "", status: int = 200) -> Backend:
        network = self.gateway.network(self.spec)
        address = self.gateway.free_address(self.spec)
        spec = ContainerSpec(self._image, f"search-{name}", network=network, address=address)
        self._containers[name] = self.engine.create_container(spec)
        self.engine.start_container(self._containers[name])
        self.gateway.answers[name] = GatewayAnswer(status, b"{}", 0.01)
        return Backend(name, address, version or name)

    def container_of(self, backend: Backend) -> ContainerId:
        return self._containers[backend.name]

    def send(self, caller: str = "someone", version: str = "") -> Sent | None:
        return self.gateway.send(self.spec.deployment, caller, version)

    def post_feedback(self, body: str) -> int:
        return self.gateway.post_feedback(self.spec.deployment, body)

    def taken_port(self) -> int:
        self.engine.taken_ports.add(81)
        return 81


class TestFakeGateway(GatewayContract):
    @pytest.fixture
    def gateway_bench(self) -> FakeGatewayBench:
        return FakeGatewayBench()


def test_one_that_does_not_start_leaves_nothing() -> None:
    bench = FakeGatewayBench()
    routing = Routing("r1", (bench.backend("r1"),))
    bench.gateway.does_not_start = "bind() failed"
    with pytest.raises(GatewayError) as caught:
        bench.gateway.ensure(bench.spec, routing, CancelToken())
    assert caught.value.detail == "bind() failed"
    assert [one.name for one in bench.engine.list_containers()] == ["search-r1"]


def test_one_that_proves_nothing_goes_on_as_before() -> None:
    bench = FakeGatewayBench()
    both = bench.backend("r1"), bench.backend("r2")
    bench.gateway.ensure(bench.spec, Routing("r1", both), CancelToken())
    bench.gateway.does_not_prove = True
    with pytest.raises(GatewayError):
        bench.gateway.apply(bench.spec, Routing("r2", both), CancelToken())
    sent = bench.send()
    assert sent is not None
    assert sent.by == "r1"
    assert bench.gateway.routing(bench.spec.deployment) == Routing("r1", both)


def test_a_silent_one_serves_and_says_nothing() -> None:
    bench = FakeGatewayBench()
    bench.gateway.ensure(bench.spec, Routing("r1", (bench.backend("r1"),)), CancelToken())
    bench.gateway.silent = True
    assert bench.gateway.applied(bench.spec) is None
    assert bench.send() is not None
    with pytest.raises(GatewayError):
        bench.gateway.apply(bench.spec, Routing("", ()), CancelToken())


def test_it_tells_what_it_is_given_to_tell() -> None:
    bench = FakeGatewayBench()
    bench.gateway.ensure(bench.spec, Routing("", ()), CancelToken())
    line = FeedbackPosted(4e9, "{}")
    bench.gateway.log(bench.spec.deployment, line)
    assert next(iter(bench.gateway.follow(bench.spec, None, CancelToken()))) == [line]

"""What every `Gateway` promises, asked of the fake and of the real one alike."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

import pytest

from modeldesk.core.containers.model import PortBinding
from modeldesk.core.errors import Cancelled, GatewayError, InUse, NotFound, PortTaken
from modeldesk.core.gateway.model import (
    MISSING_TEXT,
    WHOLE,
    Answered,
    Backend,
    FeedbackPosted,
    GatewaySpec,
    Routing,
    Split,
    SplitKey,
)
from modeldesk.core.gateway.names import GATEWAY_LABEL, gateway_name
from modeldesk.core.gateway.ports import Gateway, GatewayAnswer, SmokeRequest
from modeldesk.core.gateway.revision import revision_of
from modeldesk.core.ids import ContainerId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from tests.contracts.engine_contract import NOWHERE
from tests.fakes.gateway import Sent
from tests.support.waiting import until

CALLER_HEADER = "X-Caller"
PORT = 8080
"""What backends listen on."""
_LONG_S = 30.0
_NEVER = 0.0


class GatewayBench(Protocol):
    """A gateway, and versions to put behind it. What a test makes goes with it."""

    gateway: Gateway
    engine: ImageEngine
    spec: GatewaySpec
    """Of a deployment that nothing has, with `PORT` at a free port of the host."""

    def backend(self, name: str, version: str = "", status: int = 200) -> Backend:
        """A version that runs and answers every request with this status."""
        ...

    def container_of(self, backend: Backend) -> ContainerId: ...

    def send(self, caller: str = "someone", version: str = "") -> Sent | None:
        """Ask as a caller; None when nobody answers."""
        ...

    def post_feedback(self, body: str) -> int:
        """The status of the answer."""
        ...

    def taken_port(self) -> int:
        """A port of the host that something else has."""
        ...


class GatewayContract:
    """Inherited by one test class per gateway, which gives the fixture `gateway_bench`."""

    # There, or not

    def test_it_runs_and_callers_get_the_stable_version(self, gateway_bench: GatewayBench) -> None:
        bench, stable = gateway_bench, gateway_bench.backend("r1", "v1.0.0")
        assert bench.gateway.applied(bench.spec) is None
        routing = Routing("r1", (stable,))
        container = _ensure(bench, routing)
        assert bench.gateway.applied(bench.spec) == revision_of(bench.spec, routing)
        assert _answered_by(bench) == "r1"
        detail = bench.engine.container(container)
        assert detail.summary.labels[GATEWAY_LABEL] == bench.spec.deployment
        assert [port.container_port for port in detail.summary.ports] == [PORT]

    def test_one_that_does_already_is_left_alone(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        first = _ensure(bench, routing)
        started = bench.engine.container(first).started
        assert _ensure(bench, routing) == first
        assert bench.engine.container(first).started == started

    def test_one_with_another_routing_gets_the_wanted_one(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        first = _ensure(bench, Routing("r1", both))
        assert _ensure(bench, Routing("r2", both)) == first
        assert _answered_by(bench) == "r2"

    def test_one_that_was_removed_by_hand_is_put_back(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        first = _ensure(bench, routing)
        bench.engine.remove_container(first)
        assert bench.gateway.applied(bench.spec) is None
        assert bench.send() is None
        assert _ensure(bench, routing) != first
        assert _answered_by(bench) == "r1"

    def test_one_that_was_stopped_runs_again_with_the_wanted_routing(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        container = _ensure(bench, Routing("r1", both))
        bench.engine.stop_container(container)
        assert bench.gateway.applied(bench.spec) is None
        _ensure(bench, Routing("r2", both))
        assert _answered_by(bench) == "r2"

    def test_other_ports_make_it_anew(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        _ensure(bench, routing)
        spec = replace(bench.spec, ports=(*bench.spec.ports, PortBinding(PORT + 1)))
        container = bench.gateway.ensure(spec, routing, CancelToken())
        ports = bench.engine.container(container).summary.ports
        assert [port.container_port for port in ports] == [PORT, PORT + 1]
        assert bench.gateway.applied(spec) == revision_of(spec, routing)

    def test_a_port_that_is_taken_leaves_what_ran(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        taken = replace(bench.spec, ports=(PortBinding(PORT, bench.taken_port()),))
        with pytest.raises(PortTaken):
            bench.gateway.ensure(taken, routing, CancelToken())
        assert not _containers(bench)
        first = _ensure(bench, routing)
        with pytest.raises(PortTaken):
            bench.gateway.ensure(taken, routing, CancelToken())
        assert _containers(bench) == [first]
        until(lambda: bench.send() is not None, _LONG_S)
        assert _answered_by(bench) == "r1"

    def test_an_image_that_is_not_there(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        with pytest.raises(NotFound):
            bench.gateway.ensure(replace(bench.spec, image=NOWHERE), routing, CancelToken())
        assert not _containers(bench)

    def test_it_goes_with_all_that_it_has(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        backend = bench.backend("r1")
        _ensure(bench, Routing("r1", (backend,)))
        with pytest.raises(InUse):
            bench.gateway.remove(bench.spec)
        bench.engine.remove_container(bench.container_of(backend))
        bench.gateway.remove(bench.spec)
        name = gateway_name(bench.spec.deployment)
        assert not _containers(bench)
        assert name not in {one.name for one in bench.engine.list_volumes()}
        with pytest.raises(NotFound):
            bench.engine.used_addresses(name)
        assert bench.gateway.applied(bench.spec) is None
        bench.gateway.remove(bench.spec)

    def test_nothing_is_begun_once_cancelled(self, gateway_bench: GatewayBench) -> None:
        bench, token = gateway_bench, CancelToken()
        routing = Routing("r1", (bench.backend("r1"),))
        token.cancel()
        with pytest.raises(Cancelled):
            bench.gateway.ensure(bench.spec, routing, token)
        with pytest.raises(Cancelled):
            bench.gateway.apply(bench.spec, routing, token)
        assert not _containers(bench)

    # Addresses

    def test_addresses_of_stopped_containers_are_not_given_again(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        network = bench.gateway.network(bench.spec)
        assert bench.gateway.network(bench.spec) == network
        first = bench.backend("r1")
        bench.engine.stop_container(bench.container_of(first))
        second = bench.gateway.free_address(bench.spec)
        assert second not in ("", first.address)
        assert bench.gateway.free_address(bench.spec) == second
        gateway = _ensure(bench, Routing("r1", (first,)))
        assert bench.engine.container(gateway).summary.networks[network] not in (
            first.address,
            second,
        )

    # Where requests go

    def test_requests_move(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        _ensure(bench, Routing("r1", both))
        routing = Routing("r2", both)
        revision = bench.gateway.apply(bench.spec, routing, CancelToken())
        assert revision == revision_of(bench.spec, routing) == bench.gateway.applied(bench.spec)
        assert {_answered_by(bench, str(caller)) for caller in range(20)} == {"r2"}

    def test_the_same_routing_again_is_nothing_new(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        _ensure(bench, routing)
        first = bench.gateway.applied(bench.spec)
        assert bench.gateway.apply(bench.spec, routing, CancelToken()) == first

    def test_a_gateway_that_is_gone_takes_no_routing(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        routing = Routing("r1", (bench.backend("r1"),))
        with pytest.raises(GatewayError) as caught:
            bench.gateway.apply(bench.spec, routing, CancelToken())
        assert caught.value.hint

    def test_callers_stay_where_they_are_when_the_share_grows(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        callers = [f"caller-{number}" for number in range(60)]
        before: set[str] = set()
        _ensure(bench, Routing("r1", both))
        for share in (1, 3333, 7500, WHOLE):
            bench.gateway.apply(bench.spec, _canary(both, share), CancelToken())
            asked = {caller: _answered_by(bench, caller) for caller in callers}
            assert {_answered_by(bench, caller) for caller in callers[:1]} == {asked[callers[0]]}
            at_canary = {caller for caller, by in asked.items() if by == "r2"}
            assert before <= at_canary
            before = at_canary
        assert before == set(callers)

    def test_another_salt_chooses_other_callers(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        chosen = []
        _ensure(bench, Routing("r1", both))
        for salt in ("one", "two"):
            bench.gateway.apply(bench.spec, _canary(both, 5000, salt), CancelToken())
            chosen.append(
                {caller for caller in range(60) if _answered_by(bench, f"{caller}") == "r2"}
            )
        assert chosen[0] != chosen[1]

    def test_a_share_of_nothing_is_nothing(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        _ensure(bench, _canary(both, 0))
        assert {_answered_by(bench, str(caller)) for caller in range(20)} == {"r1"}
        assert _answered_by(bench, version="r2") == "r2"

    def test_a_version_is_asked_for_by_its_name(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1", "v1.0.0"), bench.backend("r2", "v2.0.0-rc.1")
        _ensure(bench, Routing("r1", both))
        assert _answered_by(bench, version="r2") == "r2"
        assert _answered_by(bench, version="v2.0.0-rc.1") == "r2"
        assert _answered_by(bench, version="v1.0.0") == "r1"

    def test_one_that_is_not_there_is_answered_for_and_the_answer_says_so(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        both = bench.backend("r1", "v1.0.0"), bench.backend("r2", "v2.0.0")
        _ensure(bench, _canary(both, 5000))
        for version in ("", "r2", "v1.0.0"):
            sent = bench.send(version=version)
            assert sent is not None
            assert sent.missing == ""
        for version in ("v9", "r9"):
            sent = bench.send(version=version)
            assert sent is not None
            assert (sent.status, sent.missing) == (200, MISSING_TEXT)
            assert sent.by in ("r1", "r2")
        bench.engine.remove_container(bench.container_of(both[1]))
        answers = [bench.send(str(caller), "v9") for caller in range(20)]
        assert {(one.status, one.by, one.missing) for one in answers if one} == {
            (200, "r1", MISSING_TEXT)
        }

    def test_without_anybody_callers_are_told(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        _ensure(bench, Routing("", ()))
        sent = bench.send()
        assert sent is not None
        assert (sent.status, sent.by) == (503, "")

    def test_a_first_version_is_asked_before_callers_get_it(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        _ensure(bench, Routing("", (bench.backend("r1"),)))
        sent = bench.send()
        assert sent is not None
        assert sent.status == 503
        until(lambda: _ask(bench, "r1").status == 200, _LONG_S)

    def test_what_a_version_answers_is_what_callers_get(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2", status=500)
        _ensure(bench, _canary(both, WHOLE))
        sent = bench.send()
        assert sent is not None
        assert (sent.status, sent.by) == (500, "r2")

    def test_a_canary_without_an_answer_costs_callers_nothing(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        routing = _canary(both, WHOLE)
        _ensure(bench, routing)
        bench.engine.remove_container(bench.container_of(both[1]))
        with following(bench) as lines:
            sent = bench.send()
            assert sent is not None
            assert (sent.status, sent.by) == (200, "r1")
            (line,) = lines.expect(1)
        assert isinstance(line, Answered)
        assert (line.backend, line.status, line.backend_status) == ("r2", 200, None)
        assert line.failed
        assert line.revision == revision_of(bench.spec, routing)
        asked = bench.send(version="r2")
        assert asked is not None
        assert (asked.status, asked.by) == (502, "")

    def test_a_stable_version_without_an_answer_is_no_secret(
        self, gateway_bench: GatewayBench
    ) -> None:
        bench, stable = gateway_bench, gateway_bench.backend("r1")
        _ensure(bench, Routing("r1", (stable,)))
        bench.engine.remove_container(bench.container_of(stable))
        with following(bench) as lines:
            sent = bench.send()
            assert sent is not None
            assert sent.status in (502, 504)
            (line,) = lines.expect(1)
        assert isinstance(line, Answered)
        assert (line.backend, line.status, line.backend_status) == ("r1", sent.status, None)
        assert line.seconds is None

    def test_a_version_can_get_copies(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2", status=500)
        _ensure(bench, Routing("r1", both, mirror="r2"))
        with following(bench) as lines:
            sent = bench.send()
            assert sent is not None
            assert (sent.status, sent.by) == (200, "r1")
            told = [line for line in lines.expect(2) if isinstance(line, Answered)]
        found = {line.backend: line for line in told}
        assert not found["r1"].mirrored
        assert found["r2"].mirrored
        assert found["r2"].backend_status == 500

    # Asking

    def test_a_version_is_asked_whatever_its_share_is(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2", status=404)
        _ensure(bench, Routing("r1", both))
        with following(bench) as lines:
            answer = _ask(bench, "r2")
            assert answer.status == 404
            assert answer.seconds > 0
            (line,) = lines.expect(1)
        assert isinstance(line, Answered)
        assert line.forced

    def test_nobody_answers_for_a_version_that_does_not(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        assert _ask(bench, "r1").status is None
        _ensure(bench, _canary(both, 5000))
        bench.engine.remove_container(bench.container_of(both[1]))
        assert _ask(bench, "r2").status is None
        assert _ask(bench, "r9").status is None
        assert _ask(bench, "r1").status == 200

    # Draining

    def test_what_nobody_waits_for_is_drained(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2")
        _ensure(bench, Routing("r1", both))
        assert bench.send()
        bench.gateway.apply(bench.spec, Routing("r2", both), CancelToken())
        assert bench.gateway.drain(bench.spec, _LONG_S, CancelToken())

    # The log

    def test_requests_are_told_of(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        both = bench.backend("r1"), bench.backend("r2", status=503)
        routing = Routing("r1", both)
        _ensure(bench, routing)
        with following(bench) as lines:
            first, second = bench.send(), bench.send(version="r2")
            assert first is not None
            assert second is not None
            one, two = lines.expect(2)
        assert isinstance(one, Answered)
        assert isinstance(two, Answered)
        assert (one.backend, one.status, one.backend_status) == ("r1", 200, 200)
        assert (two.backend, two.status, two.backend_status) == ("r2", 503, 503)
        assert (one.forced, two.forced) == (False, True)
        assert (one.failed, two.failed) == (False, True)
        assert [one.request, two.request] == [first.request, second.request]
        assert one.request != two.request
        assert one.seconds is not None
        assert 0 <= one.seconds < _LONG_S
        assert two.time >= one.time
        assert one.revision == revision_of(bench.spec, routing)

    def test_what_was_told_before_can_be_had_again(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        _ensure(bench, Routing("r1", (bench.backend("r1"),)))
        with following(bench) as lines:
            for _ in range(3):
                bench.send()
            every = [line for line in lines.expect(3) if isinstance(line, Answered)]
        with following(bench, since=_NEVER) as lines:
            assert lines.expect(3) == every
        with following(bench, since=every[-1].time + 1e-6) as lines:
            last = bench.send()
            (line,) = lines.expect(1)
            assert last is not None
            assert isinstance(line, Answered)
            assert line.request == last.request

    def test_feedback_is_told_of(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        _ensure(bench, Routing("r1", (bench.backend("r1"),)))
        body = '{"id": "a\\"b", "prediction": "狗", "truth": "cat\\n"}'
        with following(bench) as lines:
            assert bench.post_feedback(body) == 202
            (line,) = lines.expect(1)
        assert isinstance(line, FeedbackPosted)
        assert line.body == body

    def test_it_is_followed_over_a_restart(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        container = _ensure(bench, Routing("r1", (bench.backend("r1"),)))
        with following(bench) as lines:
            assert bench.send()
            lines.expect(1)
            bench.engine.stop_container(container)
            bench.engine.start_container(container)
            until(lambda: bench.gateway.applied(bench.spec) is not None, _LONG_S)
            second = bench.send()
            assert second is not None
            *_, line = lines.expect(2)
            assert isinstance(line, Answered)
            assert line.request == second.request

    def test_following_ends_after_the_gateway(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        backend = bench.backend("r1")
        _ensure(bench, Routing("r1", (backend,)))
        with following(bench) as lines:
            bench.send()
            lines.expect(1)
            bench.engine.remove_container(bench.container_of(backend))
            bench.gateway.remove(bench.spec)
            lines.expect_end()

    def test_following_comes_by_once_a_second(self, gateway_bench: GatewayBench) -> None:
        bench = gateway_bench
        _ensure(bench, Routing("r1", (bench.backend("r1"),)))
        with following(bench) as lines:
            lines.expect_batches(3)

    def test_nothing_is_followed_once_cancelled(self, gateway_bench: GatewayBench) -> None:
        bench, token = gateway_bench, CancelToken()
        _ensure(bench, Routing("", ()))
        token.cancel()
        with pytest.raises(Cancelled):
            next(iter(bench.gateway.follow(bench.spec, None, token)))


class Lines:
    """What a gateway told so far."""

    def __init__(self) -> None:
        self._told = threading.Condition()
        self._lines: list[Answered | FeedbackPosted] = []
        self._batches = 0
        self._ended = False

    def read(self, bench: GatewayBench, since: float | None, token: CancelToken) -> None:
        """In a thread of its own."""
        try:
            for batch in bench.gateway.follow(bench.spec, since, token):
                with self._told:
                    self._lines += batch
                    self._batches += 1
                    self._told.notify_all()
        except Cancelled:
            pass
        with self._told:
            self._ended = True
            self._told.notify_all()

    def expect(self, count: int) -> list[Answered | FeedbackPosted]:
        """All lines, as soon as there are `count` of them."""
        self._wait(lambda: len(self._lines) >= count)
        with self._told:
            return list(self._lines)

    def expect_batches(self, more: int) -> None:
        """So many further ones, empty or not."""
        with self._told:
            wanted = self._batches + more
        self._wait(lambda: self._batches >= wanted)

    def expect_end(self) -> None:
        self._wait(lambda: self._ended)

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._told:
            assert self._told.wait_for(condition, _LONG_S), (self._lines, self._batches)


@contextmanager
def following(bench: GatewayBench, since: float | None = None) -> Iterator[Lines]:
    """While inside, a thread reads what the gateway tells. It stands at the begin."""
    lines, token = Lines(), CancelToken()
    thread = threading.Thread(target=lines.read, args=(bench, since, token), name="test-follower")
    thread.start()
    try:
        lines.expect_batches(1)
        yield lines
    finally:
        token.cancel()
        thread.join(_LONG_S)
        assert not thread.is_alive()


def _canary(backends: tuple[Backend, Backend], share: int, salt: str = "salt") -> Routing:
    stable, canary = (one.name for one in backends)
    split = Split(canary, share, SplitKey.HEADER, CALLER_HEADER, salt)
    return Routing(stable, backends, split)


def _ensure(bench: GatewayBench, routing: Routing) -> ContainerId:
    return bench.gateway.ensure(bench.spec, routing, CancelToken())


def _ask(bench: GatewayBench, backend: str) -> GatewayAnswer:
    return bench.gateway.ask(bench.spec, backend, SmokeRequest(), _LONG_S, CancelToken())


def _answered_by(bench: GatewayBench, caller: str = "someone", version: str = "") -> str:
    sent = bench.send(caller, version)
    assert sent is not None
    return sent.by


def _containers(bench: GatewayBench) -> list[ContainerId]:
    label, deployment = GATEWAY_LABEL, bench.spec.deployment
    every = bench.engine.list_containers()
    return [one.id for one in every if one.labels.get(label) == deployment]

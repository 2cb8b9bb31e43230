"""Nobody loses a request while routings change or a canary dies, by an older nginx and by a newer
one."""

from collections import Counter
from collections.abc import Iterator

import pytest

from modeldesk.core.gateway.model import WHOLE, Answered, Backend, Routing, Split, SplitKey
from modeldesk.core.jobs import CancelToken
from tests.contracts.gateway_contract import following
from tests.engine.bench import connected
from tests.engine.gateway.bench import NginxBench, gateway_bench_on
from tests.support.engine import NGINX, NGINX_NEW
from tests.support.load import CALLER_HEADER, Load

_SHARES = (1_000, 2_500, 5_000, 7_500, WHOLE)
_CHANGES = 30
_CALLERS = 5_000
_ENOUGH = 2_000
"""Requests of a phase that is waited in."""
_AT_LEAST = 500
"""Of any phase; fewer would show nothing."""


@pytest.fixture(params=[NGINX, NGINX_NEW], ids=["older", "newer"])
def bench(
    engine_url: str, unique_name: str, request: pytest.FixtureRequest
) -> Iterator[NginxBench]:
    with (
        connected(engine_url) as engine,
        gateway_bench_on(engine, request.param, unique_name) as made,
    ):
        yield made


def test_routings_change_without_a_lost_request(bench: NginxBench) -> None:
    both = bench.backend("r1"), bench.backend("r2")
    bench.gateway.ensure(bench.spec, Routing("r1", both), CancelToken())
    with Load(bench.port) as load:
        load.wait_for(_ENOUGH)
        load.phase("changes")
        for number in range(_CHANGES):
            share = _SHARES[number % len(_SHARES)]
            bench.gateway.apply(bench.spec, _canary(both, share, f"{number}"), CancelToken())
        bench.gateway.apply(bench.spec, Routing("r2", both), CancelToken())
        assert bench.gateway.drain(bench.spec, 60, CancelToken())
        load.phase("after")
        bench.engine.remove_container(bench.container_of(both[0]))
        load.wait_for(_ENOUGH)
        found = load.finish()
    for phase in found.values():
        assert phase.failed == 0, phase.problems
        assert phase.sent > _AT_LEAST, found
    assert set(found["steady"].by) == {"r1"}
    # A request that ended in this phase may have been answered before.
    assert set(found["changes"].by) == {"r1", "r2"}
    assert found["after"].by["r2"] >= found["after"].sent - 50


def test_a_canary_that_is_killed_costs_no_caller_anything(bench: NginxBench) -> None:
    both = bench.backend("r1"), bench.backend("r2")
    bench.gateway.ensure(bench.spec, _canary(both, 5_000, "salt"), CancelToken())
    with following(bench) as lines, Load(bench.port) as load:
        load.wait_for(_ENOUGH)
        load.phase("killed")
        bench.engine.send_signal(bench.container_of(both[1]), "KILL")
        load.wait_for(_ENOUGH)
        bench.gateway.apply(bench.spec, Routing("r1", both), CancelToken())
        load.phase("after")
        load.wait_for(_ENOUGH)
        found = load.finish()
        sent = sum(phase.sent for phase in found.values())
        told = [line for line in lines.expect(sent) if isinstance(line, Answered)]
    for phase in found.values():
        assert phase.failed == 0, phase.problems
        assert phase.sent > _AT_LEAST, found
    assert found["steady"].by["r2"] > 0
    by_backend = Counter((line.backend, line.failed) for line in told)
    assert by_backend["r2", True] > 0
    assert by_backend["r1", True] == 0
    assert {line.status for line in told} == {200}
    unanswered = {line.backend_status for line in told if line.failed}
    assert unanswered == {None}


def test_the_share_is_kept_and_callers_stay(bench: NginxBench) -> None:
    both = bench.backend("r1"), bench.backend("r2")
    callers = [f"caller-{number}" for number in range(_CALLERS)]
    before: set[str] = set()
    bench.gateway.ensure(bench.spec, Routing("r1", both), CancelToken())
    for share in (1_000, 2_500, 5_000):
        bench.gateway.apply(bench.spec, _canary(both, share, "salt"), CancelToken())
        at_canary = {caller for caller, by in bench.asked_by(callers) if by == "r2"}
        assert abs(len(at_canary) / _CALLERS - share / WHOLE) < 0.02
        assert before <= at_canary
        before = at_canary


def _canary(backends: tuple[Backend, Backend], share: int, salt: str) -> Routing:
    stable, canary = (one.name for one in backends)
    return Routing(stable, backends, Split(canary, share, SplitKey.HEADER, CALLER_HEADER, salt))

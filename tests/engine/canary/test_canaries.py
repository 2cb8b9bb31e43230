"""Canaries behind a real gateway, with real model servers and callers who never rest."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from modeldesk.core.canary.evaluation_set import read_evaluation_set
from modeldesk.core.canary.model import Limits, Measure, Phase, Rollout, RolloutPlan, Verdict
from modeldesk.core.errors import ContainerFailed
from modeldesk.core.gateway.model import SplitKey
from modeldesk.core.jobs import Job
from tests.engine.bench import connected
from tests.engine.canary.bench import CanaryBench, canary_bench_on

WINDOW_S = 10.0
SLOW_MACHINE_S = 10.0
PLAN = RolloutPlan(
    (3_000, 10_000), WINDOW_S, 20, limits=Limits(p95_over_stable=None), key=SplitKey.HEADER,
    field="X-User",
)  # fmt: skip
"""Machines of tests are busy with other things, so that latencies tell little."""


@pytest.fixture
def bench(
    engine_url: str, engine_client: docker.DockerClient, unique_name: str, tmp_path: Path
) -> Iterator[CanaryBench]:
    with (
        connected(engine_url) as engine,
        canary_bench_on(engine, engine_client, unique_name, tmp_path) as bench,
    ):
        bench.deploy()
        yield bench


def test_a_good_one_is_promoted_by_itself_and_no_request_fails(bench: CanaryBench) -> None:
    begun = bench.start("good-2", replace(PLAN, mirror_first=True))
    assert begun.phase is Phase.MIRRORING
    bench.watch.start()
    bench.until(lambda: bench.rollout.step == 0)
    bench.restart()
    ended = bench.ended()
    assert ended.phase is Phase.PROMOTED, ended.why
    assert bench.failed == []
    assert {status for _, status in bench.answered} == {200}
    checks = bench.rollouts.checks(ended.id)
    last = checks[-1].numbers
    assert last is not None
    assert (last.canary.errors, last.canary.accuracy) == (0, 1.0)
    assert last.canary.labelled > 20
    copied = [check.numbers for check in checks if check.step < 0 and check.numbers]
    assert copied[-1].canary.requests > 20
    shares = [change.share for change in bench.rollouts.changes(ended.id)]
    assert shares == [0, 0, 3_000, 10_000, 10_000]


def test_a_failing_one_is_off_traffic_within_its_window(bench: CanaryBench) -> None:
    bench.watch.start()
    bench.start("failing", replace(PLAN, window_s=60.0))
    ended = bench.ended()
    assert ended.phase is Phase.ABORTED
    assert bench.rollouts.checks(ended.id)[-1].limits[0].measure is Measure.HARD_STOP
    assert _took_s(ended) < 62
    assert bench.failed == []
    failed = bench.answered[f"r{ended.release}", 500]
    assert failed >= 10
    # Who comes now gets the stable one.
    before = sum(bench.answered.values())
    bench.until(lambda: sum(bench.answered.values()) > before + 50)
    assert bench.answered[f"r{ended.release}", 500] <= failed + 4


def test_a_slow_one_is_off_traffic_within_its_window(bench: CanaryBench) -> None:
    """Its answers take a second, which is far more than the other's do on any machine."""
    bench.watch.start()
    bench.start("slow", replace(PLAN, steps=(5_000, 10_000), window_s=30.0, limits=Limits()))
    ended = bench.ended()
    assert ended.phase is Phase.ABORTED, ended.why
    failed = [
        one.measure
        for one in bench.rollouts.checks(ended.id)[-1].limits
        if one.verdict is Verdict.FAILED
    ]
    assert failed == [Measure.P95_OVER_STABLE]
    assert _took_s(ended) < 30 + SLOW_MACHINE_S
    assert bench.failed == []
    assert {status for _, status in bench.answered} == {200}


def test_a_wrong_one_is_told_by_the_truth(bench: CanaryBench) -> None:
    limits = Limits(accuracy=0.9, p95_over_stable=None)
    bench.watch.start()
    bench.start("wrong", replace(PLAN, limits=limits))
    lines = [f'{{"input": {number}, "truth": {number % 2}}}' for number in range(20)]
    questions = read_evaluation_set("odd.jsonl", "\n".join(lines).encode())
    found = bench.service.evaluate(bench.key, questions, Job())
    assert (found.stable.accuracy, found.canary.accuracy) == (1.0, 0.5)
    ended = bench.ended()
    assert ended.phase is Phase.ABORTED
    assert "90.0 % is asked for" in ended.why
    assert _took_s(ended) < WINDOW_S + SLOW_MACHINE_S
    assert {status for _, status in bench.answered} == {200}


def test_one_that_is_killed_outright_costs_no_caller_an_answer(bench: CanaryBench) -> None:
    bench.start("good-2", replace(PLAN, window_s=120.0))
    bench.watch.start()
    bench.until(lambda: bench.answered[f"r{bench.rollout.release}", 200] > 20)
    canary = bench.releases.deployment(bench.key.engine, bench.name).canary
    assert canary is not None
    bench.engine.remove_container(canary.version.container)
    ended = bench.ended()
    assert ended.phase is Phase.ABORTED
    assert bench.failed == []
    assert {status for _, status in bench.answered} == {200}
    seen = bench.rollouts.checks(ended.id)
    assert ended.why
    assert all(check.verdict is not Verdict.NOT_MEASURED for check in seen)


def test_one_that_is_killed_at_half_has_the_failures_in_its_numbers(bench: CanaryBench) -> None:
    bench.start("good-2", replace(PLAN, steps=(5_000, 10_000), window_s=60.0))
    bench.watch.start()
    bench.until(lambda: bench.answered[f"r{bench.rollout.release}", 200] > 20)
    canary = bench.releases.deployment(bench.key.engine, bench.name).canary
    assert canary is not None
    bench.engine.send_signal(canary.version.container, "KILL")
    ended = bench.ended()
    assert ended.phase is Phase.ABORTED
    assert bench.failed == []
    assert {status for _, status in bench.answered} == {200}
    measured = [one.numbers for one in bench.rollouts.checks(ended.id) if one.numbers]
    assert max(one.canary.errors for one in measured) > 0
    assert all(one.stable.errors == 0 for one in measured)


@pytest.mark.parametrize("harm", ["removed", "restarted"])
def test_one_goes_on_when_its_gateway_went(bench: CanaryBench, harm: str) -> None:
    bench.start("good-2", PLAN)
    bench.watch.start()
    bench.until(lambda: bench.answered[f"r{bench.rollout.release}", 200] > 20)
    before = bench.rollout
    bench.harm_gateway(harm)
    bench.heal()
    ended = bench.ended()
    assert ended.id == before.id
    assert ended.phase is Phase.PROMOTED, ended.why
    # Nobody answers while there is no gateway; but no version is to blame.
    assert {status for _, status in bench.answered} == {200}
    current = bench.releases.deployment(bench.key.engine, bench.name).current
    assert current is not None
    assert current.image == ended.target.image


def test_one_that_never_gets_healthy_leaves_nothing(bench: CanaryBench) -> None:
    with pytest.raises(ContainerFailed) as caught:
        bench.start("dead", PLAN)
    assert "no weights at all" in caught.value.detail
    assert bench.rollout.phase is Phase.ABORTED
    assert bench.traffic.rolling(bench.key) is None
    assert {status for _, status in bench.answered} <= {200}
    assert bench.failed == []


def _took_s(ended: Rollout) -> float:
    """From the beginning of its last step to its end."""
    assert ended.finished is not None
    return (ended.finished - ended.since).total_seconds()

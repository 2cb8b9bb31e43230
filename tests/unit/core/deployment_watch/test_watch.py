"""The watch's thread: what is heard is looked at, and told once, whoever watches."""

import time

import pytest

from modeldesk.core.changes import Changes
from modeldesk.core.deployment_watch import standing
from modeldesk.core.deployment_watch.model import Problem
from modeldesk.core.errors import EngineUnavailable
from modeldesk.core.jobs import Job
from tests.unit.core.deployment_watch.bench import Bench, problems


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found stands at once."""
    monkeypatch.setattr(standing, "PATIENCE_S", {})


def deployed() -> Bench:
    bench = Bench()
    bench.desk.deploy("v1.0.0")
    return bench


def take_away(bench: Bench) -> Changes:
    container = bench.desk.deployment().container
    assert container is not None
    bench.desk.engine.remove_container(container)
    return Changes(containers=frozenset({container}))


def test_what_goes_wrong_is_told_and_that_it_is_right_again() -> None:
    bench = deployed()
    watch = bench.watch(look_s=0.05)
    watch.start()
    watch.heard(take_away(bench))
    bench.wait_for(lambda: bool(bench.news))
    assert problems(bench.news[0].appeared) == [Problem.GONE]
    bench.desk.service.start(bench.desk.engine, bench.desk.key, Job())
    watch.heard(Changes(every_container=True))
    bench.wait_for(lambda: len(bench.news) > 1)
    watch.stop()
    assert problems(bench.news[1].gone) == [Problem.GONE]
    assert bench.news[1].standing == ()
    assert bench.told() == ["finding.appeared", "finding.gone"]


def stand(bench: Bench) -> None:
    """A finding that stands, told by a watch that ended."""
    watch = bench.watch(look_s=0.05)
    watch.start()
    take_away(bench)
    bench.wait_for(lambda: bool(bench.news))
    watch.stop()


def test_what_lasts_is_told_once_over_the_end_of_a_program(impatient: None) -> None:
    bench = deployed()
    stand(bench)
    bench.news.clear()
    watch = bench.watch()
    watch.start()
    bench.wait_for(lambda: bool(bench.news))
    watch.stop()
    assert problems(bench.news[0].standing) == [Problem.GONE]
    assert bench.news[0].appeared == ()
    assert bench.told() == ["finding.appeared"]


def test_what_went_while_nobody_watched_is_told(impatient: None) -> None:
    bench = deployed()
    stand(bench)
    bench.desk.service.start(bench.desk.engine, bench.desk.key, Job())
    watch = bench.watch()
    watch.start()
    deadline = time.monotonic() + 20
    while len(bench.told()) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    watch.stop()
    assert bench.told() == ["finding.appeared", "finding.gone"]


def test_an_engine_that_goes_is_waited_for() -> None:
    bench = deployed()
    take_away(bench)
    real = bench.desk.engine.list_containers
    calls: list[int] = []

    def list_containers() -> object:
        calls.append(1)
        if len(calls) < 3:
            raise EngineUnavailable("It is away.")
        return real()

    bench.desk.engine.list_containers = list_containers  # type: ignore[method-assign,assignment]
    watch = bench.watch(look_s=0.05)
    watch.start()
    bench.wait_for(lambda: bool(bench.news))
    watch.stop()
    assert problems(bench.news[0].standing) == [Problem.GONE]

"""When a container counts as ready, and what is said of one that does not become so."""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from modeldesk.core.containers.model import (
    ContainerDetail,
    ContainerSpec,
    Health,
    LogLine,
    PortBinding,
)
from modeldesk.core.containers.readiness import Readiness, died, wait_until_ready
from modeldesk.core.engine.model import EngineInfo
from modeldesk.core.errors import Cancelled, ContainerFailed
from modeldesk.core.jobs import CancelToken, Job, Progress
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_containers import Behaviour

HERE = "127.0.0.1"
PRINTS = (LogLine("loading weights"), LogLine("no such file: model.pt", error=True))


class Bench:
    """A container of one image, started."""

    def __init__(self, behaviour: Behaviour, *ports: PortBinding, info: EngineInfo = INFO) -> None:
        self.engine = FakeEngine(info)
        self.probe = FakeAnswerProbe()
        image = self.engine.add_image("team/rec:v1.0.0", behaviour=behaviour)
        self.container = self.engine.create_container(ContainerSpec(image, name="rec", ports=ports))
        self.engine.start_container(self.container)

    def wait(self, timeout_s: float = 5.0, job: Job | None = None) -> Readiness:
        return wait_until_ready(self.engine, self.probe, self.container, timeout_s, job or Job())

    def failure(self, timeout_s: float = 5.0) -> ContainerFailed:
        with pytest.raises(ContainerFailed) as caught:
            self.wait(timeout_s)
        return caught.value


def test_a_health_check_that_passes_is_the_proof() -> None:
    bench = Bench(Behaviour(health=(Health.STARTING, Health.STARTING, Health.HEALTHY)))
    assert bench.wait().proof == "health check"
    assert bench.probe.asked == []


def test_a_health_check_counts_more_than_an_answer() -> None:
    bench = Bench(Behaviour(health=(Health.STARTING,)), PortBinding(5000, 5000))
    bench.probe.answering.add((HERE, 5000))
    bench.failure(timeout_s=0)


def test_without_one_an_answer_at_any_published_port_is() -> None:
    bench = Bench(Behaviour(), PortBinding(5000, 5000), PortBinding(8000, 8001, "0.0.0.0"))
    bench.probe.answering.add((HERE, 8001))
    assert bench.wait().proof == "answer"
    assert bench.probe.asked == [(HERE, 5000), (HERE, 8001)]


def test_a_udp_port_is_not_asked() -> None:
    bench = Bench(Behaviour(), PortBinding(53, 53, protocol="udp"))
    assert bench.wait().proof == "running"
    assert bench.probe.asked == []


def test_with_nothing_to_ask_it_must_keep_running() -> None:
    ready = Bench(Behaviour()).wait()
    assert ready.proof == "running"
    assert ready.seconds >= 2


def test_one_that_ends_is_told_at_once_with_its_last_lines() -> None:
    error = Bench(Behaviour(exit_code=3, prints=PRINTS)).failure()
    assert error.message == "rec ended with exit code 3."
    assert error.hint
    assert error.detail == "loading weights\nno such file: model.pt"


def test_one_the_engine_starts_again_and_again_has_failed_too() -> None:
    error = Bench(Behaviour(restarts=1)).failure()
    assert error.message == "rec ended, and was started again."


def test_too_late_says_how_long_and_what_the_check_said() -> None:
    behaviour = Behaviour(health=(Health.STARTING,), health_output="503", prints=PRINTS)
    error = Bench(behaviour).failure(timeout_s=0.3)
    assert error.message == "rec did not become healthy within 0 seconds."
    assert error.detail == (
        "Its health check said:\n503\nIt printed:\nloading weights\nno such file: model.pt"
    )
    assert error.checked == "503"


def test_one_that_ended_says_what_the_engine_last_heard_of_its_check() -> None:
    behaviour = Behaviour(
        health=(Health.UNHEALTHY,), health_output="refused", exit_code=3, prints=PRINTS[:1]
    )
    error = Bench(behaviour).failure()
    assert error.message == "rec ended with exit code 3."
    assert error.detail == "Its health check said:\nrefused\nIt printed:\nloading weights"


def test_a_cancel_ends_the_wait() -> None:
    token = CancelToken()
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        token.cancel()

    with pytest.raises(Cancelled):
        Bench(Behaviour(health=(Health.STARTING,))).wait(job=Job(token, report))
    assert [progress.text for progress in told] == ["Waiting until rec is healthy"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: replace(d, out_of_memory=True, exit_code=137), "ran out of memory"),
        (lambda d: replace(d, error="no such device."), "could not start: no such device."),
        (lambda d: replace(d, exit_code=127), "its command was not found"),
        (lambda d: replace(d, exit_code=126), "its command can't be executed"),
        (lambda d: replace(d, exit_code=137), "was killed"),
        (lambda d: replace(d, exit_code=1), "ended with exit code 1"),
    ],
)
def test_why_it_does_not_run(
    change: Callable[[ContainerDetail], ContainerDetail], said: str
) -> None:
    bench = Bench(Behaviour())
    sentence = died(change(bench.engine.container(bench.container)), "rec")
    assert said in sentence
    assert sentence.endswith(".")
    assert not sentence.endswith("..")


LAB = replace(INFO, address="tcp://lab:2375")
UNASKED = "Port 5000 is published on lab for that machine alone"


def test_on_another_machine_that_machine_is_asked() -> None:
    bench = Bench(Behaviour(), PortBinding(5000, 5000, "0.0.0.0"), info=LAB)
    bench.probe.answering.add(("lab", 5000))
    assert bench.wait().proof == "answer"
    assert bench.probe.asked == [("lab", 5000)]


def test_what_another_machine_keeps_to_itself_must_keep_running_and_is_said_once() -> None:
    said: list[str] = []
    bench = Bench(Behaviour(), PortBinding(5000, 5000), info=LAB)
    assert bench.wait(job=Job(log=said.append)).proof == "running"
    assert bench.probe.asked == []
    (line,) = said
    assert line.startswith(UNASKED)
    assert line.endswith("It counts as started once it has run for 2 seconds.")


def test_a_health_check_is_run_on_another_machine_all_the_same() -> None:
    said: list[str] = []
    bench = Bench(Behaviour(health=(Health.HEALTHY,)), PortBinding(5000, 5000), info=LAB)
    assert bench.wait(job=Job(log=said.append)).proof == "health check"
    assert said == []


def test_a_check_that_hangs_does_not_outlast_the_timeout() -> None:
    bench = Bench(Behaviour(health=(Health.STARTING,), check_hangs=True))
    began = time.monotonic()
    assert "within 1 seconds" in bench.failure(timeout_s=1.0).message
    assert time.monotonic() - began < 5

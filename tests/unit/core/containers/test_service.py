"""Running a version: it works, or nothing of it is left."""

from dataclasses import replace

import pytest

from modeldesk.core.containers.model import Health, LogLine, Mount, PortBinding
from modeldesk.core.containers.service import RunRequest, remove, run, stop
from modeldesk.core.errors import (
    Cancelled,
    ContainerFailed,
    EngineUnavailable,
    ModelDeskError,
    NotFound,
    PortTaken,
)
from modeldesk.core.ids import ContainerId, ImageId
from modeldesk.core.jobs import CancelToken, Job
from tests.fakes.answer_probe import FakeAnswerProbe
from tests.fakes.engine import INFO, FakeEngine
from tests.fakes.engine_containers import Behaviour

HEALTHY = Behaviour(health=(Health.STARTING, Health.HEALTHY))


def request(image: ImageId, *ports: PortBinding) -> RunRequest:
    return RunRequest(image, "team/rec:v1.0.0", ports=ports, health_timeout_s=0.2)


def image_of(engine: FakeEngine, behaviour: Behaviour) -> ImageId:
    return engine.add_image("team/rec:v1.0.0", behaviour=behaviour)


def test_a_version_runs_as_it_was_asked_for() -> None:
    engine = FakeEngine()
    image = image_of(engine, HEALTHY)
    outcome = run(
        engine,
        FakeAnswerProbe(),
        RunRequest(
            image,
            "team/rec:v1.0.0",
            name="rec",
            ports=(PortBinding(5000, 5001),),
            environment={"BATCH": "4"},
            mounts=(Mount("/data", "/in", read_only=True),),
            labels={"kept": "yes"},
        ),
        Job(),
    )
    assert (outcome.name, outcome.proof) == ("rec", "health check")
    assert outcome.url == "http://127.0.0.1:5001"
    assert outcome.changes.containers == {outcome.container}
    assert outcome.changes.images == {image}
    detail = engine.container(outcome.container)
    assert detail.summary.running
    assert detail.environment["BATCH"] == "4"
    assert detail.mounts == (Mount("/data", "/in", read_only=True),)
    assert detail.summary.labels["kept"] == "yes"


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Behaviour(exit_code=1, prints=(LogLine("no weights"),)), ContainerFailed),
        (Behaviour(health=(Health.STARTING,)), ContainerFailed),
        (Behaviour(start_error=PortTaken(5000, "Port 5000 is taken.")), PortTaken),
    ],
)
def test_one_that_does_not_work_is_removed(
    behaviour: Behaviour, expected: type[ModelDeskError]
) -> None:
    engine = FakeEngine()
    with pytest.raises(expected):
        run(engine, FakeAnswerProbe(), request(image_of(engine, behaviour)), Job())
    assert engine.list_containers() == ()


def test_a_cancelled_one_is_removed() -> None:
    engine = FakeEngine()
    token = CancelToken()
    job = Job(token, lambda progress: token.cancel())
    with pytest.raises(Cancelled):
        run(engine, FakeAnswerProbe(), request(image_of(engine, HEALTHY)), job)
    assert engine.list_containers() == ()


def test_an_image_that_is_gone_is_said() -> None:
    with pytest.raises(NotFound):
        run(FakeEngine(), FakeAnswerProbe(), request(ImageId("sha256:" + "0" * 64)), Job())


def test_an_engine_that_stops_meanwhile_is_what_is_said() -> None:
    engine = FakeEngine()
    image = image_of(engine, Behaviour(health=(Health.STARTING,)))
    job = Job(report=lambda progress: engine.stop() if "Waiting" in progress.text else None)
    with pytest.raises(EngineUnavailable):
        run(engine, FakeAnswerProbe(), request(image), job)


def test_stopped_ones_stay_and_removed_ones_go() -> None:
    engine = FakeEngine()
    container = run(engine, FakeAnswerProbe(), request(image_of(engine, HEALTHY)), Job()).container
    assert stop(engine, container, Job()).containers == {container}
    assert not engine.container(container).summary.running
    assert remove(engine, container, Job()).containers == {container}
    assert engine.list_containers() == ()


def test_removing_what_somebody_else_removed_is_no_error() -> None:
    gone = ContainerId("0" * 64)
    assert remove(FakeEngine(), gone, Job()).containers == {gone}


def test_the_address_of_one_on_another_machine() -> None:
    engine = FakeEngine(replace(INFO, address="tcp://lab:2375"))
    image = image_of(engine, HEALTHY)
    outcome = run(
        engine, FakeAnswerProbe(), request(image, PortBinding(5000, 5001, "0.0.0.0")), Job()
    )
    assert outcome.url == "http://lab:5001"
    assert outcome.ports == (PortBinding(5000, 5001, "0.0.0.0"),)

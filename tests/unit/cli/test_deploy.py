"""``modeldesk deploy`` and ``releases``."""

import argparse
from pathlib import Path

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import deploy, deployments, releases, rollback
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.containers.model import ContainerLimits, Health, Mount, PortBinding
from modeldesk.core.errors import InvalidInput, NoSuchDeployment, NotFound
from modeldesk.core.gateway.ports import SmokeRequest
from modeldesk.core.ids import DeploymentName
from modeldesk.core.images import ImageConfig
from modeldesk.core.library.service import Library
from modeldesk.core.releases.model import ServiceSettings
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.support.releases import release_service

HEALTHY = Behaviour(health=(Health.HEALTHY,))


@pytest.fixture
def engine() -> FakeEngine:
    made = FakeEngine()
    for tag in ("v1.0.0", "v1.1.0"):
        config = ImageConfig(exposed_ports=("8000/tcp",))
        made.add_image(f"team/rec:{tag}", behaviour=HEALTHY, config=config)
    made.add_image("bare:v1.0.0", behaviour=HEALTHY)
    return made


@pytest.fixture
def session(engine: FakeEngine, tmp_path: Path) -> Session:
    parts = Parts(Paths.under(tmp_path))
    service = release_service(FakeReleaseRecords(), who=lambda: "ana")
    vars(parts).update(
        finder=FakeFinder(engine), library=Library(FakeImageRecords()), releases=service
    )
    return Session(parts)


def put(session: Session, *words: str) -> Answer:
    parser = argparse.ArgumentParser()
    deploy.add_arguments(parser)
    return deploy.execute(parser.parse_args([*words]), session)


def listed(session: Session) -> Answer:
    parser = argparse.ArgumentParser()
    deployments.add_arguments(parser)
    return deployments.execute(parser.parse_args([]), session)


def told(session: Session, *words: str) -> list[dict[str, object]]:
    parser = argparse.ArgumentParser()
    releases.add_arguments(parser)
    answer = releases.execute(parser.parse_args([*words]), session).json
    assert isinstance(answer, list)
    return [one for one in answer if isinstance(one, dict)]


def settings(session: Session, name: str = "rec") -> ServiceSettings:
    service = session.releases()
    return service.deployment(session.here(), DeploymentName(name)).settings


def test_a_model_alone_is_its_newest_version_at_the_ports_it_exposes(session: Session) -> None:
    answer = put(session, "team/rec")
    assert answer.lines[0].startswith("rec runs team/rec:v1.1.0")
    (port,) = settings(session).ports
    assert port.container_port == 8000
    assert port.host_port
    assert isinstance(answer.json, dict)
    assert answer.json["url"] == f"http://127.0.0.1:{port.host_port}"


def test_each_environment_has_a_deployment_of_its_own(session: Session) -> None:
    put(session, "team/rec:v1.0.0", "--env", "test")
    put(session, "team/rec:v1.1.0", "--env", "test", "--why", "better")
    put(session, "team/rec:v1.0.0")
    every = listed(session).json
    assert isinstance(every, list)
    shown = [(d["deployment"], d["environment"]) for d in every if isinstance(d, dict)]
    assert shown == [("rec", "production"), ("rec-test", "test")]
    assert [(one["reference"], one["why"]) for one in told(session, "rec-test")] == [
        ("team/rec:v1.1.0", "better"),
        ("team/rec:v1.0.0", ""),
    ]
    assert [one["deployment"] for one in told(session)] == ["rec", "rec-test", "rec-test"]


def test_what_is_named_changes_and_the_rest_stays(session: Session, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(b"{}")
    words = (
        *("--port", "5000:8000", "-e", "MODE=x", "-e", "TOKEN=abc", "--secret", "PLAIN=d"),
        *("-v", "cache:/cache", "--memory", "1GB", "--cpus", "1.5", "--locked-down"),
        *("--smoke", "post /predict", "--smoke-body", str(body), "--timeout", "7"),
        *("--keep-warm", "0", "--drain", "3"),
    )
    put(session, "team/rec:v1.0.0", *words)
    assert settings(session) == ServiceSettings(
        (PortBinding(8000, 5000),),
        {"MODE": "x"},
        ("PLAIN", "TOKEN"),
        (Mount("cache", "/cache"),),
        7.0,
        ContainerLimits(1_000_000_000, 1.5),
        locked_down=True,
        smoke=SmokeRequest("POST", "/predict", b"{}"),
        keep_warm_s=0.0,
        drain_s=3.0,
    )
    more = ("-e", "MODE=y", "-e", "TOKEN=new", "--unset", "PLAIN", "--no-locked-down", "-v", "")
    put(session, "team/rec:v1.1.0", *more, "--smoke", "none", "--memory", "0B")
    now = settings(session)
    assert (now.environment, now.secret_names) == ({"MODE": "y"}, ("TOKEN",))
    assert (now.mounts, now.locked_down, now.smoke) == ((), False, None)
    assert now.limits == ContainerLimits(0, 1.5)
    assert now.ports == (PortBinding(8000, 5000),)
    assert now.health_timeout_s == 7.0
    service = session.releases()
    container = service.deployment(session.here(), DeploymentName("rec")).container
    assert container is not None
    assert session.engine().container(container).environment["TOKEN"] == "new"
    assert [one["settings"] for one in told(session, "rec")] == [2, 1]


@pytest.mark.parametrize(
    "words",
    [
        ("team/rec", "--smoke", "predict"),
        ("team/rec", "--smoke", "FETCH /"),
        ("team/rec", "--smoke-type", "text/plain"),
        ("team/rec", "--smoke", "GET /", "--smoke-body", "/not/there"),
        ("team/rec", "--env", "Pro duction"),
        ("team/rec", "--port", "53:53/udp"),
        ("bare:v1.0.0",),
        ("team/rec", "-e", "=x"),
    ],
    ids=" ".join,
)
def test_what_can_not_be_is_said(session: Session, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        put(session, *words)
    assert session.releases().deployments(session.here()) == ()


def test_names_that_mean_something_else_are_asked_about(session: Session) -> None:
    put(session, "bare:v1.0.0", "--name", "rec", "--port", "8000")
    with pytest.raises(InvalidInput, match="of something else"):
        put(session, "team/rec")
    put(session, "team/rec", "--name", "one")
    put(session, "team/rec", "--name", "two")
    with pytest.raises(InvalidInput, match="one, two"):
        put(session, "team/rec")
    with pytest.raises(NotFound):
        put(session, "nobody")
    with pytest.raises(NoSuchDeployment):
        told(session, "nobody")


def test_a_version_that_fails_is_told_by_the_exit_code_and_in_the_history(
    session: Session, engine: FakeEngine
) -> None:
    put(session, "team/rec:v1.0.0")
    engine.add_image("team/rec:v2", behaviour=Behaviour(exit_code=1))
    answer = put(session, "team/rec:v2")
    assert answer.exit_code is ExitCode.RESTORED
    newest = told(session)[0]
    assert (newest["state"], newest["from_reference"]) == ("restored", "team/rec:v1.0.0")
    assert "v2 ended with exit code 1" in str(newest["error"])
    assert newest["finished"]


def test_what_was_kept_is_told(session: Session) -> None:
    put(session, "team/rec:v1.0.0")
    put(session, "team/rec:v1.1.0")
    parser = argparse.ArgumentParser()
    rollback.add_arguments(parser)
    rollback.execute(parser.parse_args(["rec"]), session)
    answer = listed(session)
    assert isinstance(answer.json, list)
    (one,) = answer.json
    assert isinstance(one, dict)
    assert (one["gateway"], one["canary"], one["settings"]) == (True, None, 1)
    (kept,) = one["kept"]
    assert isinstance(kept, dict)
    assert (kept["reference"], kept["state"]) == ("team/rec:v1.1.0", "running")
    session.releases().stop(
        session.engine(),
        session.releases().deployment(session.here(), DeploymentName("rec")).key,
        session.job,
    )
    assert "stopped" in listed(session).lines[1]

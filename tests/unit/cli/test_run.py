"""`modeldesk run --service`, on fakes."""

import argparse
from pathlib import Path

import pytest

from modeldesk.cli.commands import run
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.containers.model import Health
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import DeploymentName
from modeldesk.core.jobs import Job
from modeldesk.core.library.service import Library
from modeldesk.core.references import Reference
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_containers import Behaviour
from tests.fakes.records import FakeImageRecords, FakeReleaseRecords
from tests.support.releases import release_service


@pytest.fixture
def session(tmp_path: Path) -> Session:
    engine = FakeEngine()
    for tag in ("v1.0.0", "v1.1.0"):
        engine.add_image(f"team/rec:{tag}", behaviour=Behaviour(health=(Health.HEALTHY,)))
    parts = Parts(Paths.under(tmp_path))
    releases = release_service(FakeReleaseRecords(), who=lambda: "ana")
    vars(parts).update(
        finder=FakeFinder(engine), library=Library(FakeImageRecords()), releases=releases
    )
    return Session(parts)


def serve(session: Session, *words: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    answer = run.execute(parser.parse_args([*words, "--service", "shop"]), session)
    assert isinstance(answer.json, dict)
    return dict(answer.json)


def test_a_service_keeps_its_settings_but_for_the_time_that_is_given(session: Session) -> None:
    serve(session, "team/rec:v1.0.0", "-p", "5000:5000", "-e", "A=b")
    kept = session.releases().deployment(session.here(), DeploymentName("shop")).settings
    assert kept.health_timeout_s == 60
    serve(session, "team/rec:v1.1.0", "--timeout", "7")
    now = session.releases().deployment(session.here(), DeploymentName("shop")).settings
    assert now.health_timeout_s == 7
    assert (now.ports, now.environment) == (kept.ports, kept.environment)


def test_the_address_is_told(session: Session) -> None:
    assert serve(session, "team/rec:v1.0.0", "-p", "5000:5000")["url"] == "http://127.0.0.1:5000"


def test_values_with_a_password_in_them_are_not_kept(session: Session) -> None:
    words = ("-e", "DATABASE_URL=postgres://u:p@h/db", "-e", "TOKEN2=x", "-e", "PORT=80")
    serve(session, "team/rec:v1.0.0", "-p", "5000", *words)
    kept = session.releases().deployment(session.here(), DeploymentName("shop")).settings
    assert kept.environment == {"PORT": "80"}
    assert kept.secret_names == ("DATABASE_URL", "TOKEN2")


def test_a_service_without_a_name_is_no_single_container(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    run.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["team/rec:v1.0.0", "--service", ""])
    assert "no deployment was named" in capsys.readouterr().err


def test_a_variable_with_a_line_break_in_its_name_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInput):
        serve(session, "team/rec:v1.0.0", "-e", "A\nB=1")


def test_what_latest_means_now_is_said(session: Session) -> None:
    engine = session.engine()
    said: list[str] = []
    session.job = Job(log=said.append)
    image = next(one.id for one in engine.list_images() if str(one.tags[0]).endswith("v1.1.0"))
    engine.tag_image(image, Reference.parse("team/rec:latest"))
    serve(session, "team/rec", "-p", "5000:5000")
    moves = "team/rec:latest moves, and may mean another model tomorrow."
    assert f"{moves} It is {image} now" in said[0]
    said.clear()
    serve(session, "team/rec:v1.1.0")
    assert not any("moves" in line for line in said)

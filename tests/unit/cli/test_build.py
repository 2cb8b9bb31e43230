"""`modeldesk build`, on fakes."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.cli.commands import build
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import BuildFailed, FolderError, InvalidInput, InvalidVersion
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.service import Library
from modeldesk.paths import Paths
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_build import BuildScript
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeSourceControl
from tests.unit.core.serving.models import sklearn_folder

DOCKERFILE = "FROM python:3.11-slim\nCOPY model.txt /app/\nRUN true\n"


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.add_image("python:3.11-slim")
    return engine


@pytest.fixture
def session(engine: FakeEngine, tmp_path: Path) -> Session:
    parts = Parts(Paths.under(tmp_path))
    service = BuildService(
        FakeBuildRecords(),
        FakeSourceControl(),
        lambda: datetime.now(UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
    )
    vars(parts).update(
        finder=FakeFinder(engine), library=Library(FakeImageRecords()), builds=service
    )
    return Session(parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "churn"
    folder.mkdir()
    (folder / "model.txt").write_text("weights")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    build.add_arguments(parser)
    return parser.parse_args(list(words))


def test_the_answer_has_the_stable_keys(session: Session, folder: Path) -> None:
    answer = build.execute(arguments(str(folder)), session)
    found = json.loads(json.dumps(answer.json))
    assert list(found) == ["image_id", "references", "context_bytes", "duration_s", "steps"]
    assert found["references"] == ["churn:v1.0.0"]
    assert found["image_id"].startswith("sha256:")
    assert found["context_bytes"] >= len("weights") + len(DOCKERFILE)
    names = [step["name"] for step in found["steps"]]
    assert "[2/3] COPY model.txt /app/" in names
    assert all(set(step) == {"name", "cached", "seconds"} for step in found["steps"])


def test_each_build_is_the_next_version(session: Session, folder: Path) -> None:
    build.execute(arguments(str(folder)), session)
    answer = build.execute(arguments(str(folder)), session)
    assert json.loads(json.dumps(answer.json))["references"] == ["churn:v1.1.0"]


def test_every_name_that_was_asked_for_is_given(
    session: Session, folder: Path, engine: FakeEngine
) -> None:
    words = ("--tag", "v3.0.0", "--model", "team/churn", "--also-tag", "try", "--channel", "stable")
    build.execute(arguments(str(folder), *words), session)
    named = {str(tag) for image in engine.list_images() for tag in image.tags}
    assert named >= {"team/churn:v3.0.0", "team/churn:try", "team/churn:stable"}


def test_a_version_is_never_given_twice(session: Session, folder: Path) -> None:
    build.execute(arguments(str(folder), "--tag", "v1.0.0"), session)
    with pytest.raises(InvalidVersion, match="exists already"):
        build.execute(arguments(str(folder), "--tag", "v1.0.0"), session)


def test_a_scheme_without_a_next_name_says_why(session: Session, folder: Path) -> None:
    with pytest.raises(InvalidVersion, match="not in a git repository"):
        build.execute(arguments(str(folder), "--scheme", "commit"), session)


def test_a_dockerfile_from_elsewhere_is_built(
    session: Session, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "Other"
    other.write_text("FROM scratch\nCOPY model.txt /only/\n")
    answer = build.execute(arguments(str(folder), "--file", str(other)), session)
    assert "COPY model.txt /only/" in json.dumps(answer.json)


def test_a_dockerfile_that_is_not_there_is_said(session: Session, folder: Path) -> None:
    with pytest.raises(FolderError, match="can't be read"):
        build.execute(arguments(str(folder), "--file", str(folder / "none")), session)


def test_steps_are_printed_as_they_end_and_a_failure_names_its_line(
    session: Session, folder: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.build_script = BuildScript(fail_at_line=3)
    with pytest.raises(BuildFailed) as caught:
        # A session speaks to the standard error of its own time.
        build.execute(arguments(str(folder)), Session(session.parts))
    assert caught.value.line == 3
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.splitlines().count("[2/3] COPY model.txt /app/") == 1
    assert "[2/3] COPY model.txt /app/  0.0 s" in printed.err
    assert "[3/3] RUN true  FAILED" in printed.err


def test_a_dockerfile_that_is_no_file_is_said_before_another_is_used(
    session: Session, folder: Path
) -> None:
    (folder / "Dockerfile").unlink()
    (folder / "Dockerfile").symlink_to("Dockerfile")
    (folder / "serve.py").write_text("import http.server")
    said: list[str] = []
    session.job = Job(CancelToken(), lambda _: None, said.append)
    build.execute(arguments(str(folder)), session)
    assert "Dockerfile is no file that can be read" in said[0]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder that has no Dockerfile, and packages to install."""
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "serve.py").write_text("import http.server\n")
    (folder / "requirements.txt").write_text("numpy==2.1.0\n")
    return folder


def froms(session: Session, *words: str) -> int:
    """How many stages were built."""
    answer = build.execute(arguments(*words), session)
    steps = json.loads(json.dumps(answer.json))["steps"]
    return sum("FROM" in step["name"] for step in steps)


def test_stages_can_be_chosen(session: Session, bare: Path) -> None:
    assert froms(session, str(bare)) == 3
    assert froms(session, str(bare), "--stages", "multi") == 3
    assert froms(session, str(bare), "--stages", "single") == 1


def test_where_one_stage_is_all_that_makes_sense_it_is_said(session: Session, bare: Path) -> None:
    said: list[str] = []
    session.job = Job(CancelToken(), lambda _: None, said.append)
    (bare / "requirements.txt").unlink()
    assert froms(session, str(bare), "--stages", "multi") == 1
    assert any("No package is installed" in text for text in said)


def test_stages_are_no_choice_of_a_dockerfile_that_is_there(
    session: Session, folder: Path, bare: Path
) -> None:
    for words in ([str(folder)], [str(bare), "--file", str(folder / "Dockerfile")]):
        with pytest.raises(InvalidInput, match="there is one already"):
            build.execute(arguments(*words, "--stages", "multi"), session)


def test_a_server_is_generated_unless_it_is_not_wanted(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sklearn_folder(tmp_path)
    said: list[str] = []
    monkeypatch.setattr(session, "job", Job(CancelToken(), log=said.append))
    build.execute(arguments(str(folder)), session)
    assert any("a small server is proposed" in line for line in said)
    assert any("COPY modeldesk_server/" in line for line in said)
    said.clear()
    build.execute(arguments(str(folder), "--no-serving", "--tag", "v9.9.9"), session)
    assert any("There is no program that serves the model" in line for line in said)
    assert not any("modeldesk_server" in line for line in said)

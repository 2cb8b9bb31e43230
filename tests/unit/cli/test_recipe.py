"""`modeldesk recipe`: printed by default, written when told, and nothing replaced."""

import argparse
import json
from pathlib import Path

import pytest

from modeldesk.cli.commands import recipe
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import InvalidInput
from modeldesk.core.recipes.service import RecipeService
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.package_resolver import FakeResolver
from tests.unit.core.serving.models import sklearn_folder

DIGEST = f"sha256:{'ab' * 32}"


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.add_image("python:3.11-slim", digests=[f"python@{DIGEST}"])
    return engine


@pytest.fixture
def session(tmp_path: Path, engine: FakeEngine) -> Session:
    parts = Parts(Paths.under(tmp_path / "home"))
    vars(parts).update(finder=FakeFinder(engine), recipes=RecipeService(None, FakeResolver()))
    return Session(parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "serve.py").write_text("import http.server\n")
    (folder / "requirements.txt").write_text("numpy\n")
    return folder


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    recipe.add_arguments(parser)
    return parser.parse_args(list(words))


def printed(session: Session, *words: str) -> str:
    return "\n".join(recipe.execute(arguments(*words), session).lines)


def test_the_dockerfile_is_printed_with_its_digest(session: Session, folder: Path) -> None:
    text = printed(session, str(folder))
    assert text.startswith(f"FROM python:3.11-slim@{DIGEST} AS base\n")
    assert text.endswith('CMD ["python", "serve.py"]')
    assert sorted(one.name for one in folder.iterdir()) == ["requirements.txt", "serve.py"]


def test_stages_and_base(session: Session, folder: Path) -> None:
    assert printed(session, str(folder), "--single").count("FROM ") == 1
    assert printed(session, str(folder), "--multi").count("FROM ") == 4
    assert "python:3.11-alpine" in printed(session, str(folder), "--base", "alpine")
    assert "FROM own:1" in printed(session, str(folder), "--base", "own:1")
    with pytest.raises(SystemExit):
        arguments(str(folder), "--single", "--multi")


def test_no_engine_is_needed(tmp_path: Path, folder: Path) -> None:
    parts = Parts(Paths.under(tmp_path / "home"))
    vars(parts).update(finder=FakeFinder(None), recipes=RecipeService(None, None))
    text = printed(Session(parts), str(folder))
    assert text.startswith("FROM python:3.11-slim AS base\n")
    assert "--mount" not in text


def test_why_a_base_has_no_digest_is_said_beside_the_dockerfile(
    session: Session, folder: Path, engine: FakeEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.add_image("own:1")
    # A session speaks to the standard error of its own time.
    answer = recipe.execute(arguments(str(folder), "--base", "own:1"), Session(session.parts))
    said = capsys.readouterr().err
    assert "own:1 is on the engine and came from no registry" in said
    assert not any("registry" in line for line in answer.lines)


def test_the_stable_keys(session: Session, folder: Path) -> None:
    answer = recipe.execute(arguments(str(folder), "--lock", "--reproducible"), session)
    told = json.loads(json.dumps(answer.json))
    assert list(told) == [
        "folder", "dockerfile", "dockerignore", "base", "base_digest", "stages", "form",
        "reproducible", "locked", "texts", "notes", "written",
    ]  # fmt: skip
    assert (told["base"], told["base_digest"]) == ("python:3.11-slim", DIGEST)
    assert told["reproducible"] is True
    assert told["locked"]["packages"] == ["numpy==1.0"]
    assert "numpy==1.0 \\" in told["texts"]["requirements.lock"]
    assert told["written"] == []


def test_all_of_it_is_written_when_told(session: Session, folder: Path) -> None:
    answer = recipe.execute(arguments(str(folder), "--lock", "--write"), session)
    told = json.loads(json.dumps(answer.json))
    assert sorted(told["written"]) == [".dockerignore", "Dockerfile", "requirements.lock"]
    for name in told["written"]:
        assert (folder / name).read_text()


def test_a_generated_server_is_written_with_it(session: Session, tmp_path: Path) -> None:
    folder = sklearn_folder(tmp_path / "bare")
    recipe.execute(arguments(str(folder), "--write"), session)
    assert (folder / "modeldesk_server" / "serve.py").is_file()


def test_nothing_is_replaced_without_being_told(session: Session, folder: Path) -> None:
    (folder / ".dockerignore").write_text("mine\n")
    (folder / "Dockerfile").write_text("FROM scratch\n")
    with pytest.raises(InvalidInput, match="Dockerfile"):
        recipe.execute(arguments(str(folder), "--write"), session)
    assert (folder / "Dockerfile").read_text() == "FROM scratch\n"
    recipe.execute(arguments(str(folder), "--write", "--force"), session)
    assert (folder / "Dockerfile").read_text().startswith("FROM python")
    # The folder's own is used, so none was proposed.
    assert (folder / ".dockerignore").read_text() == "mine\n"


def test_no_link_leads_out_of_the_folder(session: Session, folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (folder / "Dockerfile").symlink_to(outside)
    recipe.execute(arguments(str(folder), "--write", "--force"), session)
    assert outside.read_text() == "mine"
    assert not (folder / "Dockerfile").is_symlink()

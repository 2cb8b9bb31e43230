"""`modeldesk build`, on fakes."""

import argparse
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.cli.commands import build
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import (
    BuildFailed,
    EngineError,
    FolderError,
    InvalidInput,
    InvalidVersion,
    RuleBroken,
    SourceControlError,
)
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.service import Library
from modeldesk.core.recipes.service import RecipeService
from modeldesk.core.references import Reference
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.paths import Paths
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import INFO, FakeEngine, FakeFinder
from tests.fakes.engine_build import BuildScript
from tests.fakes.package_resolver import FakeResolver
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeCheckout, FakeSourceControl
from tests.unit.core.serving.models import sklearn_folder

DOCKERFILE = "FROM python:3.11-slim\nCOPY model.txt /app/\nRUN true\n"


@pytest.fixture
def engine() -> FakeEngine:
    engine = FakeEngine()
    engine.add_image("python:3.11-slim")
    return engine


@pytest.fixture
def source() -> FakeSourceControl:
    return FakeSourceControl()


@pytest.fixture
def session(engine: FakeEngine, source: FakeSourceControl, tmp_path: Path) -> Session:
    parts = Parts(Paths.under(tmp_path))
    service = BuildService(
        FakeBuildRecords(),
        source,
        lambda: datetime.now(UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
        checkouts=tmp_path / "checkouts",
        channels=lambda: parts.channels,
    )
    vars(parts).update(
        finder=FakeFinder(engine),
        library=Library(FakeImageRecords()),
        builds=service,
        recipes=RecipeService(None, FakeResolver()),
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
    assert list(found) == ["image_id", "references", "refused", "moved", "context_bytes",
                           "duration_s", "steps", "commit", "git_tag", "git_problem"]  # fmt: skip
    assert (found["refused"], found["moved"]) == ([], [])
    assert found["references"] == ["churn:v1.0.0"]
    assert found["image_id"].startswith("sha256:")
    assert found["context_bytes"] >= len("weights") + len(DOCKERFILE)
    names = [step["name"] for step in found["steps"]]
    assert "[2/3] COPY model.txt /app/" in names
    assert all(set(step) == {"name", "cached", "seconds"} for step in found["steps"])


def test_each_build_is_the_next_version_by_what_changed(
    session: Session, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build.execute(arguments(str(folder)), session)
    (folder / "model.txt").write_text("other words")
    answer = build.execute(arguments(str(folder)), Session(session.parts))
    assert json.loads(json.dumps(answer.json))["references"] == ["churn:v1.1.0"]
    assert "v1.1.0, because the data changed since v1.0.0" in capsys.readouterr().err
    (folder / "Dockerfile").write_text(DOCKERFILE + "RUN false\n")
    answer = build.execute(arguments(str(folder)), Session(session.parts))
    assert json.loads(json.dumps(answer.json))["references"] == ["churn:v1.1.1"]


def test_what_a_person_names_stays(session: Session, folder: Path) -> None:
    build.execute(arguments(str(folder)), session)
    answer = build.execute(arguments(str(folder), "--tag", "v7.0.0+cu121"), session)
    assert json.loads(json.dumps(answer.json))["references"] == ["churn:v7.0.0_cu121"]


def test_a_name_that_could_not_be_given_is_said_and_the_others_stand(
    session: Session, folder: Path, engine: FakeEngine
) -> None:
    engine.add_image("churn:v0.9.0", "churn:candidate")
    engine.build_script = BuildScript()
    words = ("--tag", "v1.0.0", "--tag", "try", "--channel", "candidate")
    # The first is given; the second is not.
    real, given = engine.tag_image, list[str]()

    def tag(image: ImageId, reference: Reference) -> None:
        given.append(reference.tag)
        if reference.tag == "try":
            raise EngineError("No room.")
        real(image, reference)

    engine.tag_image = tag  # type: ignore[method-assign]  # one call of many is to fail
    answer = build.execute(arguments(str(folder), *words), session)
    found = json.loads(json.dumps(answer.json))
    assert given == ["v1.0.0", "try", "candidate"]
    assert found["references"] == ["churn:v1.0.0", "churn:candidate"]
    assert found["refused"] == [{"reference": "churn:try", "error": "No room."}]
    assert found["moved"] == [{"reference": "churn:candidate", "from": "v0.9.0"}]
    assert answer.exit_code is ExitCode.FAILED
    assert str(answer.problem).startswith("The image was built, but churn:try could not be set.")


@pytest.mark.parametrize("tag", ["", "v01.0.0", "stable"])
def test_a_name_that_no_version_can_have_is_refused_before_anything_is_built(
    session: Session, folder: Path, engine: FakeEngine, tag: str
) -> None:
    with pytest.raises(InvalidInput):
        build.execute(arguments(str(folder), "--tag", tag), session)
    assert engine.calls.get("build", 0) == 0


def test_every_name_that_was_asked_for_is_given(
    session: Session, folder: Path, engine: FakeEngine
) -> None:
    words = ("--tag", "v3.0.0", "--tag", "a1b2c3d4", "--model", "team/churn", "--also-tag", "try",
             "--channel", "candidate")  # fmt: skip
    build.execute(arguments(str(folder), *words), session)
    named = {str(tag) for image in engine.list_images() for tag in image.tags}
    assert named >= {f"team/churn:{tag}" for tag in ("v3.0.0", "a1b2c3d4", "try", "candidate")}


def test_a_channel_has_its_rules_here_too(
    session: Session, folder: Path, engine: FakeEngine
) -> None:
    words = [str(folder), "--tag", "v4.0.0", "--channel", "stable"]
    with pytest.raises(RuleBroken, match="was not candidate before"):
        build.execute(arguments(*words), session)
    with pytest.raises(InvalidInput, match="with a reason only"):
        build.execute(arguments(*words, "--override"), session)
    assert engine.calls.get("build", 0) == 0
    build.execute(arguments(*words, "--override", "--why", "the first there is"), session)
    (move,) = session.parts.channels.history(ModelName("churn"), "stable").moves
    assert (move.why, move.after) == ("the first there is", "v4.0.0")
    assert "after" in move.broken


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
    assert froms(session, str(bare)) == 4
    assert froms(session, str(bare), "--multi") == 4
    assert froms(session, str(bare), "--single") == 1


def test_where_one_stage_is_all_that_makes_sense_it_is_said(session: Session, bare: Path) -> None:
    said: list[str] = []
    session.job = Job(CancelToken(), lambda _: None, said.append)
    (bare / "requirements.txt").unlink()
    assert froms(session, str(bare), "--multi") == 1
    assert any("No package is installed" in text for text in said)


def test_stages_are_no_choice_of_a_dockerfile_that_is_there(
    session: Session, folder: Path, bare: Path
) -> None:
    for words in ([str(folder)], [str(bare), "--file", str(folder / "Dockerfile")]):
        with pytest.raises(InvalidInput, match="there is one already"):
            build.execute(arguments(*words, "--multi"), session)


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


def built_from(session: Session, *words: str) -> str:
    """What the steps say that were built."""
    answer = build.execute(arguments(*words), session)
    return json.dumps(answer.json)


def test_the_base_can_be_chosen(session: Session, bare: Path, engine: FakeEngine) -> None:
    for name in ("gcr.io/distroless/python3-debian12:nonroot", "python:3.11-slim-bookworm"):
        engine.add_image(name)
    steps = built_from(session, str(bare), "--base", "distroless")
    assert "FROM gcr.io/distroless/python3-debian12:nonroot AS final" in steps
    engine.add_image("registry.lan/python:3.11-own")
    assert "FROM registry.lan/python:3.11-own" in built_from(
        session, str(bare), "--base", "registry.lan/python:3.11-own"
    )


def test_a_lock_goes_to_the_engine_with_the_folder(session: Session, bare: Path) -> None:
    said: list[str] = []
    session.job = Job(CancelToken(), lambda _: None, said.append)
    steps = built_from(session, str(bare), "--lock")
    assert "--require-hashes -r requirements.lock" in steps
    assert any("1 package is installed in a locked version" in one for one in said)
    assert not (bare / "requirements.lock").exists()


def test_a_reproducible_build_takes_its_files_from_a_stage(session: Session, bare: Path) -> None:
    assert "COPY --from=files /layers/0/ /" in built_from(session, str(bare), "--reproducible")


@pytest.mark.parametrize("words", [("--base", "slim"), ("--reproducible",), ("--lock",)])
def test_what_is_for_a_proposed_dockerfile_is_refused_for_another(
    session: Session, folder: Path, words: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput, match="there is one already"):
        build.execute(arguments(str(folder), *words), session)


def test_a_commit_is_built_and_tagged(
    session: Session, folder: Path, source: FakeSourceControl
) -> None:
    files = {"model.txt": "old", "Dockerfile": DOCKERFILE}
    commit = "a1b2c3d4" * 5
    checkout = FakeCheckout(GitFacts("f" * 40, "main", False, ""), commits={commit: files})
    source.checkouts[folder] = checkout
    words = ("--from-commit", "a1b2c3d4", "--tag", "v1.0.0", "--git-tag", "--git-message", "Old")
    answer = build.execute(arguments(str(folder), *words), session)
    told = json.loads(json.dumps(answer.json))
    assert (told["commit"], told["git_tag"]) == (commit, "churn-v1.0.0")
    assert checkout.tags == {"churn-v1.0.0": commit}
    assert checkout.messages == {"churn-v1.0.0": "Old"}
    build.execute(arguments(str(folder), "--from-commit", commit, "--git-tag", "mine"), session)
    assert checkout.messages["mine"] == "churn v1.0.1"


def test_a_git_tag_that_fails_is_said_beside_the_image(
    session: Session, folder: Path, source: FakeSourceControl, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"model.txt": "old", "Dockerfile": DOCKERFILE}
    commit = "a1b2c3d4" * 5
    facts = GitFacts(commit, "main", False, "")
    source.checkouts[folder] = FakeCheckout(facts, commits={commit: files})

    def fail(*_: object) -> None:
        raise SourceControlError("The tag could not be made.")

    monkeypatch.setattr(source, "add_tag", fail)
    answer = build.execute(arguments(str(folder), "--git-tag", "mine"), session)
    assert answer.exit_code == 0
    assert answer.problem is not None
    assert answer.problem.message == "The image was built, but its commit has no git tag of it."
    assert answer.problem.detail.endswith("git tag mine: The tag could not be made.")
    told = json.loads(json.dumps(answer.json))
    assert (told["git_tag"], told["git_problem"]) == ("", answer.problem.detail)
    assert told["references"] == ["churn:v1.0.0"]


def test_a_message_without_a_git_tag_is_refused(session: Session, folder: Path) -> None:
    with pytest.raises(InvalidInput, match="--git-message"):
        build.execute(arguments(str(folder), "--git-message", "x"), session)


def test_a_timestamp_ends_as_is_wished_and_then_as_before(session: Session, folder: Path) -> None:
    words = (str(folder), "--scheme", "timestamp")
    build.execute(arguments(*words, "--suffix", "prod"), session)
    answer = build.execute(arguments(*words), session)
    (name,) = json.loads(json.dumps(answer.json))["references"]
    assert re.fullmatch(r"churn:v\d{8}-\d{4,6}-prod", name)
    with pytest.raises(InvalidVersion, match="can't end"):
        build.execute(arguments(*words, "--suffix", "-"), session)


def test_arguments_and_secrets_are_given_and_not_told(
    session: Session,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    session.job = Job(CancelToken(), lambda _: None, lines.append)
    secret = tmp_path / "hub"
    secret.write_text("hush-hush")
    monkeypatch.setenv("HUB_TOKEN", "t0ken-of-hub")
    given: tuple[str, ...] = ("--build-arg", "FLAVOUR=slim", "--build-arg", "HUB_TOKEN")
    given += ("--secret", f"id=pip,src={secret}", "--secret", "id=hub,env=HUB_TOKEN")
    build.execute(arguments(str(folder), *given, "--builder", "buildx"), session)
    (newest,) = session.builds().history.recent()
    record = session.builds().history.record(newest.id)
    assert record is not None
    assert record.asked.build_args == {"FLAVOUR": "slim", "HUB_TOKEN": "••••••"}
    assert record.asked.secrets["pip"].place == str(secret)
    assert record.asked.builder.value == "buildx"
    said = "\n".join(lines)
    assert "“HUB_TOKEN” looks like a secret" in said
    assert "mounts the secret “hub”" in said
    for text in (repr(record), said):
        assert "hush-hush" not in text
        assert "t0ken" not in text


def test_secrets_and_the_classic_builder(
    session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB", "hush-hush")
    classic = FakeEngine(info=replace(INFO, builds_with_buildkit=False))
    vars(session.parts)["finder"] = FakeFinder(classic)
    with pytest.raises(InvalidInput, match="no secrets"):
        build.execute(arguments(str(folder), "--secret", "id=HUB"), session)

"""`modeldesk verify` and `modeldesk build --verify`, on fakes."""

import argparse
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from modeldesk import resources
from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import build, verify
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.build.model import BuildRequest
from modeldesk.core.build.service import BuildService, Hear
from modeldesk.core.errors import EngineError, InvalidInput, NoSuchRevision, NotFound
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.library.service import Library
from modeldesk.core.ports import ImageEngine
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.paths import Paths
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine, FakeFinder
from tests.fakes.engine_build import BuildScript
from tests.fakes.image_source import contents_of
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeCheckout, FakeSourceControl
from tests.support.logs import ExpectsLog

COMMIT = "a1b2c3d4" * 5
DOCKERFILE = "FROM python:3.11-slim\nCOPY model.txt /app/\nRUN true\n"
OTHER = "FROM python:3.11-slim\nCOPY model.txt /elsewhere/\nENV A=b\n"


class Bench:
    def __init__(self, root: Path) -> None:
        self.now = datetime(2026, 4, 5, tzinfo=UTC)
        self.engine = FakeEngine()
        self.engine.add_image("python:3.11-slim")
        self.source = FakeSourceControl()
        self.folder = root / "churn"
        self.folder.mkdir()
        files = {"Dockerfile": DOCKERFILE, "model.txt": "weights"}
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.checkout = FakeCheckout(GitFacts(COMMIT, "main", False, ""), commits={COMMIT: files})
        self.source.checkouts[self.folder] = self.checkout
        parts = Parts(Paths.under(root / "home"))
        self.records = FakeBuildRecords()
        builds = BuildService(
            self.records,
            self.source,
            self.clock,
            FakeDeploymentLocks(),
            resources.path("serving"),
            checkouts=root / "checkouts",
        )
        vars(parts).update(
            finder=FakeFinder(self.engine),
            library=Library(FakeImageRecords()),
            builds=builds,
            layer_records=FakeContentRecords(),
            contents_here=contents_of(self.engine, {}, FakeContentRecords()),
        )
        self.session = Session(parts)
        self.again: list[BuildRequest] = []
        """What was built a second time."""
        build_unnamed = builds.build_unnamed

        def unnamed(
            engine: ImageEngine, request: BuildRequest, job: Job, hear: Hear
        ) -> tuple[ImageId, str]:
            self.again.append(request)
            return build_unnamed(engine, request, job, hear)

        vars(builds)["build_unnamed"] = unnamed

    def clock(self) -> datetime:
        """A minute later each time."""
        self.now += timedelta(minutes=1)
        return self.now

    def call(self, command: ModuleType, *words: str | Path) -> tuple[Answer, Any]:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        answer = command.execute(parser.parse_args(list(map(str, words))), self.session)
        return answer, json.loads(json.dumps(answer.json))

    @property
    def images(self) -> set[ImageId]:
        return {image.id for image in self.engine.list_images()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_version_is_made_again_and_nothing_stays(bench: Bench, tmp_path: Path) -> None:
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    before = bench.images
    answer, told = bench.call(verify, "churn:v1.0.0")
    assert list(told) == [
        "verdict", "commit", "first_image_id", "same_layers", "layers", "config",
    ]  # fmt: skip
    assert told["commit"] == COMMIT
    assert told["verdict"] in ("identical", "equivalent")
    assert answer.exit_code is ExitCode.DONE
    assert answer.lines[0].startswith("Made again, the image")
    assert bench.images == before
    assert bench.session.builds().history.recent()[0].references[0].tag == "v1.0.0"
    assert len(bench.session.builds().history.recent()) == 1
    assert not list((tmp_path / "checkouts").iterdir())


def test_a_build_verifies_itself(bench: Bench) -> None:
    answer, told = bench.call(build, bench.folder, "--verify")
    assert told["verification"]["first_image_id"] == told["image_id"]
    assert any(line.startswith("Made again") for line in answer.lines)
    assert told["image_id"] in bench.images


def test_the_dockerfile_that_made_it_makes_it_again(bench: Bench) -> None:
    other = bench.folder.parent / "Other"
    other.write_text(OTHER)
    bench.call(build, bench.folder, "--tag", "v1.0.0", "--file", other, "--build-arg", "C=d")
    other.unlink()
    answer, told = bench.call(verify, "churn:v1.0.0")
    assert answer.exit_code is ExitCode.DONE
    assert told["verdict"] in ("identical", "equivalent")
    (again,) = bench.again
    assert (again.dockerfile, again.build_args) == (OTHER, {"C": "d"})


def propose_instead(bench: Bench) -> None:
    """Neither the folder nor its commit has a Dockerfile."""
    (bench.folder / "Dockerfile").unlink()
    bench.checkout.commits[COMMIT] = {"model.txt": "weights", "serve.py": "print()\n"}
    (bench.folder / "serve.py").write_text("print()\n")


def test_files_that_were_sent_beside_the_folder_are_sent_again(bench: Bench) -> None:
    propose_instead(bench)
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    (record,) = bench.records.build_history()
    whole = bench.records.build(record.id)
    assert whole is not None
    asked = replace(whole.asked, texts={"requirements.lock": "numpy==2.1.0\n"})
    bench.records.update_build(replace(whole, asked=asked))
    bench.call(verify, "churn:v1.0.0")
    (again,) = bench.again
    assert again.texts == {"requirements.lock": "numpy==2.1.0\n"}
    assert again.dockerfile == whole.asked.dockerfile


def test_a_proposed_dockerfile_is_the_one_of_then(bench: Bench) -> None:
    propose_instead(bench)
    bench.engine.add_image("python:3.11-alpine")
    bench.call(build, bench.folder, "--tag", "v1.0.0", "--reproducible", "--base", "alpine")
    settings = replace(bench.session.parts.settings, base_image="python:3.12-slim")
    vars(bench.session.parts)["settings"] = settings
    answer, _ = bench.call(verify, "churn:v1.0.0")
    assert answer.exit_code is ExitCode.DONE
    (again,) = bench.again
    assert again.dockerfile is not None
    assert "FROM python:3.11-alpine" in again.dockerfile
    assert again.reproducible
    assert again.dockerignore


def test_without_the_dockerfile_it_is_said_that_nothing_makes_it_again(bench: Bench) -> None:
    propose_instead(bench)
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    bench.records.forget()
    with pytest.raises(InvalidInput, match="no build on record here has it"):
        bench.call(verify, "churn:v1.0.0", "--folder", bench.folder)


def test_a_secret_that_was_not_kept_is_said(bench: Bench) -> None:
    bench.call(build, bench.folder, "--tag", "v1.0.0", "--build-arg", "API_TOKEN=hunter2-hunter2")
    with pytest.raises(InvalidInput, match="not kept: argument API_TOKEN"):
        bench.call(verify, "churn:v1.0.0")


def test_another_dockerfile_makes_another_image(bench: Bench) -> None:
    other = bench.folder.parent / "Other"
    other.write_text(OTHER)
    bench.call(build, bench.folder, "--tag", "v1.0.0", "--file", other)
    bench.records.forget()
    answer, told = bench.call(verify, "churn:v1.0.0", "--folder", bench.folder)
    assert (told["verdict"], answer.exit_code) == ("different", ExitCode.DIFFERS)
    causes = {one["cause"] for layer in told["layers"] for one in layer["causes"]}
    assert "instruction" in causes


def test_what_no_commit_makes_is_refused(bench: Bench) -> None:
    bench.checkout.changed.add(bench.folder / "model.txt")
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    with pytest.raises(InvalidInput, match="not committed"):
        bench.call(verify, "churn:v1.0.0")
    bench.source.checkouts.clear()
    bench.call(build, bench.folder, "--tag", "v2.0.0")
    with pytest.raises(InvalidInput, match="which commit"):
        bench.call(verify, "churn:v2.0.0")
    with pytest.raises(NotFound):
        bench.call(verify, "churn:v9.0.0")


def test_a_folder_that_is_gone_has_to_be_named(bench: Bench, tmp_path: Path) -> None:
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    moved = tmp_path / "moved"
    bench.folder.rename(moved)
    bench.source.checkouts = {moved: bench.checkout}
    with pytest.raises(InvalidInput, match="which folder"):
        bench.call(verify, "churn:v1.0.0")
    _, told = bench.call(verify, "churn:v1.0.0", "--folder", moved)
    assert told["commit"] == COMMIT


def test_a_commit_that_is_gone_is_said(bench: Bench) -> None:
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    bench.checkout.commits.clear()
    with pytest.raises(NoSuchRevision):
        bench.call(verify, "churn:v1.0.0")


def test_what_a_person_wrote_into_labels_is_no_difference(bench: Bench) -> None:
    (bench.folder / "metrics.json").write_text('{"accuracy": 0.9}')
    bench.call(build, bench.folder, "--tag", "v1.0.0")
    _, told = bench.call(verify, "churn:v1.0.0")
    assert told["config"] == []


def test_a_second_image_that_stays_is_logged(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, expects_log: ExpectsLog
) -> None:
    bench.call(build, bench.folder, "--tag", "v1.0.0")

    def refuse(*_: object, **__: object) -> None:
        raise EngineError("No.")

    monkeypatch.setattr(bench.engine, "remove_image", refuse)
    expects_log("could not be removed")
    _, told = bench.call(verify, "churn:v1.0.0")
    assert told["verdict"]


def test_a_second_build_that_fails_leaves_the_first_and_says_so(bench: Bench) -> None:
    def fail_later(line: str) -> None:
        if "second time" in line:
            bench.engine.build_script = BuildScript(fail_at_line=3)

    bench.session.job = Job(log=fail_later)
    answer, told = bench.call(build, bench.folder, "--verify")
    assert told["image_id"] in bench.images
    assert answer.exit_code is ExitCode.BUILD_FAILED
    assert answer.problem is not None

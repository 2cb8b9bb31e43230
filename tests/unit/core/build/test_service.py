"""Builds from plan to record, on the fake engine."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldesk import resources
from modeldesk.core.build.model import (
    BuildEvent,
    BuildOutcome,
    BuildRecord,
    BuildRequest,
    BuildState,
    ContextProgress,
    StepChanged,
    StepLog,
    StepState,
    new_build,
)
from modeldesk.core.build.secret import Secret
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import (
    AlreadyRunning,
    BuildFailed,
    Cancelled,
    EngineUnavailable,
    FolderError,
    InvalidReference,
    InvalidVersion,
    RecordsBusy,
    SourceControlError,
)
from modeldesk.core.ids import ModelName
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.service import Library
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.references import Reference
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.fingerprint import Part, read_fingerprint
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import Scheme
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_build import BuildScript
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeCheckout, FakeSourceControl
from tests.support.logs import ExpectsLog

NOW = datetime(2026, 4, 5, 12, 30, tzinfo=UTC)
COMMIT = "a1b2c3d4" * 5
DOCKERFILE = "FROM python:3.11\n\nCOPY serve.py /app/\nRUN make\n"
Event = BuildEvent | ContextProgress


class Bench:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = FakeEngine()
        self.engine.add_image("python:3.11", "python:3.11-slim")
        self.records = FakeBuildRecords()
        self.git = FakeSourceControl()
        self.service = BuildService(
            self.records, self.git, lambda: NOW, FakeDeploymentLocks(), resources.path("serving")
        )
        self.events: list[Event] = []
        self.reports: list[Progress] = []
        self.token = CancelToken()

    def request(self, *tags: str, **changes: Any) -> BuildRequest:
        plan = BuildRequest(
            folder=self.folder,
            model=ModelName("churn"),
            references=tuple(Reference("docker.io", "churn", tag) for tag in tags or ("v1.0.0",)),
        )
        return replace(plan, **changes)

    def build(
        self, request: BuildRequest, hear: Callable[[Event], None] | None = None
    ) -> BuildOutcome:
        job = Job(token=self.token, report=self.reports.append)
        return self.service.build(self.engine, request, job, hear or self.events.append)

    def snapshot(self) -> LibrarySnapshot:
        return Library(FakeImageRecords()).reload(self.engine)

    @property
    def record(self) -> BuildRecord:
        (newest, *_) = self.records.recent_builds()
        found = self.records.build(newest.id)
        assert found is not None
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "churn"
    folder.mkdir()
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "serve.py").write_text("print()\n")
    return Bench(folder)


def checkout(bench: Bench, dirty: bool = False) -> None:
    facts = GitFacts(COMMIT, "main", dirty, "https://git.example.org/churn.git")
    changed = {bench.folder / "serve.py"} if dirty else set()
    bench.git.checkouts[bench.folder] = FakeCheckout(facts, changed)


def test_a_build_is_made_named_labelled_and_recorded(bench: Bench) -> None:
    checkout(bench, dirty=True)
    hostile = '"\nRUN rm -rf /\nLABEL x="'
    outcome = bench.service.build(
        bench.engine,
        bench.request("v1.0.0", "stable", labels={"note": hostile, "empty": ""}),
        Job(report=bench.reports.append),
        bench.events.append,
    )
    (image,) = [one for one in bench.engine.list_images() if one.id == outcome.image]
    assert {str(tag) for tag in image.tags} == {"churn:v1.0.0", "churn:stable"}
    fingerprint = read_fingerprint(image.labels["io.modeldesk.model.fingerprint"])
    assert fingerprint is not None
    assert {*fingerprint.parts} == {*Part}
    assert image.labels == {
        "note": hostile,
        "io.modeldesk.model.fingerprint": fingerprint.label(),
        "io.modeldesk.model.name": "churn",
        "org.opencontainers.image.title": "churn",
        "org.opencontainers.image.version": "v1.0.0",
        "org.opencontainers.image.created": "2026-04-05T12:30:00Z",
        "org.opencontainers.image.revision": f"{COMMIT}-dirty",
        "org.opencontainers.image.source": "https://git.example.org/churn.git",
        "org.opencontainers.image.base.name": "python:3.11",
    }
    record = bench.record
    assert record.state is BuildState.SUCCEEDED
    assert (record.image, record.context_bytes) == (outcome.image, outcome.context_bytes)
    assert record.steps == outcome.steps
    assert all(step.state is StepState.DONE for step in record.steps)
    assert "RUN make" in record.log
    assert hostile not in record.log
    assert outcome.changes.images == {outcome.image}
    assert outcome.changes.builds
    sent = [event for event in bench.events if isinstance(event, ContextProgress)]
    assert sent[-1].sent_bytes == sent[-1].total_bytes == outcome.context_bytes
    assert {report.unit for report in bench.reports} == {Unit.BYTES, Unit.STEPS}


def test_a_version_that_is_being_built_is_not_built_again_beside_it(bench: Bench) -> None:
    """Neither would find the other's image, and the later one would take the name."""
    met: list[str] = []

    def build_again(_: Event) -> None:
        if met:
            return
        met.append("")
        with pytest.raises(AlreadyRunning, match=r"churn:v1\.0\.0"):
            bench.build(bench.request("v1.0.0", "stable"))
        bench.build(bench.request("v1.1.0", "stable"))

    bench.build(bench.request("v1.0.0", "stable"), build_again)
    assert met
    with pytest.raises(InvalidVersion):
        bench.build(bench.request("v1.0.0"))
    bench.build(bench.request("v1.2.0"))


def test_a_version_is_never_given_to_another_image(bench: Bench) -> None:
    old = bench.engine.add_image("churn:v1.0.0", "churn:stable")
    with pytest.raises(InvalidVersion, match=r"churn:v1\.0\.0 exists already") as failure:
        bench.build(bench.request())
    assert failure.value.hint == (
        "Choose another version (v1.0.1 is free), or remove that one first."
    )
    assert bench.records.recent_builds() == ()
    assert bench.engine.calls.get("build", 0) == 0
    # A channel moves; the image that had it is to be read again as well.
    outcome = bench.build(bench.request("v1.1.0", "stable"))
    assert outcome.changes.images == {outcome.image, old}


def test_a_version_that_another_program_gives_meanwhile_stays_with_its_image(
    bench: Bench,
) -> None:
    other = bench.engine.add_image("other:1")
    version = Reference.parse("churn:v1.0.0")

    def give(event: Event) -> None:
        bench.events.append(event)
        bench.engine.tag_image(other, version)

    with pytest.raises(InvalidVersion, match=r"churn:v1\.0\.0 exists already"):
        bench.build(bench.request("v1.0.0", "stable"), give)
    named = {tag: image.id for image in bench.engine.list_images() for tag in image.tags}
    assert named[version] == other
    assert Reference.parse("churn:stable") not in named
    assert bench.record.state is BuildState.FAILED


@pytest.mark.parametrize(
    ("tags", "error"),
    [
        (("latest",), InvalidVersion),
        (("stable", "v1.0.0"), InvalidVersion),
        (("v1+2",), InvalidVersion),
        (("",), InvalidReference),
        (("v1.0.0", ""), InvalidReference),
    ],
)
def test_names_that_can_not_be_given(
    bench: Bench, tags: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        bench.build(bench.request(*tags))
    with pytest.raises(InvalidReference):
        bench.build(bench.request(references=()))
    assert bench.engine.calls.get("build", 0) == 0


def test_a_failing_step_is_said_with_its_line_and_recorded(bench: Bench) -> None:
    bench.engine.fail_next("build", BuildFailed("It failed.", "", "boom", step="[3/3] RUN make"))
    with pytest.raises(BuildFailed) as failure:
        bench.build(bench.request())
    assert failure.value.line == 4
    assert bench.record.state is BuildState.FAILED
    assert bench.record.error == "It failed.\nboom"


def test_what_ran_when_the_engine_was_lost_has_failed(bench: Bench) -> None:
    bench.engine.build_script = BuildScript(fail_at_line=4, prints=("compiling",))

    def stop_at_make(event: Event) -> None:
        bench.events.append(event)
        if isinstance(event, StepLog) and event.text == "compiling":
            raise EngineUnavailable("The engine is gone.")

    with pytest.raises(EngineUnavailable):
        bench.build(bench.request(), stop_at_make)
    assert bench.record.state is BuildState.FAILED
    assert bench.record.steps[-1].state is StepState.FAILED
    assert bench.record.log.endswith("RUN make\ncompiling")


def test_cancel_is_recorded_and_leaves_no_step_running(bench: Bench) -> None:
    def cancel_at_make(event: Event) -> None:
        bench.events.append(event)
        if isinstance(event, StepChanged) and "RUN make" in event.step.name:
            bench.token.cancel()

    with pytest.raises(Cancelled):
        bench.build(bench.request(), cancel_at_make)
    assert bench.record.state is BuildState.CANCELLED
    assert bench.record.steps[-1].state is StepState.CANCELLED
    assert not any("churn" in str(tag) for i in bench.engine.list_images() for tag in i.tags)


def test_given_texts_are_built_and_the_folder_is_not_touched(bench: Bench) -> None:
    before = sorted(bench.folder.iterdir())
    (bench.folder / "secret.txt").write_text("x")
    bench.build(
        bench.request(
            dockerfile="FROM python:3.11\nCOPY secret.txt /s\n",
            dockerignore="",
        )
    )
    assert "[2/2] COPY secret.txt /s" in bench.record.log
    with pytest.raises(BuildFailed):
        bench.build(
            bench.request(
                "v2",
                dockerfile="FROM python:3.11\nCOPY secret.txt /s\n",
                dockerignore="secret.txt\nDockerfile\n",
            )
        )
    assert sorted(bench.folder.iterdir()) == sorted([*before, bench.folder / "secret.txt"])
    assert (bench.folder / "Dockerfile").read_text() == DOCKERFILE


def test_the_dockerfiles_own_ignore_file_goes_first(bench: Bench) -> None:
    (bench.folder / ".dockerignore").write_text("")
    (bench.folder / "Dockerfile.dockerignore").write_text("serve.py\n")
    with pytest.raises(BuildFailed):
        bench.build(bench.request())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "Dockerfile").unlink(), "no Dockerfile"),
        (lambda folder: (folder / ".dockerignore").write_text("a\n[\n"), "Line 2 of .dockerignore"),
        (lambda folder: os.mkfifo(folder / ".dockerignore"), "no text file"),
        (lambda folder: (folder / ".dockerignore").write_bytes(bytes(2 << 20)), "no text file"),
        (lambda folder: folder.rename(folder.with_name("moved")), "is not there"),
    ],
)
def test_folders_that_can_not_be_built(
    bench: Bench, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(bench.folder)
    with pytest.raises(FolderError, match=said.replace(".", r"\.")):
        bench.build(bench.request())
    assert bench.record.state is BuildState.FAILED
    assert bench.engine.calls.get("build", 0) == 0


def test_pipes_in_the_folder_are_said_in_the_log(bench: Bench) -> None:
    for number in range(12):
        os.mkfifo(bench.folder / f"pipe{number:02}")
    bench.build(bench.request())
    assert "“pipe09” is a named pipe and is not sent." in bench.record.log
    assert "2 more sockets, pipes and devices are not sent." in bench.record.log


def test_records_that_fail_before_stop_the_build_and_after_do_not(
    bench: Bench, expects_log: ExpectsLog
) -> None:
    bench.records.failure = RecordsBusy("busy")
    with pytest.raises(RecordsBusy):
        bench.build(bench.request())
    assert bench.engine.calls.get("build", 0) == 0
    bench.records.failure = None

    def fail_from_now(event: Event) -> None:
        bench.records.failure = RecordsBusy("busy")

    expects_log("could not be recorded")
    outcome = bench.build(bench.request(), fail_from_now)
    assert outcome.image in {image.id for image in bench.engine.list_images()}


def test_git_that_can_not_be_read_leaves_the_labels_out(bench: Bench) -> None:
    bench.git.error = SourceControlError("No git.")
    outcome = bench.build(bench.request())
    (image,) = [one for one in bench.engine.list_images() if one.id == outcome.image]
    assert "org.opencontainers.image.revision" not in image.labels


def test_prepare_shows_all_that_would_be_built(bench: Bench) -> None:
    checkout(bench)
    (bench.folder / "metrics.json").write_text(json.dumps({"accuracy": 0.94}))
    (bench.folder / ".dockerignore").write_text("metrics.json\n")
    os.mkfifo(bench.folder / "pipe")
    bench.engine.add_image("registry.lan:5000/team/churn:v1.4.0")
    plan = bench.service.prepare(bench.folder, bench.snapshot(), Settings())
    assert plan.own_dockerfile
    assert plan.dockerfile == DOCKERFILE
    assert plan.dockerignore == "metrics.json\n"
    assert plan.git is not None
    assert (plan.model, str(plan.repository)) == ("churn", "churn")
    assert plan.versions[Scheme.COMMIT].tag == COMMIT[:8]
    assert plan.scheme is Scheme.SEMANTIC
    assert plan.skipped == ("“pipe” is a named pipe and is not sent.",)
    assert json.loads(plan.labels["io.modeldesk.model.metrics"]) == {"accuracy": 0.94}
    outcome = bench.build(plan.request("v1.5.0", ["candidate"]))
    assert 0 < outcome.context_bytes <= plan.context_bytes


def test_prepare_proposes_what_is_missing(bench: Bench) -> None:
    (bench.folder / "Dockerfile").unlink()
    plan = bench.service.prepare(
        bench.folder,
        bench.snapshot(),
        Settings(default_registry="registry.lan:5000/team/", version_scheme="commit"),
    )
    assert plan.recipe is not None
    assert plan.dockerfile.startswith("FROM python:3.11-slim")
    assert str(plan.repository) == "registry.lan:5000/team/churn"
    # Without git the commit scheme has no name to give.
    assert plan.scheme is Scheme.SEMANTIC
    request = plan.request("v0.1.0")
    assert request.dockerfile == plan.dockerfile
    assert request.dockerignore == plan.dockerignore
    assert request.references == (Reference("registry.lan:5000", "team/churn", "v0.1.0"),)


def test_a_folder_built_before_keeps_its_model_and_repository(bench: Bench) -> None:
    request = bench.request(
        model=ModelName("churn-eu"),
        references=(Reference("registry.lan", "eu/churn", "v2.0.0"),),
    )
    bench.build(request)
    plan = bench.service.prepare(bench.folder, bench.snapshot(), Settings())
    assert plan.model == "churn-eu"
    assert str(plan.repository) == "registry.lan/eu/churn"
    assert plan.versions[Scheme.SEMANTIC].tag == "v2.1.0"
    bench.records.failure = RecordsBusy("busy")
    assert bench.service.prepare(bench.folder, bench.snapshot(), Settings()).model == "churn"


def test_a_secret_reaches_the_step_and_nothing_that_is_kept_or_told(bench: Bench) -> None:
    text = "FROM python:3.11\nRUN --mount=type=secret,id=key cat /run/secrets/key\n"
    (bench.folder / "Dockerfile").write_text(text)
    secret = Secret(b"hush-hush")
    request = bench.request(secrets={"key": secret}, build_args={"API_TOKEN": "very-quiet"})
    bench.engine.build_script = BuildScript(prints=("very-quiet",))
    bench.build(request)
    assert [event.text for event in bench.events if isinstance(event, StepLog)] == ["••••••"] * 2
    assert "••••••" in bench.record.log
    for said in (repr(bench.events), repr(bench.record), repr(request)):
        assert "hush" not in said
        assert "quiet" not in said
    bench.engine.build_script = BuildScript(fail_at_line=2, failure="said hush-hush")
    (bench.folder / "Dockerfile").write_text(text + "RUN true\n")
    with pytest.raises(BuildFailed) as caught:
        bench.build(replace(request, references=bench.request("v2.0.0").references,
                            no_cache=True, build=new_build()))  # fmt: skip
    assert caught.value.detail == "said ••••••"
    assert "hush" not in bench.record.error


def test_only_what_changed_is_sent_and_counted(bench: Bench) -> None:
    (bench.folder / "weights.bin").write_bytes(bytes(500_000))
    assert bench.build(bench.request("v1.0.0")).context_bytes > 500_000
    (bench.folder / "serve.py").write_text("print(2)\n")
    bench.events.clear()
    assert bench.build(bench.request("v1.1.0", build=new_build())).context_bytes == 9
    sent = [event for event in bench.events if isinstance(event, ContextProgress)]
    assert (sent[-1].sent_bytes, sent[-1].total_bytes) == (9, 9)


# The time and the base of what is built


def built_image(bench: Bench, request: BuildRequest) -> ImageSummary:
    outcome = bench.build(request)
    (image,) = [one for one in bench.engine.list_images() if one.id == outcome.image]
    return image


def test_a_reproducible_image_counts_as_created_when_its_commit_was_made(bench: Bench) -> None:
    made = 1_700_000_000
    bench.git.checkouts[bench.folder] = FakeCheckout(
        GitFacts(COMMIT, "main", False, "", committed=made)
    )
    image = built_image(bench, bench.request(choice=RecipeChoice("python", reproducible=True)))
    assert image.labels["org.opencontainers.image.created"] == "2023-11-14T22:13:20Z"


def test_without_a_commit_the_newest_file_tells(bench: Bench) -> None:
    for name, when in (("serve.py", 1_600_000_000), ("Dockerfile", 1_500_000_000)):
        os.utime(bench.folder / name, (when, when))
    image = built_image(bench, bench.request(choice=RecipeChoice("python", reproducible=True)))
    assert image.labels["org.opencontainers.image.created"] == "2020-09-13T12:26:40Z"


def test_the_base_images_digest_is_in_the_labels(bench: Bench) -> None:
    digest = f"sha256:{'ab' * 32}"
    (bench.folder / "Dockerfile").write_text("FROM python:3.12\nRUN make\n")
    bench.engine.add_image("python:3.12", digests=[f"python@{digest}"])
    labels = built_image(bench, bench.request()).labels
    assert labels["org.opencontainers.image.base.name"] == "python:3.12"
    assert labels["org.opencontainers.image.base.digest"] == digest

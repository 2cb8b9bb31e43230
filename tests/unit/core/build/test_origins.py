"""Builds of commits, of folders with changes, and their git tags, on fakes."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldesk import resources
from modeldesk.core.build.git_state import git_findings
from modeldesk.core.build.model import BuildOutcome, BuildRequest, BuildState
from modeldesk.core.build.origins import Origins
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import BuildFailed, InvalidInput, NoSuchRevision, SourceControlError
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.service import Library
from modeldesk.core.references import Reference
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.git_facts import GitFacts, Submodule
from modeldesk.core.versioning.names import Scheme
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.engine_build import BuildScript
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeCheckout, FakeSourceControl

OLD, NEW = "a1b2c3d4" * 5, "e5f6a7b8" * 5
DOCKERFILE = "FROM python:3.11-slim\nCOPY model.txt /app/\n"


class Bench:
    def __init__(self, root: Path) -> None:
        self.folder = root / "churn"
        self.folder.mkdir()
        self.checkouts = root / "cache" / "checkouts"
        self.locks = FakeDeploymentLocks()
        self.engine = FakeEngine()
        self.engine.add_image("python:3.11-slim")
        self.git = FakeSourceControl()
        self.checkout = FakeCheckout(GitFacts(NEW, "main", False, "https://git.example.org/c"))
        self.checkout.commits[OLD] = {"Dockerfile": DOCKERFILE, "model.txt": "old"}
        self.checkout.commits[NEW] = {"Dockerfile": DOCKERFILE, "model.txt": "new, larger"}
        self.checkout.tags["v1.0.0"] = OLD
        self.git.checkouts[self.folder] = self.checkout
        for name, text in self.checkout.commits[NEW].items():
            (self.folder / name).write_text(text)
        self.records = FakeBuildRecords()
        self.serve(self.git)

    def serve(self, source: FakeSourceControl) -> None:
        self.service = BuildService(
            self.records,
            source,
            lambda: datetime(2026, 4, 5, tzinfo=UTC),
            self.locks,
            resources.path("serving"),
            checkouts=self.checkouts,
        )

    def plan(self, revision: str = "") -> BuildPlan:
        snapshot = Library(FakeImageRecords()).reload(self.engine)
        return self.service.prepare(self.folder, snapshot, Settings(), revision=revision)

    def request(self, **changes: Any) -> BuildRequest:
        reference = Reference("docker.io", "churn", "v2.0.0")
        request = BuildRequest(self.folder, ModelName("churn"), (reference,))
        return replace(request, **changes)

    def build(self, **changes: Any) -> BuildOutcome:
        return self.service.build(self.engine, self.request(**changes), Job(), lambda _: None)

    def texts(self, plan: BuildPlan) -> list[str]:
        assert plan.git_of_folder is not None
        assert plan.git is not None
        return [one.text for one in git_findings(plan.git_of_folder, plan.git)]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_plan_of_a_tag_is_of_its_commit(bench: Bench) -> None:
    plan = bench.plan("v1.0.0")
    assert (plan.revision, plan.folder.path, plan.model) == (OLD, bench.folder, "churn")
    assert plan.folder.total_bytes == len(DOCKERFILE) + len("old")
    assert plan.versions[Scheme.COMMIT].tag == OLD[:8]
    assert plan.request("v2.0.0").revision == OLD
    assert not list(bench.checkouts.iterdir())
    assert bench.plan().revision == ""


def test_a_commit_is_built_beside_the_folder(bench: Bench) -> None:
    bench.checkout.changed.add(bench.folder / "model.txt")
    outcome = bench.build(revision="v1.0.0")
    (image,) = [one for one in bench.engine.list_images() if one.id == outcome.image]
    assert image.labels["org.opencontainers.image.revision"] == OLD
    assert image.labels["org.opencontainers.image.source"] == "https://git.example.org/c"
    assert outcome.commit == OLD
    record = bench.records.build(bench.records.recent_builds()[0].id)
    assert record is not None
    assert record.log.startswith("Laying out commit v1.0.0")
    assert (bench.folder / "model.txt").read_text() == "new, larger"
    (place,) = bench.git.checked_out
    assert place.parent == bench.checkouts
    assert not place.exists()
    assert bench.records.recent_builds()[0].folder == str(bench.folder)
    assert not bench.locks.held


def test_a_build_that_fails_takes_its_checkout_away(bench: Bench) -> None:
    bench.engine.build_script = BuildScript(fail_at_line=2)
    with pytest.raises(BuildFailed):
        bench.build(revision=OLD)
    assert not list(bench.checkouts.iterdir())


def test_what_is_no_revision_is_said_before_anything_is_built(bench: Bench) -> None:
    with pytest.raises(NoSuchRevision):
        bench.build(revision="v9")
    with pytest.raises(NoSuchRevision):
        bench.plan("v9")
    assert not list(bench.checkouts.iterdir())


def test_what_a_killed_program_left_is_swept_and_what_is_held_is_not(bench: Bench) -> None:
    for name in ("left", "held"):
        (bench.checkouts / name / "files").mkdir(parents=True)
    with bench.locks.hold(f"checkout {bench.checkouts / 'held'}"):
        bench.service.forget_interrupted()
    assert [path.name for path in bench.checkouts.iterdir()] == ["held"]


def test_two_builds_of_a_folder_have_a_place_each_and_the_same_one_again(bench: Bench) -> None:
    origins = Origins(bench.git, bench.locks, bench.checkouts)
    token = CancelToken()
    with (
        origins.of(bench.folder, OLD, token) as one,
        origins.of(bench.folder, NEW, token) as other,
    ):
        assert one.folder != other.folder
        assert (one.folder / "model.txt").read_text() == "old"
    with origins.of(bench.folder, NEW, token) as again:
        assert again.folder == one.folder


def test_of_a_commit_only_what_the_last_one_had_not_is_sent(bench: Bench) -> None:
    weights = "w" * 10_000
    commits = {
        "1": {"Dockerfile": DOCKERFILE, "model.txt": weights, "app.py": "a = 1"},
        "2": {"Dockerfile": DOCKERFILE, "model.txt": weights, "app.py": "b = 2"},
        "3": {"Dockerfile": DOCKERFILE, "model.txt": "x" * 10_000, "app.py": "b = 2"},
    }
    for number, files in commits.items():
        bench.checkout.commits[number * 40] = files

    def sent(number: str, version: str) -> int:
        reference = Reference("docker.io", "churn", version)
        return bench.build(revision=number * 40, references=(reference,)).context_bytes

    assert sent("1", "v1") > 10_000
    assert sent("2", "v2") == len("b = 2")
    assert sent("3", "v3") == 10_000
    assert sent("3", "v4") == 0
    assert sent("1", "v5") == 10_000 + len("a = 1")


def test_a_commit_has_one_name_for_what_the_engine_keeps(bench: Bench) -> None:
    (bench.folder / "part").mkdir()
    bench.checkout.commits[NEW] = {"model.txt": "new", "part/model.txt": "part"}
    origins = Origins(bench.git, bench.locks, bench.checkouts)
    token = CancelToken()
    with (
        origins.of(bench.folder, OLD, token) as one,
        origins.of(bench.folder, NEW, token) as other,
        origins.of(bench.folder / "part", NEW, token) as part,
        origins.of(bench.folder, "", token) as own,
    ):
        assert one.kept_as == other.kept_as
        assert len({one.kept_as, part.kept_as, own.kept_as}) == 3
        assert own.kept_as == ""


def test_only_changes_that_enter_the_image_make_it_dirty(bench: Bench) -> None:
    (bench.folder / ".dockerignore").write_text("notes\n*.log\n")
    (bench.folder / "notes").mkdir()
    (bench.folder / "notes" / "a.txt").write_text("a")
    bench.checkout.changed = {bench.folder / "a.log", bench.folder / "notes/a.txt"}
    plan = bench.plan()
    assert plan.git is not None
    assert (plan.git.dirty, plan.git.changed) == (False, ())
    assert plan.versions[Scheme.COMMIT].tag == NEW[:8]
    assert any("2 files" in text and "kept out" in text for text in bench.texts(plan))
    assert bench.build().commit == NEW

    bench.checkout.changed.add(bench.folder / "gone.txt")
    plan = bench.plan()
    assert plan.git is not None
    assert (plan.git.dirty, plan.git.changed) == (True, ("gone.txt",))
    assert any("marked -dirty: gone.txt" in text for text in bench.texts(plan))
    assert plan.versions[Scheme.COMMIT].tag == f"{NEW[:8]}-dirty"


def test_a_changed_dockerfile_makes_the_image_dirty_though_it_does_not_enter(bench: Bench) -> None:
    (bench.folder / ".dockerignore").write_text("Dockerfile\n.dockerignore\n")
    bench.checkout.changed = {bench.folder / "Dockerfile"}
    plan = bench.plan()
    assert plan.git is not None
    assert plan.git.dirty


@pytest.mark.parametrize(("inside", "dirty"), [("new/a.txt", True), ("new/a.log", False)])
def test_a_folder_of_untracked_files_counts_by_what_is_in_it(
    bench: Bench, inside: str, dirty: bool
) -> None:
    (bench.folder / ".dockerignore").write_text("**/*.log\n")
    (bench.folder / "new").mkdir()
    (bench.folder / inside).write_text("a")

    class Untracked(FakeSourceControl):
        def facts(self, folder: Path, token: CancelToken) -> GitFacts | None:
            return replace(bench.checkout.facts, dirty=True, changed=("new/",))

    bench.serve(Untracked())
    plan = bench.plan()
    assert plan.git is not None
    assert plan.git.dirty is dirty


def test_a_submodule_that_is_not_there_is_said(bench: Bench) -> None:
    modules = (Submodule("sub", False), Submodule("there", True))
    bench.checkout.facts = replace(bench.checkout.facts, submodules=modules)
    (text,) = [one for one in bench.texts(bench.plan()) if "submodule" in one]
    assert "sub is not checked out" in text


def test_a_git_tag_is_made_once_the_image_is_there(bench: Bench) -> None:
    outcome = bench.build(git_tag="churn@v2.0.0", git_message="Better", revision=OLD)
    assert (outcome.git_tag, outcome.git_problem) == ("churn@v2.0.0", "")
    assert bench.checkout.tags["churn@v2.0.0"] == OLD
    assert bench.checkout.messages["churn@v2.0.0"] == "Better"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"git_tag": "v1.0.0"}, "another commit, a1b2c3d4"),
        ({"git_tag": "--help"}, "can’t be called"),
    ],
)
def test_a_git_tag_that_cannot_be_given_is_refused_before_the_build(
    bench: Bench, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        bench.build(**changes)
    assert bench.records.recent_builds() == ()


def test_changes_that_enter_the_image_are_in_the_way_of_a_git_tag(bench: Bench) -> None:
    bench.checkout.changed = {bench.folder / "model.txt"}
    with pytest.raises(InvalidInput, match="not committed"):
        bench.build(git_tag="v2.0.0")
    assert "v2.0.0" not in bench.checkout.tags
    assert bench.build(git_tag="v2.0.0", revision=NEW).git_tag == "v2.0.0"


def test_a_failed_build_makes_no_git_tag(bench: Bench) -> None:
    bench.engine.build_script = BuildScript(fail_at_line=2)
    with pytest.raises(BuildFailed):
        bench.build(git_tag="v2.0.0")
    assert "v2.0.0" not in bench.checkout.tags


def test_a_git_tag_that_fails_does_not_fail_the_build(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SourceControlError("The tag could not be made.", "Tell git who you are.")

    monkeypatch.setattr(bench.git, "add_tag", fail)
    outcome = bench.build(git_tag="v2.0.0")
    assert outcome.git_tag == ""
    assert outcome.git_problem == (
        "The commit did not get the git tag v2.0.0: The tag could not be made. "
        "Tell git who you are."
    )
    assert_built_with_a_warning(bench, outcome)


def assert_built_with_a_warning(bench: Bench, outcome: BuildOutcome) -> None:
    record = bench.records.build(bench.records.recent_builds()[0].id)
    assert record is not None
    assert (record.state, record.image, record.error) == (BuildState.SUCCEEDED, outcome.image, "")
    assert record.references == outcome.references
    assert record.warnings == (outcome.git_problem,)
    assert outcome.git_problem in record.log


def test_a_git_tag_that_another_commit_gets_meanwhile_does_not_fail_the_build(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = bench.engine.build

    def slow(*arguments: Any) -> ImageId:
        image = build(*arguments)
        bench.checkout.tags["v2.0.0"] = OLD
        return image

    monkeypatch.setattr(bench.engine, "build", slow)
    outcome = bench.build(git_tag="v2.0.0")
    assert "The tag “v2.0.0” could not be made." in outcome.git_problem
    assert bench.checkout.tags["v2.0.0"] == OLD
    assert_built_with_a_warning(bench, outcome)


def test_a_cancel_while_git_makes_the_tag_leaves_the_image(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job()

    def waits(*arguments: Any) -> None:
        job.token.cancel()
        arguments[-1].raise_if_cancelled()

    monkeypatch.setattr(bench.git, "add_tag", waits)
    request = bench.request(git_tag="v2.0.0")
    outcome = bench.service.build(bench.engine, request, job, lambda _: None)
    assert outcome.git_problem.endswith("git tag v2.0.0: Cancelled.")
    assert_built_with_a_warning(bench, outcome)


def test_a_git_tag_needs_a_repository(bench: Bench) -> None:
    bench.git.checkouts.clear()
    with pytest.raises(SourceControlError, match="no git repository"):
        bench.build(git_tag="v2.0.0")

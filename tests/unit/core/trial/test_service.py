"""A trial from one end to the other, on an engine in memory."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.core.build.model import StepState
from modeldesk.core.containers.model import ContainerSpec, LogLine
from modeldesk.core.errors import (
    AlreadyRunning,
    BuildFailed,
    Cancelled,
    ContainerFailed,
    InvalidInput,
    RecordsError,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.labels import TRIAL_LABEL
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.trial.model import SampleRequest, Single, TrialRequest, TrialStep
from modeldesk.core.versioning.git_facts import GitFacts
from tests.fakes.engine import INFO
from tests.fakes.engine_build import BuildScript
from tests.fakes.engine_containers import Behaviour
from tests.fakes.source_control import FakeCheckout
from tests.support.logs import ExpectsLog
from tests.unit.core.trial.bench import BASE, STARTED, Bench, app_folder


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop"
    made.mkdir()
    return app_folder(made)


def left_on(bench: Bench) -> list[str]:
    images = [str(one.tags) for one in bench.engine.list_images() if TRIAL_LABEL in one.labels]
    return images + [one.name for one in bench.engine.list_containers()]


def test_both_recipes_are_built_measured_and_removed(bench: Bench, folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    outcome = bench.run(TrialRequest(folder, runs=3))
    trial = outcome.trial
    assert (trial.left.naive, trial.left.stages) == (True, Stages.SINGLE)
    assert (trial.right.naive, trial.right.stages) == (False, Stages.MULTI)
    assert [len(side.starts) for side in (trial.left, trial.right)] == [3, 3]
    assert all(start.predicted for start in (*trial.left.starts, *trial.right.starts))
    assert trial.left.rebuild is not None
    assert trial.sample == "example_request.json"
    comparison = trial.comparison
    assert (comparison.left.name, comparison.right.name) == ("Single-stage, naive", "Multi-stage")
    assert comparison.right.compressed_bytes == 157_000_000
    assert comparison.right.source == str(folder)
    assert bench.contents.base_layers == [3, 3]
    assert left_on(bench) == []
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    assert outcome.changes.touches_images
    assert bench.service.trial(trial.id) == trial
    assert [one.id for one in bench.service.recent()] == [trial.id]
    assert trial.started == STARTED


def test_each_step_is_told_to_its_end(bench: Bench, folder: Path) -> None:
    bench.run(TrialRequest(folder, runs=1))
    last = {step.id: step.state for step in bench.steps}
    assert set(last.values()) == {StepState.DONE}
    assert list(last) == [
        "base",
        "build Single-stage, naive",
        "build Multi-stage",
        "rebuild Single-stage, naive",
        "rebuild Multi-stage",
        "contents",
        "compressed",
        "starts",
    ]


def test_starts_alternate(bench: Bench, folder: Path) -> None:
    said: list[str] = []

    def report(progress: Progress) -> None:
        if progress.text.startswith("Cold start "):
            said.append(progress.text.rpartition(": ")[2])

    bench.run(TrialRequest(folder, runs=2), Job(CancelToken(), report))
    assert said == ["Single-stage, naive", "Multi-stage"] * 2


def test_the_request_that_a_person_gives_is_posted(bench: Bench, folder: Path) -> None:
    bench.asker.statuses["/mine"] = 200
    sample = SampleRequest("/mine", b"[1]", "mine.json")
    trial = bench.run(TrialRequest(folder, runs=1, sample=sample)).trial
    posted = [one for one in bench.asker.asked if one.method == "POST"]
    assert {(one.path, one.body) for one in posted} == {("/mine", b"[1]")}
    assert trial.sample == "mine.json"


def test_a_request_that_is_refused_is_said_and_the_rest_is_measured(
    bench: Bench, folder: Path
) -> None:
    bench.asker.statuses["/predict"] = 400
    trial = bench.run(TrialRequest(folder, runs=1)).trial
    assert trial.left.predicted is None
    assert trial.left.healthy is not None
    assert any("status 400" in note for note in trial.notes)


def test_it_waits_for_the_first_healthy_answer(bench: Bench, folder: Path) -> None:
    bench.asker.refusals = 3
    bench.run(TrialRequest(folder, runs=1))
    assert [one.method for one in bench.asker.asked].count("GET") > 2 * 3


def test_the_rebuild_finds_dependencies_in_the_cache_and_changes_the_weights(
    bench: Bench, folder: Path
) -> None:
    bench.engine.build_script = BuildScript(seconds_per_step=0.01)
    trial = bench.run(TrialRequest(folder, runs=1)).trial
    assert trial.right.rebuild is not None
    assert trial.right.rebuild < trial.right.build


def test_without_weights_there_is_no_rebuild(bench: Bench, folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.bin").unlink()
    trial = bench.run(TrialRequest(folder, runs=1)).trial
    assert (trial.left.rebuild, trial.right.rebuild) == (None, None)
    assert len([note for note in trial.notes if "no weights" in note]) == 1


def test_images_stay_under_names_where_that_is_wanted(bench: Bench, folder: Path) -> None:
    trial = bench.run(TrialRequest(folder, runs=1, keep=True)).trial
    assert trial.left.kept_as == "shop-compared:naive-20260304-050607"
    tags = {str(tag) for one in bench.engine.list_images() for tag in one.tags}
    assert {trial.left.kept_as, trial.right.kept_as} <= tags
    bench.run(TrialRequest(folder, runs=1))
    assert {trial.left.kept_as, trial.right.kept_as} <= {
        str(tag) for one in bench.engine.list_images() for tag in one.tags
    }


def test_the_proposed_single_stage_can_be_held_against(bench: Bench, folder: Path) -> None:
    trial = bench.run(TrialRequest(folder, Single.PROPOSED, runs=1)).trial
    assert (trial.comparison.left.name, trial.left.naive) == ("Single-stage", False)


def test_a_commit_is_told(bench: Bench, folder: Path) -> None:
    facts = GitFacts("c81a5f9d" * 5, "main", dirty=True, remote_url="")
    bench.source.checkouts[folder] = FakeCheckout(facts, {folder / "serve.py"})
    assert bench.run(TrialRequest(folder, runs=1)).trial.commit == "c81a5f9d-dirty"


def test_what_fails_leaves_nothing(bench: Bench, folder: Path) -> None:
    bench.engine.build_script = BuildScript(fail_at_line=7)
    with pytest.raises(BuildFailed, match="Single-stage, naive could not be built"):
        bench.run(TrialRequest(folder))
    assert left_on(bench) == []
    assert bench.steps[-1].state is StepState.FAILED
    assert bench.service.recent() == ()


def test_a_container_that_ends_says_why(bench: Bench, folder: Path) -> None:
    bench.asker.statuses.clear()
    create = bench.engine.create_container

    def crashing(spec: ContainerSpec) -> object:
        bench.engine.behaves(
            ImageId(spec.image), Behaviour(exit_code=3, prints=(LogLine("no model"),))
        )
        return create(spec)

    bench.engine.create_container = crashing  # type: ignore[method-assign,assignment]
    with pytest.raises(ContainerFailed, match="ended with exit code 3") as raised:
        bench.run(TrialRequest(folder, runs=1))
    assert "no model" in raised.value.detail
    assert left_on(bench) == []


@pytest.mark.parametrize("at", ["base", "contents", "starts"])
def test_a_cancel_ends_it_and_leaves_nothing(bench: Bench, folder: Path, at: str) -> None:
    token, caught = CancelToken(), threading.Event()
    bench.asker.refusals = 10**9
    bench.engine.build_script = BuildScript(seconds_per_step=60 if at == "base" else 0)
    if at == "contents":
        bench.contents.gate.clear()

    def on_step(step: TrialStep) -> None:
        bench.steps.append(step)
        if any(one.id.startswith(at) for one in bench.steps) and not caught.is_set():
            caught.set()
            threading.Timer(0.05, token.cancel).start()

    with pytest.raises(Cancelled):
        bench.service.run(
            bench.engine,
            TrialRequest(folder),
            BASE,
            Job(token),
            on_step,
        )
    assert left_on(bench) == []
    assert bench.service.recent() == ()


def test_two_at_once_would_disturb_each_other(bench: Bench, folder: Path) -> None:
    here = bench.engine.identity().id
    with (
        bench.locks.hold("two recipes measured", here),
        pytest.raises(AlreadyRunning, match="disturb"),
    ):
        bench.run(TrialRequest(folder))
    bench.run(TrialRequest(folder, runs=1))


def test_what_a_killed_program_left_goes_with_the_next_trial(bench: Bench, folder: Path) -> None:
    image = bench.engine.add_image(labels={TRIAL_LABEL: "mira.dead"})
    bench.engine.create_container(ContainerSpec(image, labels={TRIAL_LABEL: "mira.dead"}))
    other = bench.engine.create_container(ContainerSpec(BASE, name="mine"))
    theirs = bench.engine.add_image(labels={TRIAL_LABEL: "noor.alive"})
    bench.run(TrialRequest(folder, runs=1))
    assert [one.id for one in bench.engine.list_containers()] == [other]
    images = [one.id for one in bench.engine.list_images() if TRIAL_LABEL in one.labels]
    assert images == [theirs]


def test_records_that_fail_lose_the_record_alone(
    bench: Bench, folder: Path, expects_log: ExpectsLog
) -> None:
    expects_log("could not be recorded")
    bench.records.failure = RecordsError("The disk is full.")
    assert bench.run(TrialRequest(folder, runs=1)).trial.left.starts


def test_an_engine_elsewhere_is_not_asked_for_starts(folder: Path) -> None:
    bench = Bench(replace(INFO, address="tcp://build.lan:2376"))
    trial = bench.run(TrialRequest(folder, runs=3)).trial
    assert (trial.left.starts, trial.right.starts) == ((), ())
    assert any("build.lan" in note for note in trial.notes)


def test_nothing_to_serve_is_nothing_to_start(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InvalidInput, match="no program"):
        bench.run(TrialRequest(tmp_path))

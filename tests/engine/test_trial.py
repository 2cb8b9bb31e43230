"""One model folder, built by two recipes on a real engine and measured: a scikit-learn model that
was really trained, and that the generated server serves."""

import json
import shutil
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest

from modeldesk import resources
from modeldesk.adapters.docker_engine.compressed_size import PackedApart
from modeldesk.adapters.http_probe.asker import HttpServerAsker
from modeldesk.core.build.model import StepState
from modeldesk.core.contents.indexing import DirectIndexer
from modeldesk.core.contents.packages import Manager
from modeldesk.core.contents.service import Contents
from modeldesk.core.errors import Cancelled
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.labels import TRIAL_LABEL
from modeldesk.core.recipes.choice import Stages
from modeldesk.core.trial.model import SampleRequest, Single, Trial, TrialRequest, TrialStep
from modeldesk.core.trial.service import TrialService
from modeldesk.core.trial.tools import Tools
from modeldesk.sources import open_source
from tests.engine.build_bench import building_engine
from tests.engine.test_serving import FLOWERS
from tests.fakes.content_records import FakeContentRecords
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.records import FakeTrialRecords
from tests.fakes.source_control import FakeSourceControl
from tests.support.engine import PYTHON

SMALL = Path(__file__).parents[2] / "resources" / "sample_model"
"""Serves without a package: with a small one, two recipes are soon built."""
SAMPLE = SampleRequest("/predict", json.dumps({"inputs": FLOWERS}).encode(), "flowers.json")


class Bench:
    def __init__(self, url: str, client: docker.DockerClient, folder: Path) -> None:
        self.url = url
        self.client = client
        self.folder = folder
        self.records = FakeTrialRecords()
        self.steps: list[TrialStep] = []

    def run(self, request: TrialRequest, *, with_buildkit: bool, job: Job | None = None) -> Trial:
        contents = FakeContentRecords()
        service = TrialService(
            self.records,
            FakeSourceControl(),
            FakeDeploymentLocks(),
            Tools(
                lambda: Contents(contents, DirectIndexer(contents, open_source), open_source),
                PackedApart(),
                HttpServerAsker(),
            ),
            lambda: datetime.now(UTC),
            resources.path("serving"),
            "tests",
        )
        with building_engine(self.url, with_buildkit=with_buildkit) as engine:
            return service.run(engine, request, PYTHON, job or Job(), self.steps.append).trial

    def left_behind(self) -> list[str]:
        mine: dict[str, str | list[str] | bool] = {"label": TRIAL_LABEL}
        images = [str(image) for image in self.client.images.list(filters=mine)]
        return images + [str(one) for one in self.client.containers.list(True, filters=mine)]


@pytest.fixture
def bench(
    engine_url: str,
    engine_client: docker.DockerClient,
    unique_name: str,
    tmp_path: Path,
    trained: Mapping[str, bytes],
) -> Bench:
    folder = tmp_path / unique_name
    folder.mkdir()
    (folder / "model.joblib").write_bytes(trained["model.joblib"])
    return Bench(engine_url, engine_client, folder)


def test_multi_stage_takes_at_most_half_of_a_naive_single_stage(bench: Bench) -> None:
    before = {path: path.stat().st_mtime_ns for path in bench.folder.rglob("*")}
    request = TrialRequest(bench.folder, Single.NAIVE, runs=2, sample=SAMPLE)
    trial = bench.run(request, with_buildkit=True)
    left, right = trial.comparison.left, trial.comparison.right
    assert (trial.left.naive, trial.right.stages) == (True, Stages.MULTI)
    assert right.size_bytes <= 0.5 * left.size_bytes
    assert left.compressed_bytes is not None
    assert right.compressed_bytes is not None
    assert 0 < right.compressed_bytes < left.compressed_bytes < left.size_bytes
    assert (left.user, right.user) == ("root", "10001")
    assert left.packages[Manager.DEBIAN] > right.packages[Manager.DEBIAN]
    assert left.packages[Manager.PIP] == right.packages[Manager.PIP] > 0
    for side in (trial.left, trial.right):
        assert len(side.starts) == 2
        assert all(start.predicted and start.predicted > start.healthy for start in side.starts)
    # Code comes before packages in the naive recipe, so that all of them are installed again.
    assert trial.right.rebuild is not None
    assert trial.left.rebuild is not None
    assert trial.right.rebuild < trial.left.rebuild / 2
    assert {path: path.stat().st_mtime_ns for path in bench.folder.rglob("*")} == before
    assert bench.left_behind() == []


def test_the_classic_builder_does_it_too_and_images_are_kept_on_request(bench: Bench) -> None:
    shutil.copytree(SMALL, bench.folder, dirs_exist_ok=True)
    (bench.folder / "model.joblib").unlink()
    (bench.folder / "requirements.txt").write_text("six==1.17.0\n")
    digit = SampleRequest("/predict", (SMALL / "example_request.json").read_bytes(), "a digit")
    request = TrialRequest(bench.folder, Single.PROPOSED, runs=1, sample=digit, keep=True)
    trial = bench.run(request, with_buildkit=False)
    assert all(side.starts[0].predicted for side in (trial.left, trial.right))
    kept = {trial.left.kept_as, trial.right.kept_as}
    named = {tag for image in bench.client.images.list() for tag in image.tags}
    assert kept <= named
    with building_engine(bench.url, with_buildkit=False) as engine:
        for name in kept:
            engine.remove_image(name)
    assert bench.left_behind() == []


def test_a_cancel_within_a_build_leaves_nothing(bench: Bench) -> None:
    token = CancelToken()
    cancelled = threading.Event()

    def report(progress: Progress) -> None:
        if "pip install" in progress.text and not cancelled.is_set():
            cancelled.set()
            threading.Timer(0.3, token.cancel).start()

    request = TrialRequest(bench.folder, Single.PROPOSED, runs=1)
    with pytest.raises(Cancelled):
        bench.run(request, with_buildkit=True, job=Job(token, report))
    assert cancelled.is_set()
    assert bench.left_behind() == []
    assert bench.steps[-1].state is StepState.CANCELLED

"""Builds that take their weights from an artifact, on fakes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.artifacts.weights_cache import WeightsCache
from modeldesk.core.build.model import BuildEvent, BuildOutcome, EngineBuild
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.errors import FolderError, InvalidInput, InvalidReference
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.labels import WEIGHTS_LABEL
from modeldesk.core.library.service import Library
from modeldesk.core.ports import BuildContext
from modeldesk.core.settings import Settings
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeSourceControl
from tests.unit.core.artifacts.models import HOST, make_folder, weights
from tests.unit.core.artifacts.models import Bench as ArtifactBench
from tests.unit.core.model_folder.test_lfs import pointer

SERVER = "from fastapi import FastAPI\napp = FastAPI()\n"


class NotingEngine(FakeEngine):
    """Keeps what it was sent."""

    sent: dict[str, bytes]

    def build(
        self,
        build: EngineBuild,
        context: BuildContext,
        on_event: Callable[[BuildEvent], None],
        token: CancelToken,
    ) -> ImageId:
        assert context.plan is not None
        self.sent = {
            one.path: b"".join(context.content(one))
            for one in context.plan.entries
            if one.kind is EntryKind.FILE
        }
        return super().build(build, context, on_event, token)


class Bench:
    def __init__(self, root: Path) -> None:
        self.artifacts = ArtifactBench()
        digest = self.artifacts.push(make_folder(root / "trained")).target.digest
        self.name = f"{HOST}/team/rec@{digest}"
        self.folder = root / "service"
        self.folder.mkdir()
        (self.folder / "app.py").write_text(SERVER)
        (self.folder / "requirements.txt").write_text("fastapi==0.115.0\n")
        self.root = root
        self.engine = NotingEngine()
        self.engine.add_image("python:3.11-slim")
        self.records = FakeBuildRecords()
        self.cache = WeightsCache(
            root / "weights", self.artifacts.registries, self.artifacts.locks, 10**12
        )
        self.service = BuildService(
            self.records,
            FakeSourceControl(),
            lambda: datetime(2026, 4, 5, tzinfo=UTC),
            self.artifacts.locks,
            resources.path("serving"),
            checkouts=root / "checkouts",
            weights=self.cache.fetch,
        )

    def plan(self, name: str = "") -> BuildPlan:
        snapshot = Library(FakeImageRecords()).reload(self.engine)
        return self.service.prepare(
            self.folder, snapshot, Settings(), weights_from=name or self.name
        )

    def build(self, plan: BuildPlan) -> BuildOutcome:
        request = plan.request("v1.0.0")
        return self.service.build(self.engine, request, Job(), lambda _: None)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_the_weights_are_looked_at_as_if_they_were_there(bench: Bench) -> None:
    plan = bench.plan()
    assert [str(one.path) for one in plan.folder.weights] == ["model.safetensors"]
    assert plan.folder.path == bench.folder
    assert plan.recipe is not None
    assert "model.safetensors" in plan.recipe.dockerfile
    assert plan.nature.weights == {"model.safetensors"}
    assert sorted(one.name for one in bench.folder.iterdir()) == ["app.py", "requirements.txt"]


def test_they_are_sent_and_written_down(bench: Bench) -> None:
    outcome = bench.build(bench.plan())
    sent = bench.engine.sent
    assert sent["model.safetensors"] == weights()
    assert sent["config.json"].startswith(b"{")
    assert sent["app.py"].decode() == SERVER
    labels = bench.engine.image_detail(outcome.image).labels
    assert labels[WEIGHTS_LABEL] == bench.name
    record = bench.records.build(bench.records.recent_builds()[0].id)
    assert record is not None
    assert record.asked.weights_from == bench.name
    assert bench.name in record.log
    # Nothing of it stays in the folder, nor where it was laid out.
    assert sorted(one.name for one in bench.folder.iterdir()) == ["app.py", "requirements.txt"]
    assert list((bench.root / "checkouts").iterdir()) == []


def test_the_weights_kept_here_stay_as_they_were(bench: Bench) -> None:
    bench.build(bench.plan())
    kept = bench.cache.fetch(bench.name, Job())
    assert (kept / "model.safetensors").read_bytes() == weights()
    assert (kept / "model.safetensors").stat().st_nlink == 1


def test_other_weights_in_the_folder_are_in_the_way(bench: Bench) -> None:
    (bench.folder / "model.safetensors").write_bytes(weights(9))
    with pytest.raises(FolderError, match=r"model\.safetensors"):
        bench.plan()
    assert (bench.folder / "model.safetensors").read_bytes() == weights(9)


def test_a_pointer_of_git_lfs_gives_way(bench: Bench) -> None:
    (bench.folder / "model.safetensors").write_text(pointer(5_000_000))
    bench.build(bench.plan())
    assert bench.engine.sent["model.safetensors"] == weights()
    assert (bench.folder / "model.safetensors").read_text() == pointer(5_000_000)


def test_a_tag_is_not_enough(bench: Bench) -> None:
    with pytest.raises(InvalidReference):
        bench.plan(f"{HOST}/team/rec:v1.0.0")


def test_where_no_registry_is_asked_it_is_said(bench: Bench, tmp_path: Path) -> None:
    plan = bench.plan()
    service = BuildService(
        FakeBuildRecords(),
        FakeSourceControl(),
        lambda: datetime(2026, 4, 5, tzinfo=UTC),
        bench.artifacts.locks,
        resources.path("serving"),
        checkouts=tmp_path / "other",
    )
    request = replace(plan.request("v1.0.0"), labels={"a": json.dumps(1)})
    with pytest.raises(InvalidInput):
        service.build(bench.engine, request, Job(), lambda _: None)

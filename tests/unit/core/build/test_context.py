"""What a build sends: of a scanned context, and of a listing with another .dockerignore."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk import resources
from modeldesk.core.build.context import sent_with
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import FolderError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.service import Library
from modeldesk.core.model_folder.listing import Listing, list_folder
from modeldesk.core.settings import Settings
from tests.fakes.deployment_locks import FakeDeploymentLocks
from tests.fakes.engine import FakeEngine
from tests.fakes.records import FakeBuildRecords, FakeImageRecords
from tests.fakes.source_control import FakeSourceControl

FILES = {"model.safetensors": 4000, "serve.py": 30, "requirements.txt": 10, "data/rows.csv": 900}


def snapshot() -> LibrarySnapshot:
    return Library(FakeImageRecords()).reload(FakeEngine())


def planned(folder: Path, dockerfile: str = "") -> tuple[BuildPlan, Listing]:
    folder.mkdir()
    for name, size in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"#" * size)
    # Neither is a file that is sent, as neither has any bytes of its own.
    (folder / "also.csv").symlink_to("data/rows.csv")
    (folder / "rows").symlink_to("data")
    if dockerfile:
        (folder / "Dockerfile").write_text(dockerfile)
    service = BuildService(
        FakeBuildRecords(),
        FakeSourceControl(),
        lambda: datetime(2026, 4, 5, tzinfo=UTC),
        FakeDeploymentLocks(),
        resources.path("serving"),
    )
    plan = service.prepare(folder, snapshot(), Settings())
    return plan, list_folder(folder, CancelToken())


@pytest.mark.parametrize("dockerfile", ["", "FROM python:3.11-slim\nCOPY . /app/\n"])
def test_a_listing_is_sent_as_the_folder_is(tmp_path: Path, dockerfile: str) -> None:
    plan, listing = planned(tmp_path / "churn", dockerfile)
    again = sent_with(plan, listing, plan.dockerignore, CancelToken())
    assert again == plan.sent
    assert listing.links == {"also.csv", "rows"}


def test_a_line_keeps_out_what_it_fits(tmp_path: Path) -> None:
    plan, listing = planned(tmp_path / "churn", "FROM python:3.11-slim\nCOPY . /app/\n")
    before, after = (
        sent_with(plan, listing, "", CancelToken()),
        sent_with(plan, listing, "data\n", CancelToken()),
    )
    assert (before.files - after.files, before.size_bytes - after.size_bytes) == (1, 900)
    with pytest.raises(FolderError):
        sent_with(plan, listing, "[\n", CancelToken())


def test_generated_files_take_the_place_of_those_in_the_folder(tmp_path: Path) -> None:
    plan, listing = planned(tmp_path / "churn")
    assert plan.recipe is not None
    texts = {"requirements.txt": "é" * 50, "requirements.lock": "x" * 7}
    locked = replace(plan, recipe=replace(plan.recipe, texts=texts))
    before, after = (
        sent_with(plan, listing, "", CancelToken()),
        sent_with(locked, listing, "", CancelToken()),
    )
    assert (after.files - before.files, after.size_bytes - before.size_bytes) == (1, 97)

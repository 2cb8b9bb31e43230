"""The kinds of base images: which image each is, what is said of it, and where it comes from."""

from pathlib import PurePosixPath

import pytest

from modeldesk.core.errors import InvalidReference
from modeldesk.core.model_folder.model import GpuNeed, ModelFolder, PythonVersion
from modeldesk.core.recipes.base import base_for, builder_for, kind_of, mirrored
from modeldesk.core.recipes.choice import RecipeChoice, Stages
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.recipes.kinds import BaseKind, consequence
from modeldesk.core.references import Reference
from tests.unit.core.recipes.folders import folder

SLIM = "python:3.11-slim"
DISTROLESS = "gcr.io/distroless/python3-debian12:nonroot"


def asking(version: str) -> ModelFolder:
    return folder(python=PythonVersion(version, PurePosixPath(".python-version"), version))


def image(kind: BaseKind, of: ModelFolder | None = None, base_image: str = SLIM) -> str:
    return str(base_for(of or folder(), RecipeChoice(base_image, kind=kind)))


def test_each_kind_has_its_image() -> None:
    assert image(BaseKind.SLIM) == SLIM
    assert image(BaseKind.ALPINE) == "python:3.11-alpine"
    assert image(BaseKind.DISTROLESS) == DISTROLESS
    assert image(BaseKind.CUDA).startswith("nvidia/cuda:12")
    for kind in BaseKind:
        assert kind_of(Reference.parse(image(kind))) is kind


@pytest.mark.parametrize(
    ("kind", "version", "part"),
    [
        (BaseKind.SLIM, "3.12", "3.12-slim"),
        (BaseKind.ALPINE, ">=3.13", "3.13-alpine"),
        (BaseKind.DISTROLESS, "3.13", "python3-debian13"),
        (BaseKind.DISTROLESS, "3.9", "python3-debian11"),
        (BaseKind.DISTROLESS, ">=3.10", "python3-debian12"),
        (BaseKind.DISTROLESS, "3.10", "python3-debian12"),
        (BaseKind.CUDA, "3.10", "ubuntu22.04"),
        (BaseKind.CUDA, ">=3.11", "ubuntu24.04"),
        (BaseKind.CUDA, "nonsense", "ubuntu24.04"),
    ],
)
def test_it_follows_the_python_that_is_asked_for(kind: BaseKind, version: str, part: str) -> None:
    assert part in image(kind, asking(version))


def test_where_there_is_no_image_with_that_python_it_is_said() -> None:
    notes = propose(asking("3.10"), RecipeChoice(SLIM, kind=BaseKind.DISTROLESS)).notes
    assert any("asks for Python 3.10, and the base image is gcr.io/distroless" in one
               for one in notes)  # fmt: skip


def test_the_settings_own_image_of_a_kind_has_the_first_word() -> None:
    own = "registry.lan/python:3.12-alpine"
    assert image(BaseKind.ALPINE, base_image=own) == own
    assert image(BaseKind.SLIM, base_image=own) == SLIM


def test_alpine_names_the_packages_that_mind() -> None:
    said = consequence(BaseKind.ALPINE, folder("torch==2.5.1", "xgboost", "numpy==2.1.0"))
    assert "Not to be had for musl, so the build would fail: torch." in said
    assert "compiled in the build, which takes long and may fail: xgboost." in said
    assert "numpy" not in said
    assert "no package here is known to mind" in consequence(BaseKind.ALPINE, folder("numpy"))


def test_what_else_is_said_before_it_is_chosen() -> None:
    needs = folder(gpu=GpuNeed(True, PurePosixPath("cog.yaml"), "gpu: true"))
    assert "No shell" in consequence(BaseKind.DISTROLESS, folder())
    assert "driver 525" in consequence(BaseKind.CUDA, needs)
    assert "Nothing in the folder asks for a GPU" not in consequence(BaseKind.CUDA, needs)
    assert "Nothing in the folder asks for a GPU" in consequence(BaseKind.CUDA, folder())
    assert "CUDA" in consequence(BaseKind.SLIM, needs)


def test_without_a_shell_there_are_two_stages_with_the_same_python() -> None:
    choice = RecipeChoice(SLIM, Stages.SINGLE, kind=BaseKind.DISTROLESS)
    made = propose(folder("idna==3.10"), choice)
    assert made.stages is Stages.MULTI
    assert "no shell" in made.why_only
    assert list(map(str, made.bases)) == [DISTROLESS, "python:3.11-slim-bookworm"]
    alone = propose(folder(), choice)
    assert alone.stages is Stages.SINGLE
    assert list(map(str, alone.bases)) == [DISTROLESS]


def test_packages_of_the_system_can_not_be_added_without_a_package_manager() -> None:
    of = folder("idna==3.10", system_packages=("ffmpeg",))
    made = propose(of, RecipeChoice(SLIM, kind=BaseKind.DISTROLESS))
    assert any("these are missing: ffmpeg" in one for one in made.notes)
    assert "ffmpeg" not in made.dockerfile


@pytest.mark.parametrize(
    ("name", "mirror", "there"),
    [
        (SLIM, "", SLIM),
        (SLIM, "registry.example.com/hub", "registry.example.com/hub/python:3.11-slim"),
        (SLIM, "registry.example.com/hub/", "registry.example.com/hub/python:3.11-slim"),
        ("nvidia/cuda:12", "mirror.lan/library", "mirror.lan/nvidia/cuda:12"),
        (SLIM, "mirror.lan/library", "mirror.lan/library/python:3.11-slim"),
        (DISTROLESS, "mirror.lan", DISTROLESS),
        ("registry.lan/python:3", "mirror.lan", "registry.lan/python:3"),
    ],
)
def test_a_mirror_stands_before_docker_hubs_names(name: str, mirror: str, there: str) -> None:
    assert str(mirrored(Reference.parse(name), mirror)) == there


def test_a_mirror_that_is_no_name_is_refused() -> None:
    with pytest.raises(InvalidReference):
        mirrored(Reference.parse(SLIM), "no mirror\nUSER root")


def test_the_mirror_has_the_stage_before_too() -> None:
    choice = RecipeChoice(SLIM, kind=BaseKind.DISTROLESS, mirror="m.lan/hub")
    base = base_for(folder(), choice)
    assert str(base) == DISTROLESS
    assert str(builder_for(base, choice)) == "m.lan/hub/python:3.11-slim-bookworm"


def test_a_digest_that_is_known_is_written() -> None:
    digest = f"sha256:{'ab' * 32}"
    made = propose(folder("idna==3.10"), RecipeChoice(SLIM, digests={SLIM: digest}))
    assert made.dockerfile.startswith(f"FROM {SLIM}@{digest} AS base\n")
    assert made.bases[0].digest == digest

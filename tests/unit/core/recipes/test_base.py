"""Which image a recipe starts from, and what is said of it."""

from pathlib import PurePosixPath

import pytest

from modeldesk.core.model_folder.model import GpuNeed, ModelFolder, PythonVersion
from modeldesk.core.recipes.base import base_for
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from tests.unit.core.recipes.folders import folder

SLIM = "python:3.11-slim"


def asking(version: str) -> ModelFolder:
    return folder(python=PythonVersion(version, PurePosixPath(".python-version"), version))


@pytest.mark.parametrize(
    ("version", "base"),
    [
        ("3.11", SLIM),
        ("3.10", "python:3.10-slim"),
        ("3.9.18", "python:3.9-slim"),
        (">=3.10,<3.13", SLIM),
        (">=3.12", "python:3.12-slim"),
        (">3.11", "python:3.12-slim"),
        (">3.11.2", SLIM),
        ("<3.11", "python:3.8-slim"),
        ("<=3.10", "python:3.8-slim"),
        (">=3.9,<3.11", "python:3.9-slim"),
        ("~=3.12.1", "python:3.12-slim"),
        ("~=3.10", SLIM),
        ("==3.10.*", "python:3.10-slim"),
        (">=3.9,!=3.11.*", "python:3.9-slim"),
        (">=3", SLIM),
        ("3", SLIM),
        ("2.7", SLIM),
        ("3.99", SLIM),
        ("pypy3.9", SLIM),
        ("3.10\nUSER root", SLIM),
        ("", SLIM),
    ],
)
def test_the_default_follows_the_python_that_is_asked_for(version: str, base: str) -> None:
    assert str(base_for(asking(version), RecipeChoice(SLIM))) == base


def notes(of: ModelFolder, base: str = SLIM) -> str:
    return "\n".join(propose(of, RecipeChoice(base)).notes)


def test_it_is_said_when_it_does() -> None:
    text = "The base image is python:3.12-slim, as .python-version asks for Python >=3.12."
    assert text in notes(asking(">=3.12"))
    assert "python-version" not in notes(asking("3.11"))


def test_an_image_that_was_chosen_stays_and_a_difference_is_said() -> None:
    chosen = "python:3.12-alpine"
    assert str(base_for(asking("3.10"), RecipeChoice(chosen))) == chosen
    assert "asks for Python 3.10, and the base image is python:3.12" in notes(
        asking("3.10"), chosen
    )
    assert "asks for Python" not in notes(asking(">=3.10"), chosen)
    # What is in an image of another name nobody knows.
    assert "asks for Python" not in notes(asking("3.10"), "registry.lan/base:4.2")


def test_what_a_base_image_means_is_said() -> None:
    assert "musl" in notes(folder(), "python:3.12-alpine")
    assert "has no shell" in notes(folder(), "gcr.io/distroless/python3-debian12:latest")
    assert "musl" not in notes(folder())


def test_a_model_that_wants_a_gpu_gets_told_which_base_it_needs() -> None:
    needs = folder(gpu=GpuNeed(True, PurePosixPath("cog.yaml"), "gpu: true"))
    assert "wants a GPU (cog.yaml), and python:3.11-slim has no CUDA" in notes(needs)
    cuda = "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04"
    assert "wants a GPU" not in notes(needs, cuda)
    assert "wants a GPU" not in notes(folder(gpu=GpuNeed(False, PurePosixPath("a"), "b")))


def test_system_packages_are_told_and_odd_names_are_left_out() -> None:
    of = folder(system_packages=("ffmpeg", "a; rm -rf /", "--evil"))
    assert "are installed: ffmpeg." in notes(of)
    assert "not names of packages: a; rm -rf /, --evil" in notes(of)
    text = propose(of, RecipeChoice(SLIM)).dockerfile
    assert "--no-install-recommends ffmpeg \\" in text
    assert "rm -rf / " not in text
    assert "evil" not in text

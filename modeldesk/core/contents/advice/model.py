"""A piece of advice, and what it is drawn from."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.contents.model import ImageContents
from modeldesk.core.contents.view import FileView
from modeldesk.core.contents.waste import Waste

MOST_PATHS = 20
"""Paths that are named; the others are counted."""


class Subject(Enum):
    """What advice is about. The values stand in machine-readable output."""

    SECRETS = "secrets"
    REMOVED_LATER = "removed-later"
    WRITTEN_AGAIN = "written-again"
    OWNER_COPIES = "owner-copies"
    WEIGHTS_TWICE = "weights-twice"
    WEIGHT_FORMATS = "weight-formats"
    FULL_BASE = "full-base"
    BUILD_TOOLS = "build-tools"
    APT_CACHE = "apt-cache"
    APK_CACHE = "apk-cache"
    DNF_CACHE = "dnf-cache"
    PIP_CACHE = "pip-cache"
    CONDA_CACHE = "conda-cache"
    NPM_CACHE = "npm-cache"
    TESTS = "tests-in-dependencies"
    BYTECODE = "bytecode-in-dependencies"
    CONTEXT = "not-ignored"


class RecipeFile(Enum):
    """Where the lines of a remedy go."""

    DOCKERFILE = "Dockerfile"
    DOCKERIGNORE = ".dockerignore"


@dataclass(frozen=True, slots=True)
class AdvicePath:
    """A file or folder that advice is about."""

    path: bytes
    size_bytes: int
    """Of the file, or of all in the folder that the advice means."""
    layer: int | None = None
    """Which wrote it, where that is one layer."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about it."""

    text: str
    lines: tuple[str, ...]
    """To put in place of what is in the recipe now."""
    file: RecipeFile = RecipeFile.DOCKERFILE


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to make better."""

    subject: Subject
    title: str
    explanation: str
    size_bytes: int
    """What the image would be smaller by; for secrets the size of the files."""
    paths: tuple[AdvicePath, ...]
    """The largest of them."""
    path_count: int
    remedy: Remedy
    details: tuple[str, ...] = ()
    """What has no path: packages that would be missing, environment variables."""


@dataclass(frozen=True, slots=True)
class Scene:
    """An image as advice looks at it."""

    image: ImageContents
    view: FileView
    """Of the whole image."""
    waste: Waste

    @property
    def base_layers(self) -> int:
        """How many of the lowest are the base image's, which a recipe can't change."""
        return self.image.base_layers

    @property
    def own_begin(self) -> int:
        """The first of the rows, as the view counts them, that is not the base image's."""
        base = self.base_layers
        if base < len(self.view.begins):
            return self.view.begins[base]
        return sum(map(len, self.view.layers))


def largest(paths: Iterable[AdvicePath]) -> tuple[tuple[AdvicePath, ...], int, int]:
    """The first to name, how many there are, and their bytes."""
    found = sorted(paths, key=lambda one: (-one.size_bytes, one.path))
    return tuple(found[:MOST_PATHS]), len(found), sum(one.size_bytes for one in found)

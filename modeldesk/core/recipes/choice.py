"""What can be chosen of a proposed Dockerfile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.kinds import BaseKind
from modeldesk.core.recipes.lock import Lock
from modeldesk.core.words import tr


class Stages(Enum):
    """How many stages a Dockerfile has."""

    SINGLE = "single"
    MULTI = "multi"
    """Packages are installed in a stage that is left behind."""


class Form(Enum):
    """Which builder a Dockerfile is written for."""

    CLASSIC = "classic"
    """Every builder takes it."""
    BUILDKIT = "buildkit"
    """Downloads are kept from build to build, outside of the image."""


@dataclass(frozen=True, slots=True)
class RecipeChoice:
    """How a Dockerfile is to be made."""

    base_image: str
    """What it starts from."""
    stages: Stages | None = None
    """None: several where something is gained by them."""
    form: Form = Form.CLASSIC
    kind: BaseKind | None = None
    """The kind of base image, where one was chosen; `base_image` stands for its own kind."""
    mirror: str = ""
    """What stands before the names of Docker Hub's images; empty for nothing."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Digests that are known, by the names of images as they are written without them."""
    base_notes: tuple[str, ...] = ()
    """Sentences about digests that are not known."""
    reproducible: bool = False
    """Whether two builds of the same are to have the same layers."""
    lock: Lock | None = None
    """What is installed in place of the folder's own requirements."""


def form_for(builds_with_buildkit: bool) -> Form:
    """The form for an engine's builder."""
    return Form.BUILDKIT if builds_with_buildkit else Form.CLASSIC


def single_only(folder: ModelFolder) -> str:
    """Why one stage is all that makes sense for the folder, as a sentence; else empty."""
    requirements = folder.requirements
    if requirements is not None and requirements.needs_folder:
        return tr("The folder is installed as a package, which is done where it runs.")
    if requirements is None or not requirements.packages:
        return tr("No package is installed, so a second stage would bring nothing.")
    return ""

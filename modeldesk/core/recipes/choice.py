"""What can be chosen of a proposed Dockerfile."""

from dataclasses import dataclass
from enum import Enum

from modeldesk.core.model_folder.model import ModelFolder
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


def stages_of(folder: ModelFolder, choice: RecipeChoice) -> Stages:
    """The stages that a Dockerfile by `choice` has: one where `single_only` says why."""
    if single_only(folder):
        return Stages.SINGLE
    return choice.stages or Stages.MULTI

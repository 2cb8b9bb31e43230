"""What is built for a trial: two recipes for one folder, from the same base image."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import TRIAL_LABEL
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import AppEntry, ModelFolder
from modeldesk.core.recipes.base import base_for
from modeldesk.core.recipes.choice import RecipeChoice, Stages, single_only
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.references import Reference
from modeldesk.core.serving.propose import with_server
from modeldesk.core.trial.model import SampleRequest, Single, TrialRequest
from modeldesk.core.trial.naive import naive_dockerfile
from modeldesk.core.trial.sample import find_sample
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class RecipeUnderTrial:
    """One of the two as it is built."""

    stages: Stages
    naive: bool
    dockerfile: str


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """Both recipes, and how what they make is asked."""

    folder: ModelFolder
    app: AppEntry
    base: Reference
    left: RecipeUnderTrial
    right: RecipeUnderTrial
    dockerignore: str | None
    """None where the folder has its own."""
    texts: Mapping[str, str]
    """Generated files that are sent with the folder's."""
    sample: SampleRequest | None
    notes: tuple[str, ...]


def plan_trial(
    request: TrialRequest, base_image: str, templates: Path, token: CancelToken
) -> TrialPlan:
    """Look at the folder and write both recipes; nothing in it is changed. They are in the form
    that keeps no download from build to build, so that neither is spared what the other does.
    `templates` is the folder that generated servers are made from.

    Raises `FolderError`, `Cancelled`, and `InvalidInput` where there is nothing to compare.
    """
    found, server = with_server(inspect(request.folder, token), templates)
    if found.app is None:
        raise InvalidInput(
            tr("There is no program that serves the model, so no start of it can be measured."),
            tr("Add one to the folder, then compare again."),
        )
    one_stage = single_only(found)
    if one_stage and request.single is Single.PROPOSED:
        raise InvalidInput(
            tr("There is nothing to compare: {reason}", reason=one_stage),
            tr("Compare the proposed recipe with a naive one instead."),
        )
    base = base_for(found, RecipeChoice(base_image))
    proposed = propose(found, RecipeChoice(base_image, Stages.MULTI))
    if request.single is Single.NAIVE:
        single = naive_dockerfile(found, found.app, base)
    else:
        single = propose(found, RecipeChoice(base_image, Stages.SINGLE)).dockerfile
    return TrialPlan(
        found,
        found.app,
        base,
        RecipeUnderTrial(Stages.SINGLE, request.single is Single.NAIVE, single),
        RecipeUnderTrial(proposed.stages, naive=False, dockerfile=proposed.dockerfile),
        proposed.dockerignore or None,
        server.texts if server else {},
        request.sample or find_sample(found, found.app, generated=server is not None),
        tuple(_notes(found, one_stage)),
    )


def _notes(found: ModelFolder, one_stage: str) -> Iterator[str]:
    if one_stage:
        yield tr("The proposed recipe has a single stage, too: {reason}", reason=one_stage)
    if found.dockerfile is not None:
        yield tr("The folder’s own Dockerfile is left aside: two recipes of ours are compared.")


def marked(dockerfile: str, trial: str) -> str:
    """The recipe with a label in its first stage, by which everything that a builder makes of it
    is found again. It adds no layer."""
    lines = dockerfile.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if line.startswith("FROM "))
    lines.insert(first + 1, f'LABEL {TRIAL_LABEL}="{trial}"\n')
    return "".join(lines)

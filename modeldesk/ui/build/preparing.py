"""Looking into a folder before its build is planned; runs off the UI thread."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import InvalidReference, RecordsError
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages, single_only
from modeldesk.core.recipes.dockerfile import Recipe, propose
from modeldesk.core.settings import Settings
from modeldesk.ui.build.draft import Recipes
from modeldesk.ui.build.words import earlier_seconds

_EARLIER = 50


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and what else the page shows of it."""

    plan: BuildPlan
    recipes: Recipes
    saved: Mapping[str, float]
    """How long steps of earlier builds of the model took, by name."""
    base_image: str
    """What a proposed Dockerfile was to start from."""
    form: Form
    """Which builder it was written for."""


def preparing(
    builds: BuildService,
    folder: Path,
    snapshot: LibrarySnapshot,
    settings: Settings,
    form: Form,
    model: ModelName | None = None,
) -> Callable[[Job], Prepared]:
    """The work that looks into `folder`, for a builder that takes `form`, and for a version of
    `model` where one was named."""

    def work(job: Job) -> Prepared:
        plan = builds.prepare(folder, snapshot, settings, token=job.token, model=model, form=form)
        base = settings.base_image
        recipes = recipes_for(plan, base, form, plan.recipe)
        return Prepared(plan, recipes, _earlier(builds, plan.model), base, form)

    return work


def recipes_for(
    plan: BuildPlan, base_image: str, form: Form, preferred: Recipe | None = None
) -> Recipes:
    """What is proposed for the folder of `plan`; in place of its own Dockerfile, if it has one.
    `preferred` is the first of it, where that is made already. It takes seconds where there are a
    hundred thousand files."""
    try:
        proposed = tuple(_proposed(plan.folder, base_image, form, preferred))
    except InvalidReference:
        proposed = ()
    return Recipes(plan.own_dockerfile, proposed)


def _proposed(
    folder: ModelFolder, base_image: str, form: Form, preferred: Recipe | None
) -> Iterator[Recipe]:
    first = preferred or propose(folder, RecipeChoice(base_image, form=form))
    yield first
    if not single_only(folder):
        other = next(stages for stages in Stages if stages is not first.stages)
        yield propose(folder, RecipeChoice(base_image, other, form))


def _earlier(builds: BuildService, model: ModelName) -> Mapping[str, float]:
    """Oldest first, so that the newest figure stands."""
    try:
        records = builds.recent(_EARLIER)
    except RecordsError:
        return {}
    took: dict[str, float] = {}
    for record in reversed(records):
        if record.model == model:
            took |= earlier_seconds(record.steps)
    return took

"""Looking into a folder before its build is planned; runs off the UI thread."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import InvalidReference
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages
from modeldesk.core.recipes.dockerfile import Recipe, propose
from modeldesk.core.settings import Settings
from modeldesk.ui.build.draft import Recipes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and what else the page shows of it."""

    plan: BuildPlan
    recipes: Recipes
    saved: Mapping[str, float]
    """How long steps of earlier builds of the model took, by name."""
    choice: RecipeChoice
    """How proposed Dockerfiles are made, but for their stages."""
    lock_left_out: bool = False
    """The build that is repeated had a lock, which the folder's requirements are not those of
    any more."""


def preparing(
    builds: BuildService,
    folder: Path,
    snapshot: LibrarySnapshot,
    settings: Settings,
    form: Form,
    model: ModelName | None = None,
    revision: str = "",
    repeated: RecipeChoice | None = None,
    weights_from: str = "",
) -> Callable[[Job], Prepared]:
    """The work that looks into `folder`, or what it was in `revision`, for a builder that takes
    `form`, and for a version of `model` where one was named. What was `repeated`, a choice of
    before, takes the place of the settings. `weights_from` is an artifact whose weights join the
    folder's files."""

    def work(job: Job) -> Prepared:
        choice = repeated or RecipeChoice(settings.base_image, mirror=settings.base_mirror)
        lock = choice.lock
        choice = replace(choice, form=form, lock=None)
        plan = builds.prepare(
            folder,
            snapshot,
            settings,
            token=job.token,
            model=model,
            revision=revision,
            choice=choice,
            weights_from=weights_from,
        )
        fits = lock is not None and lock.fits(plan.folder)
        if fits:
            choice = replace(choice, lock=lock)
            if plan.recipe is not None:
                plan = plan.with_recipe(propose(plan.folder, choice))
        recipes = recipes_for(plan, choice, plan.recipe)
        took = builds.history.earlier_seconds(plan.model)
        return Prepared(plan, recipes, took, choice, lock_left_out=lock is not None and not fits)

    return work


def recipes_for(plan: BuildPlan, choice: RecipeChoice, preferred: Recipe | None = None) -> Recipes:
    """What is proposed for the folder of `plan`; in place of its own Dockerfile, if it has one.
    `preferred` is the first of it, where that is made already. It takes seconds where there are a
    hundred thousand files."""
    try:
        proposed = tuple(_proposed(plan.folder, choice, preferred))
    except InvalidReference:
        proposed = ()
    return Recipes(plan.own_dockerfile, proposed)


def _proposed(
    folder: ModelFolder, choice: RecipeChoice, preferred: Recipe | None
) -> Iterator[Recipe]:
    first = preferred or propose(folder, choice)
    yield first
    if not first.why_only:
        other = next(stages for stages in Stages if stages is not first.stages)
        yield propose(folder, replace(choice, stages=other))

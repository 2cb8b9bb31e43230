"""Looking into a folder before its build is planned; runs off the UI thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.service import BuildService
from modeldesk.core.errors import InvalidReference, RecordsError
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import Job
from modeldesk.core.library.model import LibrarySnapshot
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


def preparing(
    builds: BuildService,
    folder: Path,
    snapshot: LibrarySnapshot,
    settings: Settings,
    model: ModelName | None = None,
) -> Callable[[Job], Prepared]:
    """The work that looks into `folder`, for a version of `model` where one was named."""

    def work(job: Job) -> Prepared:
        plan = builds.prepare(folder, snapshot, settings, token=job.token, model=model)
        recipe = plan.recipe or _recipe(plan, settings)
        recipes = Recipes(plan.own_dockerfile, recipe)
        return Prepared(plan, recipes, _earlier(builds, plan.model), settings.base_image)

    return work


def _recipe(plan: BuildPlan, settings: Settings) -> Recipe | None:
    """What could take the place of the folder's own Dockerfile."""
    try:
        return propose(plan.folder, settings.base_image)
    except InvalidReference:
        return None


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

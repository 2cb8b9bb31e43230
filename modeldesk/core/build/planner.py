"""Looks at a folder and proposes a build of it."""

from dataclasses import dataclass, replace
from pathlib import Path

from modeldesk.core.build.context import sent_by_context, skipped_text
from modeldesk.core.build.fingerprints import nature_of
from modeldesk.core.build.git_state import seen_from_image
from modeldesk.core.build.means import Means
from modeldesk.core.build.origins import Origin
from modeldesk.core.build.plan import BuildPlan, preselected, repository_for, versions_for
from modeldesk.core.build_context.folder_files import BuildFiles, build_files, own_ignore_text
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.build_context.scan import scan
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.labels import folder_labels
from modeldesk.core.model_folder.listing import list_folder
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.model_folder.naming import model_name
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.references import Reference
from modeldesk.core.serving.propose import with_server
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.names import Scheme


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of the plan; what is None is proposed."""

    choice: RecipeChoice
    scheme: Scheme | None = None
    model: ModelName | None = None
    revision: str = ""
    """A tag, branch or commit; empty: the folder as it is."""
    serving: bool = True
    """Whether a server is generated where there is none."""
    weights_from: str = ""
    """An artifact with its digest, whose weights join the folder's files; empty: none."""


class Planner:
    """Any thread may ask."""

    def __init__(self, means: Means, serving_templates: Path) -> None:
        self._means = means
        self._templates = serving_templates

    def plan(
        self,
        folder: Path,
        snapshot: LibrarySnapshot,
        settings: Settings,
        wish: Wish,
        token: CancelToken,
    ) -> BuildPlan:
        """See `BuildService.prepare`."""
        with self._means.files(folder, wish.revision, wish.weights_from, Job(token)) as origin:
            plan = self._of_origin(origin, folder, snapshot, settings, wish, token)
            if not wish.revision and not wish.weights_from:
                return plan
            listing = replace(list_folder(origin.folder, token), folder=None)
        revision = plan.git.commit if plan.git and wish.revision else ""
        return replace(plan, revision=revision, listing=listing, weights_from=wish.weights_from)

    def _of_origin(
        self,
        origin: Origin,
        folder: Path,
        snapshot: LibrarySnapshot,
        settings: Settings,
        wish: Wish,
        token: CancelToken,
    ) -> BuildPlan:
        found, server = inspect(origin.folder, token), None
        if wish.serving:
            found, server = with_server(found, self._templates)
        nature = nature_of(found)
        if origin.folder != folder:
            found = replace(found, path=folder.resolve(), name=model_name(folder.resolve().name))
        model, repository = self._belonging(found, snapshot, settings, wish.model)
        recipe = None if found.dockerfile else propose(found, wish.choice)
        files = build_files(
            origin.folder,
            recipe.dockerfile if recipe else None,
            recipe.dockerignore or None if recipe else None,
            {**(server.texts if server else {}), **(recipe.texts if recipe else {})},
        )
        context = scan(origin.folder, files.rules, token, files.given, files.always)
        git = origin.git and seen_from_image(origin.git, files, context)
        taken = self._means.names.taken(snapshot, model, repository)
        versions = versions_for(taken, git, self._means.now().astimezone())
        return BuildPlan(
            folder=found,
            git=git,
            git_problem=origin.problem,
            model=model,
            repository=repository,
            scheme=preselected(wish.scheme or Scheme(settings.version_scheme), versions),
            versions=versions,
            recipe=recipe,
            dockerfile=files.dockerfile_text,
            dockerignore=_ignore_text(origin.folder, files),
            context_bytes=context.total_bytes,
            sent=sent_by_context(found, context),
            skipped=tuple(skipped_text(context)),
            serving=server,
            labels=folder_labels(found),
            nature=nature,
            git_of_folder=origin.git,
            elsewhere=frozenset(one.tag for one in self._means.names.elsewhere(repository)),
        )

    def _belonging(
        self,
        found: ModelFolder,
        snapshot: LibrarySnapshot,
        settings: Settings,
        wanted: ModelName | None,
    ) -> tuple[ModelName, Reference]:
        """The model that the folder is a version of, and where its versions are."""
        last = self._means.history.last_of(found.path)
        if wanted is not None and last is not None and last.model != wanted:
            last = None
        model = wanted or (last.model if last else found.name)
        known = last.references[0] if last else None
        return model, repository_for(model, snapshot, settings, known)


def _ignore_text(folder: Path, files: BuildFiles) -> str:
    if DOCKERIGNORE in files.given:
        return files.given[DOCKERIGNORE].decode("utf-8", "replace")
    return own_ignore_text(folder, files.dockerfile)

"""What would be built from a folder: all that is shown before anybody presses Build."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from modeldesk.core.build.model import BuildRequest, Nature
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.model_folder.sent import Sent
from modeldesk.core.recipes.dockerfile import Recipe
from modeldesk.core.recipes.lock import with_lock
from modeldesk.core.references import Reference
from modeldesk.core.serving.model import Serving
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import Scheme, tag_of
from modeldesk.core.versioning.proposals import ProposedVersion, latest_suffix, propose


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """A proposal; every part of it can be changed before it becomes a `BuildRequest`."""

    folder: ModelFolder
    git: GitFacts | None
    """As seen from the image."""
    git_problem: str
    """A sentence when git facts could not be read; else empty."""
    model: ModelName
    repository: Reference
    """Without a tag."""
    scheme: Scheme
    """The one that is preselected: it has a name to give."""
    versions: Mapping[Scheme, ProposedVersion]
    recipe: Recipe | None
    """What is proposed; None when the folder has its own Dockerfile."""
    dockerfile: str
    """The text that would be used: the folder's own or the proposed one."""
    dockerignore: str
    """Likewise; empty when there is none."""
    context_bytes: int
    """Size of the stream that would be sent; an engine that keeps what it got asks for less."""
    sent: Sent
    """How much each part of the folder is of it, and what had better stay behind."""
    skipped: tuple[str, ...] = ()
    """Sentences about files that can't be sent."""
    serving: Serving | None = None
    """The server that is generated for the model, when the folder has none; its files are
    among those of `folder`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the folder says of its model."""
    revision: str = ""
    """The commit whose files these are; empty: those of the folder as it is."""
    weights_from: str = ""
    """The artifact whose weights are among those files, by its digest; empty for none."""
    nature: Nature = field(default_factory=Nature)
    git_of_folder: GitFacts | None = None
    """What git says of the folder, whatever of it enters the image."""
    listing: Listing | None = None
    """All that the commit has, or the folder with weights of an artifact; None for the folder as
    it is, which can be asked itself."""
    elsewhere: frozenset[str] = frozenset()
    """Tags that a registry was found to have in `repository`."""

    @property
    def as_built(self) -> ModelFolder:
        """The folder with the lock that the proposal installs in place of its requirements."""
        choice = self.recipe.choice if self.recipe is not None else None
        lock = choice.lock if choice is not None else None
        return self.folder if lock is None else with_lock(self.folder, lock)

    @property
    def own_dockerfile(self) -> bool:
        """Whether the folder's own Dockerfile would be used."""
        return self.recipe is None

    def request(
        self,
        version: str,
        further_tags: Iterable[str] = (),
        *,
        model: ModelName | None = None,
        repository: Reference | None = None,
        dockerfile: str | None = None,
        dockerignore: str | None = None,
        no_cache: bool = False,
    ) -> BuildRequest:
        """What to build, named `version`, and `further_tags` beside it; of semantic versions
        with a ``+`` the tag is what becomes of them. Texts that are not given are the plan's.
        Raises `InvalidReference`."""
        name = repository or self.repository
        if dockerfile is None and self.recipe is not None:
            dockerfile = self.recipe.dockerfile
        if dockerignore is None and self.recipe is not None:
            dockerignore = self.recipe.dockerignore or None
        tags = dict.fromkeys(map(tag_of, (version, *further_tags)))
        return BuildRequest(
            folder=self.folder.path,
            model=model or self.model,
            references=tuple(name.with_tag(tag) for tag in tags),
            dockerfile=dockerfile,
            dockerignore=dockerignore,
            texts=self.texts_with(self.recipe),
            labels=self.labels,
            no_cache=no_cache,
            choice=self.recipe.choice if self.recipe is not None else None,
            revision=self.revision,
            weights_from=self.weights_from,
            version="" if tag_of(version) == version else version,
            nature=self.nature,
        )

    def texts_with(self, recipe: Recipe | None) -> dict[str, str]:
        """The files that are sent beside the folder's when it is built by `recipe`."""
        own = self.serving.texts if self.serving else {}
        return {**own, **(recipe.texts if recipe else {})}

    def with_recipe(self, recipe: Recipe) -> "BuildPlan":
        """The same by another proposal."""
        ignore = recipe.dockerignore or self.dockerignore
        named = self.nature.dependencies | recipe.texts.keys()
        return replace(
            self,
            recipe=recipe,
            dockerfile=recipe.dockerfile,
            dockerignore=ignore,
            nature=replace(self.nature, dependencies=named),
        )


def repository_for(
    model: ModelName, snapshot: LibrarySnapshot, settings: Settings, last: Reference | None
) -> Reference:
    """Where the next version of `model` belongs: with the last build of the same folder, else
    with its newest version, else in the registry of the settings."""
    if last is not None:
        return Reference(last.registry, last.repository)
    for known in snapshot.models:
        if known.name == model:
            for version in known.versions:
                for reference in version.references:
                    return Reference(reference.registry, reference.repository)
    prefix = settings.default_registry.strip().strip("/")
    found = Reference.parse(f"{prefix}/{model}" if prefix else model)
    return Reference(found.registry, found.repository)


def taken_tags(snapshot: LibrarySnapshot, model: ModelName, repository: Reference) -> set[str]:
    """Every tag of the model and of the repository."""
    return {
        reference.tag
        for known in (*snapshot.models, *snapshot.others)
        for version in known.versions
        for reference in version.references
        if known.name == model
        or (reference.registry, reference.repository)
        == (repository.registry, repository.repository)
    }


def versions_for(
    taken: Iterable[str], git: GitFacts | None, now: datetime, suffix: str | None = None
) -> dict[Scheme, ProposedVersion]:
    """The next name in every scheme. `now` is in the zone that names are read in. Timestamps end
    with `suffix`; None: as the newest of them does. Raises `InvalidVersion` for a suffix that no
    tag can hold."""
    known = frozenset(taken)
    ending = latest_suffix(known) if suffix is None else suffix
    return {scheme: propose(scheme, known, git, now, suffix=ending) for scheme in Scheme}


def preselected(scheme: Scheme, versions: Mapping[Scheme, ProposedVersion]) -> Scheme:
    """`scheme`, or the first that has a name to give."""
    return next((one for one in (scheme, *Scheme) if versions[one].tag), scheme)

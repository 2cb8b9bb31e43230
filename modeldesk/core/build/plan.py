"""What would be built from a folder: all that is shown before anybody presses Build."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.dockerfile import Recipe
from modeldesk.core.references import Reference
from modeldesk.core.serving.model import Serving
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import ProposedVersion, Scheme, propose


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """A proposal; every part of it can be changed before it becomes a `BuildRequest`."""

    folder: ModelFolder
    git: GitFacts | None
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
    context_files: int
    skipped: tuple[str, ...] = ()
    """Sentences about files that can't be sent."""
    serving: Serving | None = None
    """The server that is generated for the model, when the folder has none; its files are
    among those of `folder`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the folder says of its model."""

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
        """What to build, named `version`. Texts that are not given are the plan's. Raises
        `InvalidReference`."""
        name = repository or self.repository
        if dockerfile is None and self.recipe is not None:
            dockerfile = self.recipe.dockerfile
        if dockerignore is None and self.recipe is not None:
            dockerignore = self.recipe.dockerignore or None
        tags = dict.fromkeys((version, *further_tags))
        return BuildRequest(
            folder=self.folder.path,
            model=model or self.model,
            references=tuple(name.with_tag(tag) for tag in tags),
            dockerfile=dockerfile,
            dockerignore=dockerignore,
            texts=self.serving.texts if self.serving else {},
            labels=self.labels,
            no_cache=no_cache,
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
    taken: Iterable[str], git: GitFacts | None, now: datetime
) -> dict[Scheme, ProposedVersion]:
    """The next name in every scheme. `now` is in the zone that names are read in."""
    known = frozenset(taken)
    return {scheme: propose(scheme, known, git, now) for scheme in Scheme}


def preselected(scheme: Scheme, versions: Mapping[Scheme, ProposedVersion]) -> Scheme:
    """`scheme`, or the first that has a name to give."""
    return next((one for one in (scheme, *Scheme) if versions[one].tag), scheme)

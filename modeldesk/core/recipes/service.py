"""What a recipe needs from the outside: digests of base images, and locked requirements."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from modeldesk.core.errors import LockFailed, PackageNotFound
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.model_folder.walk import read_text
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.base import base_for, builder_for, images_of
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.digests import find_digests
from modeldesk.core.recipes.lock import Lock, Unlocked
from modeldesk.core.recipes.lock_input import lock_input
from modeldesk.core.recipes.lock_text import free_name, lock_text
from modeldesk.core.recipes.model import LockTarget, ResolvedPackage
from modeldesk.core.recipes.platforms import target_for
from modeldesk.core.recipes.ports import ImageRegistry, PackageResolver
from modeldesk.core.words import tr

_MOST_UNLOCKED = 8
"""Packages without a wheel that a lock goes without; with more of them it is worth little."""


class RecipeService:
    """Finds out what can't be told from a folder alone. Safe to use from several threads."""

    def __init__(self, registry: ImageRegistry | None, resolver: PackageResolver | None) -> None:
        """Without a registry only the engine is asked for digests."""
        self._registry = registry
        self._resolver = resolver

    def pin(
        self,
        folder: ModelFolder,
        choice: RecipeChoice,
        engine: ImageEngine | None,
        token: CancelToken,
    ) -> RecipeChoice:
        """The choice with the digests of its base images, as far as they can be found out: on the
        engine, else in their registry. Takes seconds at most. Raises `InvalidReference`,
        `Cancelled`."""
        bases = images_of(folder, choice)
        found = find_digests(bases, engine, self._registry, token)
        digests = {**choice.digests, **found.digests}
        return replace(choice, digests=digests, base_notes=found.notes)

    def lock(
        self,
        folder: ModelFolder,
        choice: RecipeChoice,
        architecture: str,
        job: Job,
        texts: Mapping[str, str] | None = None,
    ) -> Lock:
        """The folder's requirements, locked for the image that `choice` makes on an engine of
        `architecture`. Nothing of the folder is run, and it stays as it is. `texts` are generated
        files, which may be among the lists.

        Raises `LockFailed` and its kin, `InvalidReference`, `Cancelled`."""
        requirements = folder.requirements
        if requirements is None or not requirements.packages:
            raise LockFailed(tr("The folder asks for no package, so there is nothing to lock."))
        given = lock_input(requirements, _reader(folder, texts or {}))
        base = builder_for(base_for(folder, choice), choice)
        target = target_for(base, architecture)
        job.report(Progress(tr("Asking which versions there are")))
        packages, unlocked = self._resolve(given.requirements, given.options, target, job.token)
        unlocked = (*given.unlocked, *unlocked)
        return Lock(
            path=PurePosixPath(free_name(folder)),
            text=lock_text(packages, given, target),
            packages=tuple(f"{one.name}=={one.version}" for one in packages),
            made_for=target.name,
            unlocked=unlocked,
            hides_password=given.hides_password,
            made_of=requirements.packages,
        )

    def _resolve(
        self,
        requirements: tuple[str, ...],
        options: tuple[str, ...],
        target: LockTarget,
        token: CancelToken,
    ) -> tuple[tuple[ResolvedPackage, ...], tuple[Unlocked, ...]]:
        """What has no wheel is left to the build, and the rest is resolved without it."""
        if self._resolver is None:
            raise LockFailed(tr("Requirements can’t be locked here."))
        left, unlocked = list(requirements), list[Unlocked]()
        while True:
            try:
                found = self._resolver.resolve([*options, *left], target, token)
                return found, tuple(unlocked)
            except PackageNotFound as error:
                missing = [one for one in left if _same(one, error.requirement)]
                if not missing or len(missing) == len(left) or len(unlocked) >= _MOST_UNLOCKED:
                    raise
                reason = tr("There is no wheel of it for {target}, so it is built from its "
                            "sources, without hashes.", target=target.name)  # fmt: skip
                unlocked += [Unlocked(one, reason) for one in missing]
                left = [one for one in left if one not in missing]


def can_lock(folder: ModelFolder) -> bool:
    """Whether a lock would bring something: there are packages, and not all have hashes."""
    requirements = folder.requirements
    return (
        requirements is not None
        and bool(requirements.packages)
        and not requirements.hashed
        and not requirements.needs_folder
    )


def _same(line: str, requirement: str) -> bool:
    """Whether an error of pip's is about this line: it takes out blanks and the marker."""
    bare = "".join(line.partition(";")[0].split()).lower()
    return bare == "".join(requirement.partition(";")[0].split()).lower()


def _reader(folder: ModelFolder, texts: Mapping[str, str]) -> Callable[[PurePosixPath], str]:
    def read(path: PurePosixPath) -> str:
        given = texts.get(str(path))
        return read_text(folder.path, path) if given is None else given

    return read

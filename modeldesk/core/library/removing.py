"""Removing what was planned, one image after the other, and counting what came of it."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from modeldesk.core.changes import Changes
from modeldesk.core.engine.model import BuildCache
from modeldesk.core.errors import Cancelled, EngineError, EngineUnavailable, NotFound
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.library.removal import Removal, RemovalPlan, RemovalPlanner
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

PRUNE_COMMAND = "docker builder prune"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A removal that the engine refused. The names it had lost by then are given back."""

    removal: Removal
    error: EngineError


@dataclass(frozen=True, slots=True)
class RemovalOutcome:
    """What was done, counted on the engine and not taken from the plan."""

    removed: tuple[Removal, ...] = ()
    failed: tuple[Refusal, ...] = ()
    image_bytes: int | None = 0
    """In layers that no image has any more; None where layers were not known."""
    kept_by_cache: int = 0
    """Of those, in layers that the engine keeps for builds: on the disk still."""
    cache_bytes: int = 0
    """What emptying the cache of builds brought back."""

    @property
    def freed_bytes(self) -> int | None:
        """What came back on the disk."""
        if self.image_bytes is None:
            return None
        return self.image_bytes - self.kept_by_cache + self.cache_bytes


class RemovalRun:
    """One run of a plan. `outcome` is what was done so far, also when the run was cancelled or
    the engine went away."""

    def __init__(
        self, planner: RemovalPlanner, plan: RemovalPlan, *, empty_cache: bool = False
    ) -> None:
        """`empty_cache`: empty the cache of builds after the images are gone."""
        self.plan = plan
        self.outcome = RemovalOutcome()
        self._planner = planner
        self._empty_cache = empty_cache
        self._removed: list[Removal] = []
        self._failed: list[Refusal] = []

    @property
    def changes(self) -> Changes:
        """What is to be read again, whether the run succeeded or not."""
        return self.plan.changes

    def __call__(self, engine: ImageEngine, job: Job) -> RemovalOutcome:
        """Remove what the plan names. What is gone already is no error; a refusal is kept and
        the rest goes on. Raises `EngineUnavailable`, `Cancelled`, with `outcome` up to date."""
        cache = _cache_of(engine) if self.plan.removals else BuildCache()
        try:
            self._remove_all(engine, job)
        except EngineUnavailable:
            self._count()
            raise
        except Cancelled:
            self._measure(engine, cache)
            raise
        self._measure(engine, cache)
        if self._empty_cache:
            job.token.raise_if_cancelled()
            self._prune(engine, job)
        return self.outcome

    def _remove_all(self, engine: ImageEngine, job: Job) -> None:
        total = len(self.plan.removals)
        for done, removal in enumerate(self.plan.removals):
            job.token.raise_if_cancelled()
            text = tr("Removing {name}", name=removal.version.name)
            job.report(Progress(text, done, total, Unit.IMAGES))
            try:
                self._remove(engine, removal, job)
            except EngineUnavailable:
                raise
            except EngineError as error:
                job.log(str(error))
                self._failed.append(Refusal(removal, error))
            else:
                self._removed.append(removal)

    def _remove(self, engine: ImageEngine, removal: Removal, job: Job) -> None:
        lost: list[str] = []
        for name in removal.names:
            job.log(f"docker image rm {name}")
            try:
                engine.remove_image(name)
            except NotFound:
                job.log(tr("{name} is gone already.", name=name))
            except EngineError:
                _give_back(engine, removal, lost)
                raise
            else:
                lost.append(name)

    def _count(self) -> None:
        """By the plan's layers: what is known without asking the engine."""
        going = self._planner.images_going(removal.version.key for removal in self._removed)
        self.outcome = RemovalOutcome(
            tuple(self._removed), tuple(self._failed), self._planner.bytes_of(going)
        )

    def _measure(self, engine: ImageEngine, cache: BuildCache) -> None:
        """By what the engine has now: an image may have got a new name meanwhile."""
        self._count()
        if not self._removed:
            return
        left = {image.id for image in engine.list_images()}
        gone = [r.version.key.image for r in self._removed if r.version.key.image not in left]
        image_bytes = self._planner.bytes_of(gone)
        kept = 0
        if image_bytes and cache.shared_bytes:
            grown = _cache_of(engine).own_bytes - cache.own_bytes
            kept = min(max(0, grown), image_bytes)
        self.outcome = replace(self.outcome, image_bytes=image_bytes, kept_by_cache=kept)

    def _prune(self, engine: ImageEngine, job: Job) -> None:
        job.report(Progress(tr("Emptying the build cache")))
        job.log(PRUNE_COMMAND)
        came_back = engine.empty_build_cache()
        job.log(tr("{size} came back.", size=size_text(came_back)))
        self.outcome = replace(self.outcome, cache_bytes=came_back)


def _cache_of(engine: ImageEngine) -> BuildCache:
    """The cache of builds; as if there were none where the engine can't tell."""
    if not engine.info.builds_with_buildkit:
        return BuildCache()
    try:
        return engine.build_cache()
    except EngineUnavailable:
        raise
    except EngineError as error:
        logger.info("the build cache can't be read: %s", error)
        return BuildCache()


def _give_back(engine: ImageEngine, removal: Removal, lost: Sequence[str]) -> None:
    """Tag the image again as it was: half a removal would be no version, only a loss."""
    image = removal.version.key.image
    for name in lost:
        reference = Reference.parse(name)
        if reference.tag:
            with suppress(EngineError):
                engine.tag_image(image, reference)

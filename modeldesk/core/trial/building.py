"""Building the two images of a trial, timed."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from operator import xor

from modeldesk.core.build.masking import Mask
from modeldesk.core.build.model import BuildEvent, ContextProgress, EngineBuild, StepChanged
from modeldesk.core.build.sending import Sending
from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.build_context.scan import ContextEntry, ContextPlan, scan
from modeldesk.core.build_context.stream import Read, content
from modeldesk.core.build_context.tar import EntryKind
from modeldesk.core.errors import BuildFailed
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.trial.plan import RecipeUnderTrial, TrialPlan, marked
from modeldesk.core.words import tr


class Builder:
    """Builds for one trial; what it makes bears the trial's label and no name."""

    def __init__(self, engine: ImageEngine, plan: TrialPlan, trial: str, job: Job) -> None:
        self._engine = engine
        self._plan = plan
        self._trial = trial
        self._job = job
        self._mask = Mask((), {})
        self._dockerfile = ""
        """Its path in the context."""
        self._weights = _largest_weights(self._context(plan.right.dockerfile), plan)

    @property
    def has_weights(self) -> bool:
        """Whether there is something that `rebuild` could change."""
        return self._weights is not None

    def fetch_base(self) -> int:
        """Have the base image on the engine, so that no build has to wait for it; how many
        layers it has."""
        dockerfile = marked(f"FROM {self._plan.base}\n", self._trial)
        image = self._build(self._context(dockerfile, "*\n"), no_cache=False)
        return len(self._engine.image_detail(image).diff_ids)

    def build(self, recipe: RecipeUnderTrial, name: str) -> tuple[ImageId, float]:
        """Build without any cache; the image, and how long it took. `name` is for errors."""
        return self._timed(recipe, name, no_cache=True)

    def rebuild(self, recipe: RecipeUnderTrial, name: str) -> float:
        """How long it takes with other weights of the same size, everything else as before. The
        folder is not touched: the file is another one on its way."""
        assert self._weights is not None
        return self._timed(recipe, name, no_cache=False, altered=self._weights)[1]

    def _timed(
        self,
        recipe: RecipeUnderTrial,
        name: str,
        *,
        no_cache: bool,
        altered: ContextEntry | None = None,
    ) -> tuple[ImageId, float]:
        context = self._context(marked(recipe.dockerfile, self._trial))
        try:
            began = time.monotonic()
            image = self._build(context, no_cache=no_cache, altered=altered)
            return image, time.monotonic() - began
        except BuildFailed as error:
            self._mask.error(error)
            error.message = tr("{name} could not be built: {problem}",
                               name=name, problem=error.message)  # fmt: skip
            raise

    def _context(self, dockerfile: str, dockerignore: str | None = None) -> ContextPlan:
        plan, job = self._plan, self._job
        files = build_files(
            plan.folder.path,
            dockerfile,
            plan.dockerignore if dockerignore is None else dockerignore,
            plan.texts if dockerignore is None else {},
            classic=not self._engine.info.builds_with_buildkit,
        )
        self._dockerfile = files.dockerfile
        return scan(plan.folder.path, files.rules, job.token, files.given, files.always)

    def _build(
        self, context: ContextPlan, *, no_cache: bool, altered: ContextEntry | None = None
    ) -> ImageId:
        job = self._job
        sending = Sending(job.report, _ignore)
        read: Read = content
        if altered is not None:
            context, read = _altered(context, altered), _other_content(altered, self._trial)
        offered = FolderContext(context, job.token, sending, read)
        build = EngineBuild(self._dockerfile, (), no_cache=no_cache)
        return self._engine.build(build, offered, self._hear, job.token)

    def _hear(self, event: BuildEvent) -> None:
        event = self._mask.event(event)
        if isinstance(event, StepChanged):
            self._job.report(Progress(event.step.name))
        else:
            self._job.log(event.text)


def _ignore(_: ContextProgress) -> None: ...


def _largest_weights(context: ContextPlan, plan: TrialPlan) -> ContextEntry | None:
    """The largest file among the weights that are sent."""
    paths = [str(weight.path) for weight in plan.folder.weights]
    inside = tuple(f"{path}/" for path in paths)
    found = [
        entry
        for entry in context.entries
        if entry.kind is EntryKind.FILE
        and entry.size_bytes
        and (entry.path in paths or entry.path.startswith(inside))
    ]
    return max(found, key=lambda entry: entry.size_bytes, default=None)


def _altered(plan: ContextPlan, weights: ContextEntry) -> ContextPlan:
    other = replace(weights, modified=weights.modified + 1)
    entries = (other if entry.path == weights.path else entry for entry in plan.entries)
    return replace(plan, entries=tuple(entries))


def _other_content(weights: ContextEntry, trial: str) -> Read:
    """Reads the weights with another beginning, which no other trial has: what it made would be
    found in the builder's cache. All else is read as it is."""
    mask = hashlib.sha256(trial.encode()).digest()

    def read(plan: ContextPlan, entry: ContextEntry, token: CancelToken) -> Iterator[bytes]:
        left = mask if entry.path == weights.path else b""
        for chunk in content(plan, entry, token):
            here, left = left[: len(chunk)], left[len(chunk) :]
            yield bytes(map(xor, chunk, here)) + chunk[len(here) :] if here else chunk

    return read

"""Builds: planned, made, named, and remembered."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from modeldesk.core.build.checks import check_references, existing_images, versions_of
from modeldesk.core.build.dockerfile import base_image, line_of
from modeldesk.core.build.journal import BuildJournal
from modeldesk.core.build.labels import folder_labels, image_labels
from modeldesk.core.build.masking import Mask
from modeldesk.core.build.model import (
    BuildEvent,
    BuildOutcome,
    BuildRecord,
    BuildRequest,
    BuildState,
    ContextProgress,
    EngineBuild,
    StepState,
)
from modeldesk.core.build.plan import (
    BuildPlan,
    preselected,
    repository_for,
    taken_tags,
    versions_for,
)
from modeldesk.core.build.sending import Sending
from modeldesk.core.build_context.folder_files import BuildFiles, build_files, read_own
from modeldesk.core.build_context.ignore import DOCKERIGNORE
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.build_context.scan import ContextPlan, Special, scan
from modeldesk.core.changes import Changes
from modeldesk.core.errors import (
    BuildFailed,
    Cancelled,
    ModelDeskError,
    RecordsError,
    SourceControlError,
)
from modeldesk.core.ids import BuildId, ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job, Progress
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.ports import BuildRecords, DeploymentLocks, ImageEngine, SourceControl
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages
from modeldesk.core.recipes.dockerfile import propose
from modeldesk.core.references import Reference
from modeldesk.core.serving.propose import with_server
from modeldesk.core.settings import Settings
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.versioning.names import Scheme
from modeldesk.core.words import tr

log = logging.getLogger(__name__)

_NAMED_FILES = 10
_RECENT = 200


class BuildService:
    """Plans and makes builds. Safe to use from several threads."""

    def __init__(
        self,
        records: BuildRecords,
        source: SourceControl,
        clock: Callable[[], datetime],
        locks: DeploymentLocks,
        serving_templates: Path,
    ) -> None:
        """`serving_templates` is the folder that generated servers are made from."""
        self._records = records
        self._source = source
        self._clock = clock
        self._locks = locks
        self._serving_templates = serving_templates

    def prepare(
        self,
        folder: Path,
        snapshot: LibrarySnapshot,
        settings: Settings,
        scheme: Scheme | None = None,
        token: CancelToken | None = None,
        model: ModelName | None = None,
        stages: Stages | None = None,
        form: Form = Form.CLASSIC,
        *,
        serving: bool = True,
    ) -> BuildPlan:
        """Look at `folder` and propose everything that a build of it needs; nothing is changed.
        `scheme` None takes the one of the settings, `model` None that of the folder's last build
        or its own name, `stages` None what a Dockerfile gains by; without `serving` no server is
        generated. Raises `FolderError`, `Cancelled`."""
        token = token or CancelToken()
        found = inspect(folder, token)
        found, server = with_server(found, self._serving_templates) if serving else (found, None)
        last = self._last_build(found.path)
        if model is not None and last is not None and last.model != model:
            last = None
        model = model or (last.model if last else found.name)
        git, git_problem = self._git(found.path)
        repository = repository_for(model, snapshot, settings, last.references[0] if last else None)
        taken = taken_tags(snapshot, model, repository)
        versions = versions_for(taken, git, self._clock().astimezone())
        choice = RecipeChoice(settings.base_image, stages, form)
        recipe = None if found.dockerfile else propose(found, choice)
        files = build_files(
            found.path,
            recipe.dockerfile if recipe else None,
            recipe.dockerignore or None if recipe else None,
            server.texts if server else None,
        )
        context = scan(found.path, files.rules, token, files.given, files.always)
        return BuildPlan(
            folder=found,
            git=git,
            git_problem=git_problem,
            model=model,
            repository=repository,
            scheme=preselected(scheme or Scheme(settings.version_scheme), versions),
            versions=versions,
            recipe=recipe,
            dockerfile=files.dockerfile_text,
            dockerignore=_ignore_text(found.path, files),
            context_bytes=context.total_bytes,
            context_files=context.file_count,
            skipped=tuple(_skipped(context)),
            serving=server,
            labels=folder_labels(found),
        )

    def build(
        self,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Callable[[BuildEvent | ContextProgress], None],
    ) -> BuildOutcome:
        """Build what was asked for and name it. The build is recorded however it ends.

        Raises `InvalidVersion` for a version that exists already (or does when the build ends:
        its image then has no name), `InvalidReference`,
        `FolderError`, `BuildFailed` (with the Dockerfile's line where it is known), `DiskFull`,
        `EngineUnavailable`, `RecordsError` before anything was done, `AlreadyRunning` while
        another program or thread builds that version, `Cancelled`.
        """
        check_references(request)
        with ExitStack() as held:
            for reference in versions_of(request):
                held.enter_context(self._locks.hold(str(reference)))
            return self._build(engine, request, job, on_event)

    def _build(
        self,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Callable[[BuildEvent | ContextProgress], None],
    ) -> BuildOutcome:
        before = existing_images(engine, request)
        job.token.raise_if_cancelled()
        record = BuildRecord(
            id=request.build,
            model=request.model,
            folder=str(request.folder),
            references=request.references,
            started=self._clock(),
            state=BuildState.RUNNING,
        )
        self._records.add_build(record)
        journal = BuildJournal(job, on_event)
        return _Build(self, engine, request, job, on_event, record, journal).run(before)

    def recent(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        """The builds that were started last, newest first, without their logs."""
        return self._records.recent_builds(limit)

    def folder_of(self, model: ModelName) -> Path | None:
        """The folder that the model was built from last, if it is still there."""
        for record in self._records.recent_builds(_RECENT):
            if record.model == model and Path(record.folder).is_dir():
                return Path(record.folder)
        return None

    def record(self, build: BuildId) -> BuildRecord | None:
        """One build with its log; None when it is not on record."""
        return self._records.build(build)

    def forget_interrupted(self) -> int:
        """Builds that a program left unfinished when it ended are marked so; how many."""
        return self._records.mark_interrupted_builds()

    def git_facts(self, folder: Path) -> GitFacts | None:
        """Facts for the labels; None where there are none to have."""
        return self._git(folder)[0]

    def now(self) -> datetime:
        return self._clock()

    def finish(self, record: BuildRecord) -> None:
        """Record how a build ended. What it made is worth more than its record."""
        try:
            self._records.update_build(record)
        except RecordsError as error:
            log.warning("The end of a build could not be recorded: %s", error)

    def _git(self, folder: Path) -> tuple[GitFacts | None, str]:
        try:
            return self._source.facts(folder), ""
        except SourceControlError as error:
            return None, str(error)

    def _last_build(self, folder: Path) -> BuildRecord | None:
        """The newest build of the folder that came to an image."""
        try:
            recent = self._records.recent_builds(_RECENT)
        except RecordsError as error:
            log.info("Earlier builds could not be read: %s", error)
            return None
        return next(
            (
                record
                for record in recent
                if record.folder == str(folder) and record.image and record.references
            ),
            None,
        )


class _Build:
    """One build under way."""

    def __init__(
        self,
        service: BuildService,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Callable[[BuildEvent | ContextProgress], None],
        record: BuildRecord,
        journal: BuildJournal,
    ) -> None:
        self._service = service
        self._engine = engine
        self._request = request
        self._job = job
        self._on_event = on_event
        self._record = record
        self._journal = journal
        self._began = time.monotonic()
        self._speaking = threading.Lock()
        self._sending = Sending(self._report, self._tell)
        self._mask = Mask(request.secrets.values(), request.build_args)

    def run(self, before: dict[Reference, ImageId]) -> BuildOutcome:
        """Build; the record tells the end of it, whatever that is."""
        try:
            image = self._make()
            before = before | self._give_names(image)
        except Cancelled:
            self._end(BuildState.CANCELLED, StepState.CANCELLED)
            raise
        except ModelDeskError as error:
            self._mask.error(error)
            self._end(BuildState.FAILED, StepState.FAILED, error)
            raise
        self._end(BuildState.SUCCEEDED, StepState.DONE, image=image)
        return BuildOutcome(
            image=image,
            references=self._request.references,
            context_bytes=self._sending.done,
            seconds=self._record.seconds,
            steps=self._journal.steps,
            changes=Changes(images=frozenset({image, *before.values()}), builds=True),
        )

    def _make(self) -> ImageId:
        request, token = self._request, self._job.token
        folder = request.folder
        files = build_files(
            folder,
            request.dockerfile,
            request.dockerignore,
            request.texts,
            classic=not self._engine.info.builds_with_buildkit,
        )
        context = scan(folder, files.rules, token, files.given, files.always)
        for sentence in _skipped(context):
            self._journal.say(sentence)
        git = self._service.git_facts(folder)
        base = base_image(files.dockerfile_text)
        build = EngineBuild(
            dockerfile=files.dockerfile,
            tags=(),
            labels=image_labels(request, git, base, self._service.now()),
            build_args=request.build_args,
            no_cache=request.no_cache,
            secrets=request.secrets,
        )
        offered = FolderContext(context, token, self._sending)
        try:
            return self._engine.build(build, offered, self._hear, token)
        except BuildFailed as error:
            if error.line is None:
                error.line = line_of(files.dockerfile_text, error.step)
            raise
        finally:
            self._sending.finish()

    def _give_names(self, image: ImageId) -> dict[Reference, ImageId]:
        """Name the image; the images that had the names until now. A build takes minutes, and
        other programs give names too: one that was given meanwhile is not taken away."""
        before = existing_images(self._engine, self._request)
        for reference in self._request.references:
            self._engine.tag_image(image, reference)
        return before

    # Files are sent in threads of the engine's, while this one hears of the steps.

    def _hear(self, event: BuildEvent) -> None:
        with self._speaking:
            self._journal.event(self._mask.event(event))

    def _tell(self, progress: ContextProgress) -> None:
        with self._speaking:
            self._on_event(progress)

    def _report(self, progress: Progress) -> None:
        with self._speaking:
            self._job.report(progress)

    def _end(
        self,
        state: BuildState,
        steps: StepState,
        error: ModelDeskError | None = None,
        image: ImageId | None = None,
    ) -> None:
        self._journal.stop(steps)
        said = "\n".join(filter(None, (str(error), error.detail))) if error else ""
        self._record = replace(
            self._record,
            state=state,
            seconds=time.monotonic() - self._began,
            context_bytes=self._sending.done,
            image=image,
            steps=self._journal.steps,
            log=self._journal.log,
            error=said,
        )
        self._service.finish(self._record)


def _ignore_text(folder: Path, files: BuildFiles) -> str:
    if DOCKERIGNORE in files.given:
        return files.given[DOCKERIGNORE].decode("utf-8", "replace")
    own = read_own(folder, f"{files.dockerfile}{DOCKERIGNORE}")
    return own if own is not None else read_own(folder, DOCKERIGNORE) or ""


def _skipped(context: ContextPlan) -> Iterator[str]:
    """A sentence for each file that can't be sent, up to a number."""
    for path, special in context.skipped[:_NAMED_FILES]:
        match special:
            case Special.SOCKET:
                yield tr("“{path}” is a socket and is not sent.", path=printable(path))
            case Special.PIPE:
                yield tr("“{path}” is a named pipe and is not sent.", path=printable(path))
            case Special.DEVICE:
                yield tr("“{path}” is a device and is not sent.", path=printable(path))
    more = len(context.skipped) - _NAMED_FILES
    if more > 0:
        yield tr("{count} more sockets, pipes and devices are not sent.", count=more)

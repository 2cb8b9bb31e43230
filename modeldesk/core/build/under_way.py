"""One build, from its files to an image with names, and to the end of its record."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modeldesk.core.build.context import skipped_text
from modeldesk.core.build.fingerprints import planned
from modeldesk.core.build.git_state import seen_from_image
from modeldesk.core.build.git_tag import check_taggable, give_git_tag
from modeldesk.core.build.given import secrets_amiss
from modeldesk.core.build.journal import BuildJournal
from modeldesk.core.build.labels import image_labels
from modeldesk.core.build.made_from import base_of, source_date
from modeldesk.core.build.masking import Mask
from modeldesk.core.build.means import Means
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
from modeldesk.core.build.naming import Naming, give_names
from modeldesk.core.build.origins import Origin
from modeldesk.core.build.recording import asked_for, with_outcome
from modeldesk.core.build.sending import Sending
from modeldesk.core.build_context.offer import FolderContext
from modeldesk.core.changes import Changes
from modeldesk.core.dockerfile.steps import base_image, line_of
from modeldesk.core.errors import BuildFailed, Cancelled, ModelDeskError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job, Progress
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.fixed_times import LAYER_TIME
from modeldesk.core.versioning.fingerprint import Fingerprint
from modeldesk.core.words import tr

if TYPE_CHECKING:
    from modeldesk.core.versioning.git_facts import GitFacts


class BuildUnderWay:
    """Made for one build, in one thread."""

    def __init__(
        self,
        means: Means,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Callable[[BuildEvent | ContextProgress], None],
        record: BuildRecord,
        journal: BuildJournal,
    ) -> None:
        self._means = means
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
        self._git: GitFacts | None = None

    def run(self) -> BuildOutcome:
        """Build; the record tells the end of it, whatever that is."""
        request = self._request
        try:
            image = self._made()
            naming = self._give_names(image)
        except Cancelled:
            self._end(BuildState.CANCELLED, StepState.CANCELLED)
            raise
        except ModelDeskError as error:
            self._mask.error(error)
            self._end(BuildState.FAILED, StepState.FAILED, error)
            raise
        git_problem = give_git_tag(
            self._means.source, request, self._git, self._journal.say, self._job.token
        )
        warnings = (*naming.warnings(), *([git_problem] if git_problem else ()))
        self._record = replace(self._record, warnings=tuple(map(_one_line, warnings)))
        self._end(BuildState.SUCCEEDED, StepState.DONE, image=image)
        return BuildOutcome(
            image=image,
            references=self._record.references,
            context_bytes=self._sending.done,
            seconds=self._record.seconds,
            steps=self._record.steps,
            commit=self._git.revision if self._git else "",
            git_tag="" if git_problem else request.git_tag,
            git_problem=git_problem,
            changes=Changes(images=frozenset({image, *naming.images}), builds=True),
            refused=naming.refused,
            moved=naming.moved,
            notes=naming.sentences(),
        )

    def unnamed(self) -> tuple[ImageId, str]:
        """Build alone; the image and the commit it was made from."""
        try:
            image = self._made()
        except ModelDeskError as error:
            self._mask.error(error)
            raise
        return image, self._git.revision if self._git else ""

    def _made(self) -> ImageId:
        request = self._request
        if request.revision:
            said = tr("Laying out commit {commit}", commit=request.revision[:8])
            self._job.report(Progress(said))
            self._journal.say(said)
        if request.weights_from:
            self._journal.say(tr("Weights are taken from {name}", name=request.weights_from))
        weights = request.weights_from
        with self._means.files(request.folder, request.revision, weights, self._job) as origin:
            return self._make(origin)

    def _make(self, origin: Origin) -> ImageId:
        request, token = self._request, self._job.token
        folder = replace(request, folder=origin.folder)
        files, context = planned(folder, token, classic=not self._engine.info.builds_with_buildkit)
        amiss = secrets_amiss(files.dockerfile_text, request.secrets)
        for sentence in (*skipped_text(context), *amiss):
            self._journal.say(sentence)
        git = self._git = origin.git and seen_from_image(origin.git, files, context)
        check_taggable(request, git)
        base = base_image(files.dockerfile_text)
        asked = asked_for(request, files.dockerfile_text, base, self._mask)
        self._record = replace(self._record, asked=asked)
        prints = self._means.fingerprints
        digests = prints.digests(files, context, self._job)
        fingerprint = prints.of(digests, files, context, request.nature)
        epoch = source_date(git, context) if request.reproducible else None
        build = self._engine_build(files.dockerfile, base, fingerprint, epoch)
        if origin.kept_as:
            context = replace(context.by_content(digests), kept_as=origin.kept_as)
        if epoch is not None or origin.kept_as:
            # The commit's own time would make every file of the next commit another one.
            context = context.at(LAYER_TIME)
        try:
            return self._engine.build(
                build, FolderContext(context, token, self._sending), self._hear, token
            )
        except BuildFailed as error:
            if error.line is None:
                error.line = line_of(files.dockerfile_text, error.step)
            raise
        finally:
            self._sending.finish()

    def _engine_build(
        self, dockerfile: str, base: str, fingerprint: Fingerprint, epoch: int | None
    ) -> EngineBuild:
        """What the engine is asked for; a reproducible image counts as made at `epoch`."""
        request, arguments = self._request, self._request.build_args
        now = self._means.now() if epoch is None else datetime.fromtimestamp(epoch, UTC)
        if epoch is not None and self._engine.info.builds_with_buildkit:
            arguments = {"SOURCE_DATE_EPOCH": str(epoch), **arguments}
        digest = base_of(self._engine, base).digest
        return EngineBuild(
            dockerfile=dockerfile,
            tags=(),
            labels=image_labels(request, self._git, base, fingerprint, now, digest),
            build_args=arguments,
            no_cache=request.no_cache,
            secrets=request.secrets,
            builder=request.builder,
        )

    def _give_names(self, image: ImageId) -> Naming:
        request, now = self._request, self._means.now().astimezone()
        naming = give_names(
            self._engine,
            request,
            image,
            lambda: self._means.names.holders(self._engine, request),
            now,
        )
        for sentence in naming.sentences():
            self._journal.say(sentence)
        self._record = replace(self._record, references=tuple(naming.given))
        if naming.channels and self._means.channels is not None:
            version = naming.given[0].tag
            notes = self._means.channels()
            notes.note_built(
                self._engine,
                request.model,
                version,
                image,
                naming.channels,
                request.labels,
                request.channel_why,
            )
        return naming

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
        stopped: StepState,
        error: ModelDeskError | None = None,
        image: ImageId | None = None,
    ) -> None:
        self._journal.stop(stopped)
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
        model = self._request.model
        self._record = with_outcome(
            self._record, self._engine, lambda: self._means.history.earlier_seconds(model)
        )
        self._means.history.finish(self._record)


def _one_line(sentence: str) -> str:
    return " ".join(sentence.split())

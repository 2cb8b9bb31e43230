"""Builds: planned, made, named, and remembered."""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from modeldesk.core.build.checks import check_references, versions_of
from modeldesk.core.build.fingerprints import Fingerprints, planned
from modeldesk.core.build.git_tag import check_git_tag
from modeldesk.core.build.given import check_secrets
from modeldesk.core.build.history import BuildHistory
from modeldesk.core.build.journal import BuildJournal
from modeldesk.core.build.known_names import KnownNames
from modeldesk.core.build.means import Means
from modeldesk.core.build.model import (
    BuildEvent,
    BuildOutcome,
    BuildRecord,
    BuildRequest,
    BuildState,
    ContextProgress,
)
from modeldesk.core.build.next_version import newest_of, proposed_since
from modeldesk.core.build.origins import Origins
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build.planner import Planner, Wish
from modeldesk.core.build.ports import BuildRecords, ChannelNotes, DigestRecords
from modeldesk.core.build.under_way import BuildUnderWay
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.ports import RemoteRecords
from modeldesk.core.ports import DeploymentLocks, ImageEngine
from modeldesk.core.recipes.choice import Form, RecipeChoice, Stages
from modeldesk.core.settings import Settings
from modeldesk.core.versioning.names import Scheme, is_channel
from modeldesk.core.versioning.ports import SourceControl
from modeldesk.core.versioning.proposals import ProposedVersion, next_semantic
from modeldesk.core.words import tr

Hear = Callable[[BuildEvent | ContextProgress], None]


def _no_weights(name: str, _job: Job) -> Path:
    raise InvalidInput(tr("No registry is asked here, so “{name}” can’t be had.", name=name))


class BuildService:
    """Plans and makes builds. Safe to use from several threads."""

    def __init__(
        self,
        records: BuildRecords,
        source: SourceControl,
        clock: Callable[[], datetime],
        locks: DeploymentLocks,
        serving_templates: Path,
        *,
        digests: DigestRecords | None = None,
        remote: RemoteRecords | None = None,
        checkouts: Path | None = None,
        weights: Callable[[str, Job], Path] = _no_weights,
        channels: Callable[[], ChannelNotes] | None = None,
    ) -> None:
        """`serving_templates` is the folder that generated servers are made from; `digests`
        remember what was in files, `remote` what registries have. `checkouts` is the folder that
        commits are laid out in; None: one among the system's temporary ones. `weights` fetches
        those of an artifact by its name with the digest, into a folder that stays; `channels`
        keep which of them builds have moved."""
        self._locks = locks
        laid_out = checkouts or Path(tempfile.gettempdir()) / "modeldesk-checkouts"
        self._means = Means(
            history=BuildHistory(records),
            source=source,
            origins=Origins(source, locks, laid_out),
            names=KnownNames(remote),
            fingerprints=Fingerprints(digests),
            now=clock,
            weights=weights,
            channels=channels,
        )
        self._planner = Planner(self._means, serving_templates)

    @property
    def history(self) -> BuildHistory:
        """The builds on record."""
        return self._means.history

    @property
    def names(self) -> KnownNames:
        """The names that are given already."""
        return self._means.names

    @property
    def source(self) -> SourceControl:
        """What git knows of folders."""
        return self._means.source

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
        choice: RecipeChoice | None = None,
        revision: str = "",
        weights_from: str = "",
    ) -> BuildPlan:
        """Look at `folder` and propose everything that a build of it needs; nothing is changed.
        `scheme` None takes the one of the settings, `model` None that of the folder's last build
        or its own name, `stages` None what a Dockerfile gains by; without `serving` no server is
        generated. `choice` says all of the Dockerfile, in place of the settings, `stages` and
        `form`. With a `revision` (a tag, a branch, a commit) it is what the folder was in that
        commit. With `weights_from` (an artifact by its digest) its weights are looked at as if
        they were in the folder. Raises `FolderError`, `InvalidReference`, `Cancelled`, with a
        `revision` `SourceControlError`, and with `weights_from` as
        `modeldesk.core.artifacts.pulling.pull`."""
        choice = choice or RecipeChoice(
            settings.base_image, stages, form, mirror=settings.base_mirror
        )
        wish = Wish(choice, scheme, model, revision, serving, weights_from)
        return self._planner.plan(folder, snapshot, settings, wish, token or CancelToken())

    def next_semantic(
        self, request: BuildRequest, snapshot: LibrarySnapshot, job: Job
    ) -> ProposedVersion:
        """The next semantic version for what `request` would build, whatever its own names, by
        what changed since the newest version of its model. Where there is one to hold it
        against, every file that would be sent is read, unless it was before: gigabytes take
        seconds. Raises `FolderError`, `Cancelled`."""
        repository = request.references[0]
        taken = self.names.taken(snapshot, request.model, repository)
        newest = newest_of(snapshot, request.model, repository, taken)
        if newest is None:
            return next_semantic(taken)
        if newest.fingerprint is None:
            return proposed_since(taken, newest, None)
        weights = request.weights_from
        with self._means.files(request.folder, request.revision, weights, job) as origin:
            files, context = planned(replace(request, folder=origin.folder), job.token)
            fingerprint = self._means.fingerprints.take(files, context, request.nature, job)
        return proposed_since(taken, newest, fingerprint)

    def build(
        self,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Hear,
    ) -> BuildOutcome:
        """Build what was asked for and name it. The build is recorded however it ends.

        Raises `InvalidVersion` for a version that exists already (or does when the build ends:
        its image then has no name), `InvalidReference`,
        `FolderError`, `BuildFailed` (with the Dockerfile's line where it is known), `DiskFull`,
        `EngineUnavailable`, `RecordsError` before anything was done, `AlreadyRunning` while
        another program or thread builds that version, `InvalidInput` for a git tag that can't be
        given (one that fails afterwards is in the outcome), `RuleBroken` for a channel that the
        version may not get, with a revision `SourceControlError`, `Cancelled`.
        """
        check_references(request)
        check_secrets(request.secrets, engine.info.builds_with_buildkit)
        check_git_tag(self._means.source, request, job.token)
        self._check_channels(request)
        with ExitStack() as held:
            for reference in versions_of(request):
                held.enter_context(self._locks.hold(str(reference)))
            return self._build(engine, request, job, on_event)

    def _build(
        self,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Hear,
    ) -> BuildOutcome:
        holders = self.names.holders(engine, request)
        holders.check(versions_of(request), self.now().astimezone())
        job.token.raise_if_cancelled()
        record = self._record(request)
        self.history.begin(record)
        return self._under_way(engine, request, job, on_event, record).run()

    def _check_channels(self, request: BuildRequest) -> None:
        channels = [one.tag for one in request.references if is_channel(one.tag)]
        if not channels or self._means.channels is None:
            return
        self._means.channels().check_built(
            next((one.tag for one in versions_of(request)), ""),
            request.labels,
            channels,
            request.channel_why,
            override=request.override,
        )

    def build_unnamed(
        self,
        engine: ImageEngine,
        request: BuildRequest,
        job: Job,
        on_event: Hear,
    ) -> tuple[ImageId, str]:
        """Build what `request` says with every step run, to compare it with what is there: the
        image has no name, nothing is recorded, and no git tag made. The image, for the caller to
        remove, and the commit. Raises as `build` does."""
        check_references(request)
        again = replace(request, no_cache=True, git_tag="")
        return self._under_way(engine, again, job, on_event, self._record(again)).unnamed()

    def forget_interrupted(self) -> int:
        """Builds that a program left unfinished when it ended are marked so; how many. What it
        had laid out of commits is taken away."""
        self._means.origins.sweep()
        return self.history.mark_interrupted()

    def now(self) -> datetime:
        """The time, as builds are dated."""
        return self._means.now()

    def _under_way(
        self, engine: ImageEngine, request: BuildRequest, job: Job, hear: Hear, record: BuildRecord
    ) -> BuildUnderWay:
        journal = BuildJournal(job, hear)
        return BuildUnderWay(self._means, engine, request, job, hear, record, journal)

    def _record(self, request: BuildRequest) -> BuildRecord:
        return BuildRecord(
            id=request.build,
            model=request.model,
            folder=str(request.folder),
            references=request.references,
            started=self.now(),
            state=BuildState.RUNNING,
        )

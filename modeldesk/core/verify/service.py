"""Makes an image a second time and compares both."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from modeldesk.core.build.model import BuildEvent, BuildRecord, BuildRequest, ContextProgress
from modeldesk.core.build.service import BuildService
from modeldesk.core.contents.model import EngineImage
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job
from modeldesk.core.labels import (
    DATASET_VERSION_LABEL,
    DESCRIPTION_LABEL,
    FRAMEWORK_LABEL,
    LICENSES_LABEL,
    METRICS_LABEL,
    REVISION_LABEL,
    VERIFY_LABEL,
    VERSION_LABEL,
    WEIGHTS_LABEL,
)
from modeldesk.core.library.model import LibrarySnapshot, Version
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.choice import form_for
from modeldesk.core.settings import Settings
from modeldesk.core.verify.asked_again import asked_again
from modeldesk.core.verify.compare import Reader, compare_images
from modeldesk.core.verify.model import Verification
from modeldesk.core.verify.second_images import SecondImages
from modeldesk.core.versioning.names import tag_of
from modeldesk.core.words import tr

Hear = Callable[[BuildEvent | ContextProgress], None]
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", re.ASCII)
_WRITTEN = (
    FRAMEWORK_LABEL, DATASET_VERSION_LABEL, METRICS_LABEL, DESCRIPTION_LABEL, LICENSES_LABEL,
)  # fmt: skip
"""Labels that a person may have filled in: no folder tells them again."""


class VerifyService:
    """Safe to use from several threads."""

    def __init__(
        self, builds: BuildService, contents: Callable[[], Reader], seconds: SecondImages
    ) -> None:
        self._builds = builds
        self._contents = contents
        self._seconds = seconds

    def again(
        self, engine: ImageEngine, image: ImageId, request: BuildRequest, job: Job, on_event: Hear
    ) -> Verification:
        """Build `request`, which made `image`, once more, every step of it, and compare both.
        The second image is gone when this returns or raises; where the program is killed, with
        the next that is made again on the engine. Raises what `BuildService.build`
        and reading images raise, `AlreadyRunning`, `Cancelled`."""
        with self._seconds.mark(engine) as mark:
            marked = replace(request, labels={**request.labels, VERIFY_LABEL: mark})
            second, commit = self._builds.build_unnamed(engine, marked, job, on_event)
            address = engine.info.address
            return compare_images(
                EngineImage(address, image, tr("first build")),
                EngineImage(address, second, tr("second build")),
                commit,
                self._contents(),
                job,
            )

    def request_for(
        self,
        engine: ImageEngine,
        version: Version,
        folder: Path | None,
        snapshot: LibrarySnapshot,
        settings: Settings,
        job: Job,
    ) -> BuildRequest:
        """What makes `version` again: its commit, in `folder`, or where it was built, by what its
        build was asked for; by the Dockerfile of the commit where no such build is on record.
        Raises `InvalidInput` for a version that no commit and no known Dockerfile make, and what
        planning a build and reading records raise."""
        commit = _commit_of(version)
        history = self._builds.history
        record = history.maker_of(version.key.image)
        place = folder or _folder(record) or history.folder_of(version.key.model)
        if place is None:
            raise InvalidInput(
                tr("It is not known which folder {model} was built from.",
                   model=version.key.model),
                tr("Name it: modeldesk verify REF --folder DIR."),
            )  # fmt: skip
        plan = self._builds.prepare(
            place,
            snapshot,
            settings,
            token=job.token,
            model=version.key.model,
            form=form_for(engine.info.builds_with_buildkit),
            revision=commit,
            weights_from=version.labels.get(WEIGHTS_LABEL, ""),
        )
        name = version.references[0]
        # A version in full may hold what its tag can't.
        said = version.labels.get(VERSION_LABEL, "")
        full = said if tag_of(said) == name.tag else name.tag
        request = plan.request(full, repository=replace(name, tag=""))
        written = {one: version.labels[one] for one in _WRITTEN if one in version.labels}
        request = asked_again(request, record, version.name, own=plan.own_dockerfile)
        return replace(request, labels={**request.labels, **written})


def _folder(record: BuildRecord | None) -> Path | None:
    """Where that build was made, if it is still there."""
    return Path(record.folder) if record is not None and Path(record.folder).is_dir() else None


def _commit_of(version: Version) -> str:
    commit = version.labels.get(REVISION_LABEL, "")
    if _COMMIT.fullmatch(commit) and version.references:
        return commit
    if commit.endswith("-dirty"):
        raise InvalidInput(
            tr("{name} was built from a folder with changes that were not committed, so nothing "
               "makes it again.", name=version.name),
            tr("Build from a commit, and what comes of it can be verified."),
        )  # fmt: skip
    raise InvalidInput(
        tr("{name} does not say which commit it was built from.", name=version.name),
        tr("A folder can be built twice and compared: modeldesk build DIR --verify."),
    )

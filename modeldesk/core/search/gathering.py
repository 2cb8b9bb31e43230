"""Asking every registry that is known for what it has, so that it can be found."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from modeldesk.core.attached.service import MetadataService
from modeldesk.core.errors import ModelDeskError, RegistryError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import Job, Progress, Unit
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.ports import RemoteRecords
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.remote_versions import (
    RemoteHistory,
    local_digests,
    remote_repositories,
)
from modeldesk.core.references import Reference
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Gathered:
    """What came of asking."""

    repositories: int
    versions: int
    edits: int
    """Of metadata, that were not known."""
    problems: tuple[ModelDeskError, ...] = ()


class Gatherer:
    """Asks the repositories of the models here, and those that registries were asked for before:
    of registries that nobody named. One that was named is looked through as a whole."""

    def __init__(
        self, remote: RemoteRecords, history: RemoteHistory, metadata: MetadataService
    ) -> None:
        self._remote = remote
        self._history = history
        self._metadata = metadata

    def gather(self, snapshot: LibrarySnapshot, named: Collection[str], job: Job) -> Gathered:
        """Versions, channels and metadata of all but what is in `named` registries. Raises
        `Cancelled`, `RecordsError`; what was read until then is kept."""
        models = [name for model in snapshot.models for name in remote_repositories(model)]
        asked = {one.repository for one in self._remote.every_remote_version()}
        every = dict.fromkeys([*models, *sorted(asked)])
        names = [name for name in every if name.partition("/")[0] not in named]
        local = local_digests(snapshot)
        problems: dict[str, ModelDeskError] = {}
        versions = edits = 0
        for number, name in enumerate(names):
            said = tr("Asking {repository}", repository=name)
            job.report(Progress(said, number, len(names), Unit.STEPS))
            answer = self._history.ask([name], job.token)
            versions += len(answer.versions)
            for error in answer.errors:
                problems.setdefault(str(error), error)
            if not answer.errors:
                try:
                    edits += self._fetch(name, answer.versions, local.get(name, {}), job)
                except RegistryError as error:
                    problems.setdefault(str(error), error)
        return Gathered(len(names), versions, edits, tuple(problems.values()))

    def _fetch(
        self,
        name: str,
        versions: Iterable[RemoteVersion],
        local: Mapping[str, ImageId],
        job: Job,
    ) -> int:
        images = {one.digest: one.image for one in versions} | dict(local)
        return self._metadata.fetch(Reference.parse(name), images, job.token)

"""Looking through registries for all that they have, and keeping it."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from modeldesk.core.errors import NotInRegistry, RecordsError, RegistryError
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job, Progress, Unit
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.ports import RemoteRecords, VersionRegistry
from modeldesk.core.library.remote_keeping import RemoteKeeping
from modeldesk.core.library.remote_model import (
    KnownRepository,
    RegistryLook,
    RemoteVersion,
    RemoteVersions,
)
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.words import tr

_REPORT_EVERY_S = 0.1
FetchEdits = Callable[[str, Mapping[str, ImageId], Collection[str], CancelToken], int]
"""Reads what was said of versions of a repository, which it knows by digest, under these tags, but
for what is known of it; how many edits that were. Raises `RegistryError`, `RecordsError`."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking through a registry."""

    look: RegistryLook
    whole: bool
    """Whether the registry listed all it has; else only what was named was looked into."""
    unreadable: int = 0
    """Tags of which nothing could be learned."""
    failed: tuple[tuple[str, RegistryError], ...] = ()
    """Repositories of which nothing new is known, and why."""


class Browsing:
    """One per program; any thread may ask."""

    def __init__(
        self,
        records: RemoteRecords,
        registry: VersionRegistry,
        now: Callable[[], datetime],
        fetch_edits: FetchEdits = lambda *_: 0,
    ) -> None:
        self._fetch_edits = fetch_edits
        self._records = records
        self._registry = registry
        self._now = now

    def catalog(self, registries: Collection[KnownRegistry]) -> RemoteCatalog:
        """What is kept of every registry. `registries` are those a person named. Raises
        `RecordsError`."""
        return RemoteCatalog(
            self._records.every_remote_version(),
            self._records.remote_channels(),
            self._records.every_remote_artifact(),
            self._records.registry_looks(),
            frozenset(one.host for one in registries),
        )

    def browse_all(
        self, registries: Sequence[KnownRegistry], also: Collection[str], job: Job
    ) -> dict[str, Looked | RegistryError]:
        """As `browse`, every registry at the same time: one that is away does not hold up the
        others. What came of each, by its host. Raises `Cancelled`."""

        def ask(known: KnownRegistry) -> Looked | RegistryError:
            try:
                return self.browse(known, also, job)
            except RegistryError as error:
                return error

        with ThreadPoolExecutor(max(1, len(registries)), "browse") as pool:
            found = list(pool.map(ask, registries))
        return {one.host: came for one, came in zip(registries, found, strict=True)}

    def browse(self, known: KnownRegistry, also: Collection[str], job: Job) -> Looked:
        """Ask a registry for all that it has; what is known by its digest is not fetched again.
        Repositories in `also` (of any registry, with it) are what models here are tagged for:
        they are looked into too where the registry lists none. Raises `RegistryError`,
        `Cancelled`; what was read until then is kept."""
        own = [f"{known.host}/{one}" for one in known.repositories]
        tagged = [one for one in also if one.startswith(f"{known.host}/")]
        keeping = RemoteKeeping(self._records)
        before = keeping.of_registry(known.host)
        listener = _Listener(known, before, keeping, job)
        named = tuple(dict.fromkeys((*own, *tagged)))
        try:
            done = self._registry.browse(known.host, named, before, listener, job.token)
        finally:
            keeping.flush()
        gone = {one for one, error in done.failed.items() if isinstance(error, NotInRegistry)}
        if done.whole:
            gone |= before.keys() - set(done.repositories)
        keeping.gone(gone & before.keys())
        look = listener.look(self._now())
        keeping.looked(look)
        failed = {**done.failed, **self._read_edits(listener.edits, job)}
        # A model that was tagged for a registry and never pushed is no fault.
        told = {one: error for one, error in failed.items() if one not in gone or one in own}
        return Looked(look, done.whole, listener.unreadable, tuple(sorted(told.items())))

    def _read_edits(
        self, found: Mapping[str, RemoteVersions], job: Job
    ) -> dict[str, RegistryError]:
        """What was said of versions since they were made; why that of some can't be read."""
        failed: dict[str, RegistryError] = {}
        for repository, one in found.items():
            images = {version.digest: version.image for version in one.versions}
            try:
                self._fetch_edits(repository, images, one.edits, job.token)
            except RegistryError as error:
                failed[repository] = error
            except RecordsError as error:
                logger.info("edits of %s can't be kept: %s", repository, error)
        return failed


class _Listener:
    """Implements `BrowseListener`."""

    def __init__(
        self,
        registry: KnownRegistry,
        before: dict[str, KnownRepository],
        keeping: RemoteKeeping,
        job: Job,
    ) -> None:
        self.unreadable = 0
        self.edits: dict[str, RemoteVersions] = {}
        """What was found in repositories with edits."""
        self._registry = registry
        self._before = before
        self._keeping = keeping
        self._job = job
        self._repositories = self._versions = self._artifacts = 0
        self._told = 0.0

    def on_news(self, version: RemoteVersion) -> None:
        self._keeping.add(version)

    def on_repository(self, repository: str, found: RemoteVersions) -> None:
        # One whose last image was deleted is still listed by its registry.
        self._repositories += bool(found.versions or found.artifacts or found.unreadable)
        self._versions += len({one.digest for one in found.versions})
        self._artifacts += len({one.digest for one in found.artifacts})
        self.unreadable += len(found.unreadable)
        if found.edits:
            self.edits[repository] = found
        self._keeping.flush()
        self._keeping.read(repository, self._before.get(repository, KnownRepository()), found)

    def on_progress(self, done: int, total: int) -> None:
        now = monotonic()
        if now - self._told >= _REPORT_EVERY_S:
            self._told = now
            text = tr("Asking {registry}", registry=self._registry.title)
            self._job.report(Progress(text, done, total, Unit.IMAGES))

    def look(self, finished: datetime) -> RegistryLook:
        """What it came to."""
        return RegistryLook(
            self._registry.host, finished, self._repositories, self._versions, self._artifacts
        )

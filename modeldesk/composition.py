"""Puts adapters and services together, for the window and the command line alike: the only place
that knows concrete classes. Everything is made on first use, because importing Docker's or git's
library takes a tenth of a second each."""

import getpass
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from modeldesk import resources
from modeldesk.core import settings as settings_file
from modeldesk.paths import Paths
from modeldesk.sources import IndexParts, open_source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modeldesk.adapters.sqlite.database import OpenedDatabase
    from modeldesk.core.build.service import BuildService
    from modeldesk.core.contents.entries import Entry
    from modeldesk.core.contents.model import ImageContents, Place
    from modeldesk.core.contents.ports import ContentRecords
    from modeldesk.core.contents.service import Contents
    from modeldesk.core.engine.model import EngineAttempt, SignIn
    from modeldesk.core.errors import RecordsError
    from modeldesk.core.ids import DiffId
    from modeldesk.core.jobs import CancelToken, Job
    from modeldesk.core.library.kept_versions import KeptVersions
    from modeldesk.core.library.remote_versions import RemoteHistory
    from modeldesk.core.library.service import Library
    from modeldesk.core.ports import AnswerProbe, DeploymentLocks, EngineFinder, ImageEngine
    from modeldesk.core.releases.service import ReleaseService

_Part = TypeVar("_Part")


class Once(cached_property[_Part]):
    """A `cached_property` that two threads never both make."""

    def __init__(self, make: Callable[[Any], _Part]) -> None:
        super().__init__(make)
        self._making = RLock()

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _Part: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | _Part:
        with self._making:
            return super().__get__(instance, owner)


class Parts:
    """The parts of one running program. Any thread may ask for one."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self._locks_folder = paths.database.parent / "locks"
        self._records_problem: RecordsError | None = None
        loaded = settings_file.load(paths.settings)
        self.settings = loaded.settings
        """As they are now; whoever changes them puts the new ones here."""
        self.settings_problem = loaded.problem

    def do_without_records(self, path: Path, problem: "RecordsError") -> None:
        """Keep what is recorded from now on in `path`, for as long as the program runs, since its
        own records can't be used; to be called before anything read them. What would have to be
        remembered is then refused."""
        self.paths = replace(self.paths, database=path)
        self._records_problem = problem

    def use_layers(self, path: Path) -> None:
        """Keep what is read of layers in `path` instead, where the usual file can't be used."""
        self.paths = replace(self.paths, layers=path)

    def make_services(self) -> None:
        """Make what the window's pages are made of, wherever waiting for it does no harm."""
        _ = (self.library, self.releases, self.builds, self.finder)

    @Once
    def finder(self) -> "EngineFinder":
        """Looks for an engine."""
        from modeldesk.adapters.docker_engine.discovery import DockerEngineFinder

        return DockerEngineFinder(find_sign_in=find_sign_in)

    @property
    def late_finder(self) -> "EngineFinder":
        """As `finder`, but the adapter is first imported when a search begins, by whoever
        searches."""
        return LateFinder(self)

    @Once
    def probe(self) -> "AnswerProbe":
        """Asks published ports for an answer."""
        from modeldesk.adapters.http_probe import HttpAnswerProbe

        return HttpAnswerProbe()

    @Once
    def opened(self) -> "OpenedDatabase":
        """The database, and what was wrong with the file. Raises `RecordsError`."""
        from modeldesk.adapters.sqlite.database import open_database

        return open_database(self.paths.database)

    @Once
    def library(self) -> "Library":
        """Images as models and versions."""
        from modeldesk.adapters.sqlite.image_records import SqliteImageRecords
        from modeldesk.core.library.service import Library

        return Library(SqliteImageRecords(self.opened.database), lambda: self.layer_records)

    @Once
    def kept_versions(self) -> "KeptVersions":
        """Versions that were here once."""
        from modeldesk.adapters.sqlite.version_records import SqliteVersionRecords
        from modeldesk.core.library.kept_versions import KeptVersions

        return KeptVersions(SqliteVersionRecords(self.opened.database))

    @Once
    def remote_versions(self) -> "RemoteHistory":
        """Versions that registries have."""
        from modeldesk.adapters.oci_registry.versions import RegistryVersions
        from modeldesk.adapters.oci_registry.versions_apart import read_versions_apart
        from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
        from modeldesk.core.library.remote_versions import RemoteHistory

        registry = RegistryVersions(read_versions_apart)
        return RemoteHistory(SqliteRemoteRecords(self.opened.database), registry)

    @Once
    def layer_records(self) -> "ContentRecords":
        """What was read of layers. Raises `RecordsError`."""
        return self._index_parts.open_records()

    @Once
    def contents(self) -> "Contents":
        """What is inside images, for a window: layers are read in a process of their own."""
        from modeldesk.adapters.index_process.indexer import ProcessIndexer
        from modeldesk.core.contents.service import Contents

        return Contents(self.layer_records, ProcessIndexer(self._index_parts), open_source)

    @property
    def late_contents(self) -> "LateContents":
        """As `contents`, but the records are first opened by whoever asks for an image."""
        return LateContents(self)

    @Once
    def contents_here(self) -> "Contents":
        """What is inside images, for a command: layers are read in this process."""
        from modeldesk.core.contents.indexing import DirectIndexer
        from modeldesk.core.contents.service import Contents

        indexer = DirectIndexer(self.layer_records, open_source)
        return Contents(self.layer_records, indexer, open_source)

    @property
    def _index_parts(self) -> IndexParts:
        return IndexParts(self.paths.layers, self.settings.layer_records_mb)

    @Once
    def builds(self) -> "BuildService":
        """Plans and makes builds."""
        from modeldesk.adapters.git import GitSourceControl
        from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
        from modeldesk.core.build.service import BuildService

        return BuildService(
            SqliteBuildRecords(self.opened.database),
            GitSourceControl(),
            now,
            self.locks,
            resources.path("serving"),
        )

    @Once
    def releases(self) -> "ReleaseService":
        """Deployments and the way back."""
        from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
        from modeldesk.core.releases.service import ReleaseService

        return ReleaseService(
            SqliteReleaseRecords(self.opened.database),
            self.probe,
            self.locks,
            self._author,
            now,
            self._records_problem,
        )

    @Once
    def locks(self) -> "DeploymentLocks":
        """The same for every program of the account, wherever each keeps its records."""
        from modeldesk.adapters.file_locks import FileDeploymentLocks, folder_of_user

        return FileDeploymentLocks(self._locks_folder, folder_of_user())

    def _author(self) -> str:
        return self.settings.release_author or system_user()

    def problems(self) -> tuple[str, ...]:
        """What was wrong with the files that were read so far, in sentences."""
        opened = self.opened.problem if "opened" in self.__dict__ else ""
        return tuple(filter(None, (self.settings_problem, opened)))

    def close(self) -> None:
        """Close the database, if it was opened."""
        if "opened" in self.__dict__:
            self.opened.database.close()
        if "layer_records" in self.__dict__:
            self.layer_records.close()


class LateFinder:
    """Implements `EngineFinder` by an adapter that is imported on first use."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def find(self, preferred: str = "") -> "tuple[ImageEngine | None, tuple[EngineAttempt, ...]]":
        """See `modeldesk.core.ports.EngineFinder`."""
        return self._parts.finder.find(preferred)

    def known_addresses(self) -> tuple[tuple[str, str], ...]:
        """See `modeldesk.core.ports.EngineFinder`."""
        return self._parts.finder.known_addresses()


class LateContents:
    """What is inside images, by a service that is made on first use."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def known(
        self, place: "Place", token: "CancelToken", base_layers: int | None = None
    ) -> "ImageContents | None":
        """See `modeldesk.core.contents.service.Contents`. Raises `RecordsError`."""
        return self._parts.contents.known(place, token, base_layers)

    def read(self, place: "Place", job: "Job", base_layers: int | None = None) -> "ImageContents":
        """See `modeldesk.core.contents.service.Contents`."""
        return self._parts.contents.read(place, job, base_layers)

    def file(
        self, place: "Place", layer: "DiffId", entry: "Entry", token: "CancelToken", stamp: str
    ) -> "Iterator[bytes]":
        """See `modeldesk.core.contents.service.Contents`."""
        return self._parts.contents.file(place, layer, entry, token, stamp)

    def files(
        self,
        place: "Place",
        layer: "DiffId",
        entries: "Collection[Entry]",
        token: "CancelToken",
        stamp: str,
    ) -> "Iterator[tuple[Entry, bytes]]":
        """See `modeldesk.core.contents.service.Contents`."""
        return self._parts.contents.files(place, layer, entries, token, stamp)


def find_sign_in(registry: str) -> "SignIn | None":
    """Who the person is at a registry, as docker keeps it; None for nobody."""
    from modeldesk.adapters.oci_registry.credentials import find_credentials
    from modeldesk.core.engine.model import SignIn

    found = find_credentials(registry)
    if found is None:
        return None
    if found.identity_token:
        return SignIn("", found.identity_token)
    return SignIn(found.user, found.password)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def system_user() -> str:
    """The name of who runs the program, as the system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""

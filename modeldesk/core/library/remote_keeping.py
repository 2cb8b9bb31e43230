"""Keeps what registries have as it is read. Where the records fail, the registries know it too:
that is logged and bothers nobody."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from modeldesk.core.errors import RecordsError
from modeldesk.core.library.ports import RemoteRecords
from modeldesk.core.library.remote_model import (
    KnownRepository,
    RegistryLook,
    RemoteArtifact,
    RemoteVersion,
    RemoteVersions,
)

logger = logging.getLogger(__name__)

T = TypeVar("T")

_KEPT_AT_ONCE = 100


class RemoteKeeping:
    """For one reading, in one thread. `flush` at its end."""

    def __init__(self, records: RemoteRecords) -> None:
        self._records = records
        self._waiting: list[RemoteVersion] = []

    def of(self, repository: str) -> KnownRepository:
        """What was kept of a repository."""
        return self._tried(
            lambda: KnownRepository(
                self._records.remote_versions(repository),
                self._records.remote_artifacts(repository),
            ),
            KnownRepository(),
        )

    def of_registry(self, registry: str) -> dict[str, KnownRepository]:
        """What was kept of each repository of a registry."""
        versions: dict[str, list[RemoteVersion]] = defaultdict(list)
        artifacts: dict[str, list[RemoteArtifact]] = defaultdict(list)
        nothing: tuple[RemoteVersion, ...] = ()
        none: tuple[RemoteArtifact, ...] = ()
        for one in self._tried(self._records.every_remote_version, nothing):
            if one.repository.startswith(f"{registry}/"):
                versions[one.repository].append(one)
        for other in self._tried(self._records.every_remote_artifact, none):
            if other.repository.startswith(f"{registry}/"):
                artifacts[other.repository].append(other)
        return {
            name: KnownRepository(tuple(versions.get(name, ())), tuple(artifacts.get(name, ())))
            for name in versions.keys() | artifacts.keys()
        }

    def add(self, version: RemoteVersion) -> None:
        """This is new, or not as it was."""
        self._waiting.append(version)
        if len(self._waiting) >= _KEPT_AT_ONCE:
            self.flush()

    def read(self, repository: str, known: KnownRepository, found: RemoteVersions) -> None:
        """A repository was read to its end: what is no longer there is forgotten."""
        there = {*(one.tag for one in found.versions), *found.unreadable}
        gone = [one.tag for one in known.versions if one.tag not in there]
        if gone:
            self._do(lambda: self._records.forget_remote_versions(repository, gone))
        self._do(lambda: self._records.keep_remote_channels(repository, found.channels))
        if set(known.artifacts) != set(found.artifacts):
            self._do(lambda: self._records.keep_remote_artifacts(repository, found.artifacts))

    def gone(self, repositories: Iterable[str]) -> None:
        """These are not there any more."""
        for one in repositories:
            self._do(partial(self._records.forget_remote_repository, one))

    def looked(self, look: RegistryLook) -> None:
        """A registry was looked through."""
        self._do(lambda: self._records.keep_registry_look(look))

    def flush(self) -> None:
        """Keep what waits to be kept."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._do(lambda: self._records.keep_remote_versions(waiting))

    def _do(self, work: Callable[[], None]) -> None:
        self._tried(work, None)

    def _tried(self, work: Callable[[], T], otherwise: T) -> T:
        try:
            return work()
        except RecordsError as error:
            logger.info("what registries have can't be kept, or read again: %s", error)
            return otherwise

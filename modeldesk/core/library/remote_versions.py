"""Versions that only a registry has: asked for when a person looks at their model."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modeldesk.core.errors import (
    InvalidReference,
    NotInRegistry,
    RecordsError,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import Group, Model, RemoteVersion
from modeldesk.core.ports import RemoteRecords, VersionRegistry
from modeldesk.core.references import DEFAULT_REGISTRY, Reference

logger = logging.getLogger(__name__)

_KEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class RemoteAnswer:
    """What registries said of a model's repositories."""

    versions: tuple[RemoteVersion, ...] = ()
    unreadable: int = 0
    """Tags of which nothing could be learned."""
    errors: tuple[RegistryError, ...] = ()
    """Of repositories whose versions are those of an earlier answer."""


def remote_repositories(model: Model) -> tuple[str, ...]:
    """The repositories of a model that lie in a registry of somebody's own. The public default
    is not one: every image without a registry's name seems to be there."""
    if model.group is not Group.MODEL:
        return ()
    return tuple(name for name in model.repositories if _registry(name) != DEFAULT_REGISTRY)


class RemoteHistory:
    """Asks a registry, and keeps what it said. Any thread may ask."""

    def __init__(self, records: RemoteRecords, registry: VersionRegistry) -> None:
        self._records = records
        self._registry = registry

    def kept(self, repositories: Iterable[str]) -> tuple[RemoteVersion, ...]:
        """What registries said last. Raises `RecordsError`."""
        return tuple(one for name in repositories for one in self._records.remote_versions(name))

    def ask(self, repositories: Iterable[str], token: CancelToken) -> RemoteAnswer:
        """What registries say now. Raises `Cancelled`; what was read until then is kept."""
        versions: list[RemoteVersion] = []
        errors: dict[str, RegistryError] = {}
        unreadable = 0
        for repository in repositories:
            known = self._known(repository)
            host = _registry(repository)
            # A registry that is away is waited for once.
            if isinstance(errors.get(host), RegistryUnavailable):
                versions += known
                continue
            try:
                found, lost = self._ask(repository, known, token)
            except RegistryError as error:
                errors.setdefault(host, error)
                found, lost = known, 0
            versions += found
            unreadable += lost
        return RemoteAnswer(tuple(versions), unreadable, tuple(errors.values()))

    def _ask(
        self, repository: str, known: Sequence[RemoteVersion], token: CancelToken
    ) -> tuple[Sequence[RemoteVersion], int]:
        keeper = _Keeper(self._records)
        try:
            answer = self._registry.versions(repository, known, keeper.add, token)
        except NotInRegistry:
            # Tagged for a registry and never pushed.
            self._forget(repository, [one.tag for one in known])
            return (), 0
        finally:
            keeper.flush()
        there = {*(one.tag for one in answer.versions), *answer.unreadable}
        self._forget(repository, [one.tag for one in known if one.tag not in there])
        return answer.versions, len(answer.unreadable)

    def _known(self, repository: str) -> Sequence[RemoteVersion]:
        """None where the records fail, since the registry knows them too."""
        try:
            return self._records.remote_versions(repository)
        except RecordsError as error:
            logger.info("what a registry has can't be read from the records: %s", error)
            return ()

    def _forget(self, repository: str, tags: Sequence[str]) -> None:
        try:
            if tags:
                self._records.forget_remote_versions(repository, tags)
        except RecordsError as error:
            logger.info("what a registry no longer has can't be forgotten: %s", error)


class _Keeper:
    """Keeps versions as they are read, some at a time."""

    def __init__(self, records: RemoteRecords) -> None:
        self._records = records
        self._waiting: list[RemoteVersion] = []

    def add(self, version: RemoteVersion) -> None:
        self._waiting.append(version)
        if len(self._waiting) >= _KEPT_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            if waiting:
                self._records.keep_remote_versions(waiting)
        except RecordsError as error:
            logger.info("what a registry has can't be kept: %s", error)


def _registry(repository: str) -> str:
    """The default for what is no name: nobody is to be asked for it."""
    try:
        return Reference.parse(repository).registry
    except InvalidReference:
        return DEFAULT_REGISTRY

"""Versions that only a registry has: asked for when a person looks at their model."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from modeldesk.core.errors import (
    InvalidReference,
    NotInRegistry,
    RecordsError,
    RegistryError,
    RegistryUnavailable,
)
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.grouping import model_of
from modeldesk.core.library.model import Group, LibrarySnapshot, Model
from modeldesk.core.library.ports import RemoteRecords, ToldKinds, VersionRegistry
from modeldesk.core.library.remote_keeping import RemoteKeeping
from modeldesk.core.library.remote_model import KnownRepository, RemoteVersion
from modeldesk.core.references import DEFAULT_REGISTRY, Reference

logger = logging.getLogger(__name__)


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


def known_repositories(
    model: ModelName, snapshot: LibrarySnapshot, remote: Iterable[RemoteVersion]
) -> tuple[str, ...]:
    """Where a model lies, by what is here and by what registries were found to have."""
    here = (
        name for one in snapshot.models if one.name == model for name in remote_repositories(one)
    )
    there = (one.repository for one in remote if model_of(one) == model)
    return tuple(dict.fromkeys((*here, *there)))


def local_digests(snapshot: LibrarySnapshot) -> dict[str, dict[str, ImageId]]:
    """By repository of a registry: the digest there, and the image here."""
    found: dict[str, dict[str, ImageId]] = defaultdict(dict)
    for model in snapshot.models:
        for version in model.versions:
            for one in version.digests:
                if one.registry != DEFAULT_REGISTRY:
                    found[one.name][one.digest] = version.key.image
    return found


class RemoteHistory:
    """Asks a registry, and keeps what it said. Any thread may ask."""

    def __init__(
        self,
        records: RemoteRecords,
        registry: VersionRegistry,
        kinds: Callable[[], ToldKinds] | None = None,
    ) -> None:
        """`kinds` tells what layers hold that were looked into, wherever they were met."""
        self._records = records
        self._registry = registry
        self._kinds = kinds

    def kept(self, repositories: Iterable[str]) -> tuple[RemoteVersion, ...]:
        """What registries said last. Raises `RecordsError`."""
        return self._judged(
            [one for name in repositories for one in self._records.remote_versions(name)]
        )

    def ask(self, repositories: Iterable[str], token: CancelToken) -> RemoteAnswer:
        """What registries say now. Raises `Cancelled`; what was read until then is kept."""
        versions: list[RemoteVersion] = []
        errors: dict[str, RegistryError] = {}
        unreadable = 0
        for repository in repositories:
            known = RemoteKeeping(self._records).of(repository)
            host = _registry(repository)
            # A registry that is away is waited for once.
            if isinstance(errors.get(host), RegistryUnavailable):
                versions += known.versions
                continue
            try:
                found, lost = self._ask(repository, known, token)
            except RegistryError as error:
                errors.setdefault(host, error)
                found, lost = known.versions, 0
            versions += found
            unreadable += lost
        return RemoteAnswer(self._judged(versions), unreadable, tuple(errors.values()))

    def _judged(self, versions: Sequence[RemoteVersion]) -> tuple[RemoteVersion, ...]:
        layers = {layer.diff_id for one in versions for layer in one.layers}
        if self._kinds is None or not layers:
            return tuple(versions)
        try:
            told = self._kinds().told_layers(layers)
        except RecordsError as error:
            logger.info("what layers tell of their kinds can't be read: %s", error)
            return tuple(versions)
        return tuple(one.judged(told) for one in versions)

    def _ask(
        self, repository: str, known: KnownRepository, token: CancelToken
    ) -> tuple[Sequence[RemoteVersion], int]:
        keeping = RemoteKeeping(self._records)
        try:
            answer = self._registry.versions(repository, known, keeping.add, token)
        except NotInRegistry:
            # Tagged for a registry and never pushed.
            keeping.gone([repository])
            return (), 0
        finally:
            keeping.flush()
        keeping.read(repository, known, answer)
        return answer.versions, len(answer.unreadable)


def _registry(repository: str) -> str:
    """The default for what is no name: nobody is to be asked for it."""
    try:
        return Reference.parse(repository).registry
    except InvalidReference:
        return DEFAULT_REGISTRY

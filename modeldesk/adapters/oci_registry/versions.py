"""What registries have, put together from what is known and what is read anew."""

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from modeldesk.adapters.oci_registry.learned import (
    Channel,
    Counted,
    Ended,
    Found,
    Known,
    Learned,
    Listed,
    News,
    Unreadable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.remote_model import (
    BrowsedRegistry,
    BrowseListener,
    KnownRepository,
    RemoteArtifact,
    RemoteVersion,
    RemoteVersions,
)
from modeldesk.core.versioning.names import is_mutable

if TYPE_CHECKING:
    from modeldesk.core.errors import RegistryError

ReadVersions = Callable[[str, Collection[str], CancelToken], Generator[Learned, None, None]]
"""Reads a repository but for the digests that are known."""
ReadRegistry = Callable[
    [str, Collection[str], Mapping[str, Collection[str]], CancelToken], Generator[News, None, None]
]
"""Reads a registry, with repositories that are named, but for the digests that are known of
each."""

_NOTHING = KnownRepository()


class RegistryVersions:
    """Implements `VersionRegistry`."""

    def __init__(self, read: ReadVersions, read_all: ReadRegistry) -> None:
        self._read = read
        self._read_all = read_all

    def versions(
        self,
        repository: str,
        known: KnownRepository,
        on_news: Callable[[RemoteVersion], None],
        token: CancelToken,
    ) -> RemoteVersions:
        """See `modeldesk.core.library.ports.VersionRegistry`."""
        gathered = _Gathered(repository, known)
        with closing(self._read(repository, gathered.digests, token)) as learned:
            for one in learned:
                gathered.hear(one, on_news)
        return gathered.versions(on_news)

    def browse(
        self,
        registry: str,
        named: Sequence[str],
        known: Mapping[str, KnownRepository],
        listener: BrowseListener,
        token: CancelToken,
    ) -> BrowsedRegistry:
        """See `modeldesk.core.library.ports.VersionRegistry`."""
        gathered = {name: _Gathered(name, one) for name, one in known.items()}
        digests = {name: one.digests for name, one in gathered.items() if one.digests}
        listed = Listed((), whole=False)
        failed: dict[str, RegistryError] = {}
        done = total = 0
        with closing(self._read_all(registry, named, digests, token)) as news:
            for one in news:
                match one:
                    case Listed():
                        listed = one
                    case Counted():
                        total += one.tags
                    case Found():
                        done += 1
                        own = gathered.setdefault(one.repository, _Gathered(one.repository))
                        if one.learned is not None:
                            own.hear(one.learned, listener.on_news)
                    case Ended(repository, error) if error is not None:
                        failed[repository] = error
                    case Ended(repository):
                        own = gathered.get(repository) or _Gathered(repository)
                        own.edits = one.edits
                        listener.on_repository(repository, own.versions(listener.on_news))
                listener.on_progress(min(done, total), total)
        return BrowsedRegistry(listed.repositories, listed.whole, failed)


class _Gathered:
    """What was heard of one repository."""

    def __init__(self, repository: str, known: KnownRepository = _NOTHING) -> None:
        self._repository = repository
        self._before = {one.tag: one for one in known.versions}
        # One that was kept without all that is read today is read again.
        self._versions = {one.digest: one for one in known.versions if one.complete}
        self._artifacts = {one.digest: one for one in known.artifacts}
        self.digests = frozenset((*self._versions, *self._artifacts))
        self._found: list[RemoteVersion] = []
        self._others: list[RemoteArtifact] = []
        self._moving: list[RemoteVersion] = []
        self._unreadable: list[str] = []
        self._channels: dict[str, str] = {}
        self.edits: tuple[str, ...] = ()

    def hear(self, one: Learned, on_news: Callable[[RemoteVersion], None]) -> None:
        match one:
            case Unreadable():
                if not is_mutable(one.tag):
                    self._unreadable.append(one.tag)
            case Channel():
                self._channels[one.tag] = one.digest
            case RemoteArtifact():
                self._others.append(one)
            case Known() if one.digest in self._artifacts:
                self._others.append(replace(self._artifacts[one.digest], tag=one.tag))
            case Known():
                self._found_one(replace(self._versions[one.digest], tag=one.tag), on_news)
            case RemoteVersion():
                self._found_one(one, on_news)

    def versions(self, on_news: Callable[[RemoteVersion], None]) -> RemoteVersions:
        """All of it, once nothing more is heard."""
        named = {one.digest for one in self._found}
        nameless: dict[str, RemoteVersion] = {}
        for one in sorted(self._moving, key=lambda one: one.tag):
            if one.digest not in named:
                nameless.setdefault(one.digest, one)
        for one in nameless.values():
            self._keep(one, on_news)
        return RemoteVersions(
            tuple(sorted(self._found, key=lambda one: one.tag)),
            tuple(sorted(self._unreadable)),
            self._channels,
            tuple(sorted(self._others, key=lambda one: one.tag)),
            self.edits,
        )

    def _found_one(self, one: RemoteVersion, on_news: Callable[[RemoteVersion], None]) -> None:
        if is_mutable(one.tag):
            # What reads in another process does not know a person's own channels; and whether
            # nothing else names the image is known at the end.
            self._channels[one.tag] = one.digest
            self._moving.append(one)
        else:
            self._keep(one, on_news)

    def _keep(self, one: RemoteVersion, on_news: Callable[[RemoteVersion], None]) -> None:
        self._found.append(one)
        if self._before.get(one.tag) != one:
            on_news(one)

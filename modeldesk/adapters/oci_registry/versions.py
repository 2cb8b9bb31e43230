"""The versions a registry has, put together from what is known and what is read anew."""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import RemoteVersion, RemoteVersions


@dataclass(frozen=True, slots=True)
class Known:
    """A tag names what was known by its digest before."""

    tag: str
    digest: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Nothing could be learned of a tag."""

    tag: str


Learned = RemoteVersion | Known | Unreadable
ReadVersions = Callable[[str, Collection[str], CancelToken], Generator[Learned, None, None]]
"""Reads a repository but for the digests that are known."""


class RegistryVersions:
    """Implements `VersionRegistry`."""

    def __init__(self, read: ReadVersions) -> None:
        self._read = read

    def versions(
        self,
        repository: str,
        known: Sequence[RemoteVersion],
        on_news: Callable[[RemoteVersion], None],
        token: CancelToken,
    ) -> RemoteVersions:
        """See `modeldesk.core.ports.VersionRegistry`."""
        before = {one.tag: one for one in known}
        by_digest = {one.digest: one for one in known}
        found: list[RemoteVersion] = []
        unreadable: list[str] = []
        with closing(self._read(repository, by_digest.keys(), token)) as learned:
            for one in learned:
                if isinstance(one, Unreadable):
                    unreadable.append(one.tag)
                    continue
                version = (
                    replace(by_digest[one.digest], tag=one.tag) if isinstance(one, Known) else one
                )
                found.append(version)
                if before.get(version.tag) != version:
                    on_news(version)
        found.sort(key=lambda one: one.tag)
        return RemoteVersions(tuple(found), tuple(sorted(unreadable)))

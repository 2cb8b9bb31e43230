"""Registries in memory, as the core asks them."""

from collections.abc import Callable, Mapping, Sequence

from modeldesk.core.errors import NotInRegistry, RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.remote_model import (
    BrowsedRegistry,
    BrowseListener,
    KnownRepository,
    RemoteVersion,
    RemoteVersions,
)


class FakeVersionRegistry:
    """Implements `VersionRegistry`. `failing` gives the error of a repository, or of a whole
    registry; `asked` lists the repositories and registries that were asked, and `read` the digests
    that were not known."""

    def __init__(self) -> None:
        self.repositories: dict[str, RemoteVersions] = {}
        self.failing: dict[str, RegistryError] = {}
        self.unlisted: set[str] = set()
        """Registries that list nothing."""
        self.asked: list[str] = []
        self.read: list[str] = []
        self.waits = False
        """Answer only when cancelled."""

    def versions(
        self,
        repository: str,
        known: KnownRepository,
        on_news: Callable[[RemoteVersion], None],
        token: CancelToken,
    ) -> RemoteVersions:
        self.asked.append(repository)
        self._wait(token)
        if repository in self.failing:
            raise self.failing[repository]
        found = self.repositories.get(repository)
        if found is None:
            raise NotInRegistry(f"{repository} is not there")
        digests = {one.digest for one in known.versions if one.complete}
        for one in found.versions:
            if one.digest not in digests:
                self.read.append(one.digest)
            if one not in known.versions:
                on_news(one)
        return found

    def browse(
        self,
        registry: str,
        named: Sequence[str],
        known: Mapping[str, KnownRepository],
        listener: BrowseListener,
        token: CancelToken,
    ) -> BrowsedRegistry:
        self.asked.append(registry)
        self._wait(token)
        if registry in self.failing:
            raise self.failing[registry]
        whole = registry not in self.unlisted
        if not whole and not named:
            raise NotInRegistry(f"{registry} lists nothing")
        listed = sorted(one for one in self.repositories if one.startswith(f"{registry}/"))
        names = tuple(dict.fromkeys((*(listed if whole else ()), *named)))
        failed: dict[str, RegistryError] = {}
        for number, name in enumerate(names):
            listener.on_progress(number, len(names))
            own = known.get(name, KnownRepository())
            try:
                found = self.versions(name, own, listener.on_news, token)
            except RegistryError as error:
                failed[name] = error
            else:
                listener.on_repository(name, found)
        return BrowsedRegistry(names, whole, failed)

    def _wait(self, token: CancelToken) -> None:
        while self.waits:
            token.wait(0.01)
            token.raise_if_cancelled()

"""Registries in memory, as the core asks them."""

from collections.abc import Callable, Sequence

from modeldesk.core.errors import NotInRegistry, RegistryError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.library.model import RemoteVersion, RemoteVersions


class FakeVersionRegistry:
    """Implements `VersionRegistry`. `failing` gives the error of a repository; `asked` lists the
    repositories that were asked for, and `read` the digests that were not known."""

    def __init__(self) -> None:
        self.repositories: dict[str, RemoteVersions] = {}
        self.failing: dict[str, RegistryError] = {}
        self.asked: list[str] = []
        self.read: list[str] = []
        self.waits = False
        """Answer only when cancelled."""

    def versions(
        self,
        repository: str,
        known: Sequence[RemoteVersion],
        on_news: Callable[[RemoteVersion], None],
        token: CancelToken,
    ) -> RemoteVersions:
        self.asked.append(repository)
        while self.waits:
            token.wait(0.01)
            token.raise_if_cancelled()
        if repository in self.failing:
            raise self.failing[repository]
        found = self.repositories.get(repository)
        if found is None:
            raise NotInRegistry(f"{repository} is not there")
        digests = {one.digest for one in known}
        for one in found.versions:
            if one.digest not in digests:
                self.read.append(one.digest)
            if one not in known:
                on_news(one)
        return found

"""Lists of tags and of repositories, as registries send them: whole or page by page, unsorted,
null when empty."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import httpx

from modeldesk.adapters.oci_registry.errors import not_a_registry
from modeldesk.core.errors import InvalidReference, RegistryError
from modeldesk.core.references import check_repository, check_tag
from modeldesk.core.words import tr

PAGE = 1000
"""What is asked for at once; some registries refuse to send more."""
MOST_NAMES = 100_000
MOST_PAGES = 10_000
LARGEST_PAGE = 16 * 1024 * 1024
"""Bytes: as many of the longest tags, of a registry that sends them all at once."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list is of."""

    key: str
    """What the registry calls it."""
    check: Callable[[str], None]
    """Raises `InvalidReference` for what can't be asked for."""
    too_many: Callable[[], RegistryError]


class Pages:
    """What the pages of one list add up to. Raises `RegistryError` for what is no such list, or
    has no end."""

    def __init__(self, registry: str, listed: Listed) -> None:
        self._registry = registry
        self._kind = listed
        self._names: set[str] = set()
        self._queries: set[str] = set()
        self.query: str | None = f"n={PAGE}"
        """Of the next page; None after the last."""

    def ask_for_any(self) -> bool:
        """Leave the size of the pages to the registry; False where that was done before."""
        if self._queries or not self.query:
            return False
        self.query = ""
        return True

    def add(self, content: bytes, following: str, base: str) -> None:
        """Take a page that came from `base`; `following` is its link to the next, or empty."""
        self._names.update(self._possible(self._listed(content)))
        if len(self._names) > MOST_NAMES:
            raise self._kind.too_many()
        self._queries.add(self.query or "")
        self.query = self._next(following, base)
        if self.query in self._queries or len(self._queries) >= MOST_PAGES:
            raise not_a_registry(self._registry, f"a list of {self._kind.key} without end")

    @property
    def names(self) -> tuple[str, ...]:
        """Each once, sorted as text."""
        return tuple(sorted(self._names))

    def _listed(self, content: bytes) -> Iterable[object]:
        try:
            found = json.loads(content)[self._kind.key]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise not_a_registry(self._registry, f"no list of {self._kind.key}") from error
        if found is not None and not isinstance(found, list):
            raise not_a_registry(self._registry, f"no list of {self._kind.key}")
        return found or ()

    def _possible(self, listed: Iterable[object]) -> Iterable[str]:
        """What can't be a name can't be asked for."""
        for one in listed:
            if isinstance(one, str):
                with suppress(InvalidReference):
                    self._kind.check(one)
                    yield one

    def _next(self, link: str, base: str) -> str | None:
        """Only what a link asks for is followed, at the address that was asked before: a
        registry behind a proxy may know its own wrongly, and no other is to be asked."""
        if not link:
            return None
        try:
            here = httpx.URL(base)
            there = here.join(link)
        except httpx.InvalidURL as error:
            raise not_a_registry(self._registry, f"next page at {link}") from error
        query = there.query.decode("ascii", "replace")
        if there.host != here.host or not query:
            raise not_a_registry(self._registry, f"next page at {link}")
        return query


def tags_of(registry: str, repository: str) -> Listed:
    """The tags of a repository."""

    def too_many() -> RegistryError:
        return RegistryError(
            tr(
                "{repository} has more than {count} tags in the registry {registry}.",
                repository=repository,
                count=f"{MOST_NAMES:,}",
                registry=registry,
            ),
            tr("So many are not read. Remove those that nobody needs."),
        )

    return Listed("tags", check_tag, too_many)


def repositories_of(registry: str) -> Listed:
    """All repositories of a registry."""

    def too_many() -> RegistryError:
        return RegistryError(
            tr(
                "The registry {registry} has more than {count} repositories.",
                registry=registry,
                count=f"{MOST_NAMES:,}",
            ),
            tr("So many are not read. Name those that you want to see."),
        )

    return Listed("repositories", check_repository, too_many)

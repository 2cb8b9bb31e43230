"""A repository's list of tags, as registries send it: whole or page by page, unsorted, null when
empty."""

import json
from collections.abc import Iterable

import httpx

from modeldesk.adapters.oci_registry.errors import not_a_registry
from modeldesk.core.errors import InvalidReference, RegistryError
from modeldesk.core.references import check_tag
from modeldesk.core.words import tr

PAGE = 1000
"""What is asked for at once; some registries refuse to send more."""
MOST_TAGS = 100_000
MOST_PAGES = 10_000
LARGEST_PAGE = 16 * 1024 * 1024
"""Bytes: as many of the longest tags, of a registry that sends them all at once."""


class TagPages:
    """What the pages of one list add up to. Raises `RegistryError` for what is no such list, or
    has no end."""

    def __init__(self, registry: str, repository: str) -> None:
        self._registry = registry
        self._repository = repository
        self._tags: set[str] = set()
        self._queries: set[str] = set()
        self.query = f"n={PAGE}"
        """Of the next page; empty after the last."""

    def add(self, content: bytes, following: str, base: str) -> None:
        """Take a page that came from `base`; `following` is its link to the next, or empty."""
        self._tags.update(_only_tags(self._listed(content)))
        if len(self._tags) > MOST_TAGS:
            raise RegistryError(
                tr(
                    "{repository} has more than {count} tags in the registry {registry}.",
                    repository=self._repository,
                    count=f"{MOST_TAGS:,}",
                    registry=self._registry,
                ),
                tr("So many are not read. Remove those that nobody needs."),
            )
        self._queries.add(self.query)
        self.query = self._next(following, base)
        if self.query in self._queries or len(self._queries) >= MOST_PAGES:
            raise not_a_registry(self._registry, "a list of tags without end")

    @property
    def tags(self) -> tuple[str, ...]:
        """Each once, sorted as text."""
        return tuple(sorted(self._tags))

    def _listed(self, content: bytes) -> Iterable[object]:
        try:
            found = json.loads(content)["tags"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise not_a_registry(self._registry, "no list of tags") from error
        if found is not None and not isinstance(found, list):
            raise not_a_registry(self._registry, "no list of tags")
        return found or ()

    def _next(self, link: str, base: str) -> str:
        """Only what a link asks for is followed, at the address that was asked before: a
        registry behind a proxy may know its own wrongly, and no other is to be asked."""
        if not link:
            return ""
        try:
            here = httpx.URL(base)
            there = here.join(link)
        except httpx.InvalidURL as error:
            raise not_a_registry(self._registry, f"next page at {link}") from error
        query = there.query.decode("ascii", "replace")
        if there.host != here.host or not query:
            raise not_a_registry(self._registry, f"next page at {link}")
        return query


def _only_tags(listed: Iterable[object]) -> Iterable[str]:
    """What can't be a tag can't be asked for."""
    for one in listed:
        if isinstance(one, str):
            try:
                check_tag(one)
            except InvalidReference:
                continue
            yield one

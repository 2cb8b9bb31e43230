"""Finding versions of a hub: every model is at hand, and each version is held against the query."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from modeldesk.core.artifacts.catalogue import HeldVersion
from modeldesk.core.errors import NotInRegistry, RegistryDenied
from modeldesk.core.hub.listing import Listed, Listing
from modeldesk.core.ids import ModelName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.at_once import at_once
from modeldesk.core.search.evaluate import matches
from modeldesk.core.search.model import Entry, Order
from modeldesk.core.search.ordering import in_order
from modeldesk.core.search.parse import parse

SEARCHED_S = 60.0
"""How old an answer of the registry may be that is searched. What went through the hub itself is
found at once."""
_MODELS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A version that was found."""

    model: ModelName
    version: HeldVersion
    entry: Entry


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found."""

    hits: tuple[Hit, ...]
    total: int


class Finder:
    """Any thread may ask."""

    def __init__(self, listing: Listing, now: Callable[[], datetime]) -> None:
        """`now` gives the time in the zone that dates in queries are of."""
        self._listing = listing
        self._now = now

    def find(
        self,
        text: str,
        order: Order,
        first: int,
        most: int,
        may_see: Callable[[str], bool],
        token: CancelToken,
    ) -> Page:
        """What `text` is true of among the models that may be seen, from the hit `first` on.
        Raises `InvalidQuery`, and as `Listing`."""
        now = self._now()
        query = parse(text, now)
        models = [one for one in self._listing.models(token, SEARCHED_S) if may_see(one)]
        listed = at_once(self._listed, models, _MODELS_AT_ONCE, token)
        hits = [hit for one in listed for hit in _hits(one) if matches(query, hit.entry, now)]
        hits = in_order(hits, lambda one: one.entry, order, now)
        return Page(tuple(hits[first : first + most]), len(hits))

    def _listed(self, model: ModelName, token: CancelToken) -> Listed:
        try:
            return self._listing.listed(model, token, SEARCHED_S)
        except (NotInRegistry, RegistryDenied):
            # It went meanwhile, holds no models, or is none of ours.
            return Listed(model, ())


def _hits(listed: Listed) -> Iterator[Hit]:
    """One for each digest, with all its names."""
    seen: set[str] = set()
    for one in listed.versions:
        if one.held.digest not in seen:
            seen.add(one.held.digest)
            yield Hit(listed.model, one, one.entry)

"""What searching asks of the records."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from modeldesk.core.ids import EngineId, ImageId, ModelName
from modeldesk.core.search.model import Entry, Found, Names, Order, Query

EntryKey = tuple[ModelName, ImageId]
"""What tells a version from every other."""


class SearchIndex(Protocol):
    """Versions, ready to be looked through: for each engine those it has and those registries
    have. All of it can be made again. Every method raises `RecordsError`."""

    def stamps(self, engine: EngineId) -> Mapping[EntryKey, str]:
        """What each entry was put with."""
        ...

    def update(
        self, engine: EngineId, put: Mapping[EntryKey, tuple[str, Entry]], gone: Iterable[EntryKey]
    ) -> None:
        """Put entries with their stamps, in place of those of the same key, and forget others:
        all of it or nothing."""
        ...

    def find(self, engine: EngineId, query: Query, order: Order, now: datetime, most: int) -> Found:
        """What `query` is true of at `now`, as `modeldesk.core.search.evaluate.matches` tells,
        of which the first `most` are given."""
        ...

    def names(self, engine: EngineId) -> Names:
        """What can be asked for."""
        ...

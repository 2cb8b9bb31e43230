"""A search index in memory, which asks every version in turn."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from modeldesk.core.ids import EngineId
from modeldesk.core.search.evaluate import (
    fact_of,
    matches,
    texts_of,
)
from modeldesk.core.search.folding import folded
from modeldesk.core.search.model import (
    SECTIONS,
    Attribute,
    Entry,
    Field,
    Found,
    Names,
    Order,
    Query,
)
from modeldesk.core.search.ordering import in_order
from modeldesk.core.search.ports import EntryKey

if TYPE_CHECKING:
    from modeldesk.core.errors import RecordsError
    from modeldesk.core.metadata.model import Section

_FEW = (Field.CHANNEL, Field.FRAMEWORK, Field.DATASET, Field.MODEL, Field.WHERE)


class FakeSearchIndex:
    """Implements `SearchIndex`. `failure` is raised by every call while it is set; `updates`
    has what each update put and took away."""

    def __init__(self) -> None:
        self.failure: RecordsError | None = None
        self.updates: list[tuple[set[EntryKey], set[EntryKey]]] = []
        self._lock = threading.Lock()
        self._kept: dict[EngineId, dict[EntryKey, tuple[str, Entry]]] = {}

    def stamps(self, engine: EngineId) -> Mapping[EntryKey, str]:
        return {key: stamp for key, (stamp, _) in self._of(engine).items()}

    def update(
        self, engine: EngineId, put: Mapping[EntryKey, tuple[str, Entry]], gone: Iterable[EntryKey]
    ) -> None:
        left = set(gone)
        self._of(engine)
        with self._lock:
            self.updates.append((set(put), left))
            kept = self._kept.setdefault(engine, {})
            for key in left:
                kept.pop(key, None)
            kept.update(put)

    def find(self, engine: EngineId, query: Query, order: Order, now: datetime, most: int) -> Found:
        found = [one for _, one in self._of(engine).values() if matches(query, one, now)]
        found = in_order(found, lambda one: one, order, now)
        return Found(tuple(found[:most]), len(found))

    def names(self, engine: EngineId) -> Names:
        entries = [entry for _, entry in self._of(engine).values()]
        counts: Counter[tuple[Section, str]] = Counter()
        shown: dict[tuple[Section, str], str] = {}
        for entry in entries:
            for key in dict.fromkeys((fact.section, folded(fact.name)) for fact in entry.facts):
                counts[key] += 1
                fact = fact_of(entry, Attribute(*key))
                if fact is not None:
                    shown.setdefault(key, fact.name)
        facts = sorted(counts, key=lambda key: (-counts[key], SECTIONS.index(key[0]), key[1]))
        values: dict[Field, tuple[str, ...]] = {}
        for field in _FEW:
            texts = Counter(
                text for entry in entries for text in set(map(folded, texts_of(entry, field)))
            )
            if texts:
                values[field] = tuple(sorted(texts, key=lambda text: (-texts[text], text)))
        return Names(tuple((section, shown[section, name]) for section, name in facts), values)

    def _of(self, engine: EngineId) -> dict[EntryKey, tuple[str, Entry]]:
        if self.failure is not None:
            raise self.failure
        with self._lock:
            return dict(self._kept.get(engine, {}))

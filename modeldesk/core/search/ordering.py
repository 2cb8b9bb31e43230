"""The order of what was found (pure). The index gives the same."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from modeldesk.core.search.evaluate import fact_number, fact_of, fact_text, figure_of, texts_of
from modeldesk.core.search.folding import folded
from modeldesk.core.search.model import KINDS, Attribute, Entry, Field, Kind, Order

T = TypeVar("T")
_Worth = tuple[int, float, str]


def in_order(
    found: Iterable[T], entry_of: Callable[[T], Entry], order: Order, now: datetime
) -> list[T]:
    """Sorted; what has no such value comes last, either way, and what is equal by age, the newest
    first."""
    items = sorted(found, key=lambda one: (entry_of(one).model, entry_of(one).image))
    items.sort(key=lambda one: entry_of(one).created, reverse=True)
    worth = [(one, _worth(entry_of(one), order.by, now)) for one in items]
    told = [(one, value) for one, value in worth if value is not None]
    told.sort(key=lambda pair: pair[1], reverse=order.descending)
    return [*(one for one, _ in told), *(one for one, value in worth if value is None)]


def _worth(entry: Entry, by: Field | Attribute, now: datetime) -> _Worth | None:
    if isinstance(by, Attribute):
        fact = fact_of(entry, by)
        if fact is None:
            return None
        number = fact_number(fact)
        return (1, 0.0, folded(fact_text(fact))) if number is None else (0, number, "")
    if KINDS[by] is Kind.TEXT:
        texts = sorted(map(folded, texts_of(entry, by)))
        return (1, 0.0, texts[0]) if texts else None
    figure = figure_of(entry, by, now)
    return None if figure is None else (0, figure, "")

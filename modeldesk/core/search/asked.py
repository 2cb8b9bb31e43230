"""What a query asks for, so that it can be shown beside what it found (pure)."""

from collections.abc import Iterator

from modeldesk.core.library.measures import higher_is_better
from modeldesk.core.search.folding import folded
from modeldesk.core.search.model import (
    KINDS,
    And,
    Attribute,
    Comparison,
    Field,
    Kind,
    Not,
    Or,
    Order,
    Query,
)

_MOST = 4


def attributes(query: Query) -> Iterator[Attribute]:
    """The metrics, parameters and tags that are asked for, as they come."""
    match query:
        case Comparison():
            if isinstance(query.field, Attribute):
                yield query.field
        case Not():
            yield from attributes(query.part)
        case And() | Or():
            for part in query.parts:
                yield from attributes(part)


def asked_for(query: Query, order: Order) -> tuple[Attribute, ...]:
    """The first few of them, with what is sorted by."""
    by = [order.by] if isinstance(order.by, Attribute) else []
    found = {(one.section, folded(one.name)): one for one in (*by, *attributes(query))}
    return tuple(found.values())[:_MOST]


def usual_order(by: Field | Attribute) -> Order:
    """The best first, the largest, the newest; names from A to Z."""
    if isinstance(by, Attribute):
        return Order(by, higher_is_better(by.name) is not False)
    return Order(by, KINDS[by] is not Kind.TEXT and by is not Field.AGE)

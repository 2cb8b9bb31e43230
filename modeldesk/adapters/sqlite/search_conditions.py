"""A query as a condition of SQL. What a person wrote is only ever a parameter."""

from dataclasses import dataclass
from datetime import datetime

from modeldesk.adapters.sqlite.connections import Value
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.folding import folded
from modeldesk.core.search.intervals import Interval, interval
from modeldesk.core.search.model import (
    NAMES,
    SECTIONS,
    And,
    Attribute,
    Comparison,
    Everything,
    Field,
    Not,
    Operator,
    Or,
    Query,
    Text,
    Word,
)
from modeldesk.core.search.times import microseconds

COLUMNS = {
    Field.SIZE: "size",
    Field.COMPRESSED: "compressed",
    Field.CREATED: "created",
    Field.TRAINING_TIME: "training",
}
"""Fields of figures, and where they are."""
RANKS = {section: rank for rank, section in enumerate(SECTIONS)}
"""Which value of a bare name comes first."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values of its question marks."""

    text: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose versions are looked through, and when."""

    scope: int
    now: datetime


def condition(query: Query, asked: Asked) -> Sql:
    """True of the rows of `entry` that `query` is true of."""
    match query:
        case Everything():
            return Sql("1")
        case Word():
            marks = ", ".join("?" * len(NAMES))
            return Sql(
                f"id IN (SELECT entry FROM word WHERE scope = ? AND field IN ({marks}) "
                "AND instr(text, ?))",
                (asked.scope, *(field.value for field in NAMES), folded(query.text)),
            )
        case Not():
            return _not(condition(query.part, asked))
        case And():
            return _joined(" AND ", [condition(part, asked) for part in query.parts])
        case Or():
            return _joined(" OR ", [condition(part, asked) for part in query.parts])
    found = _comparison(query, asked)
    return _not(found) if query.operator.denies else found


def order_by(by: Field | Attribute, asked: Asked) -> Sql:
    """What rows of `entry` are sorted by; NULL for what has no such value."""
    if isinstance(by, Attribute):
        named = _named(by, asked)
        # Numbers come before texts, by SQLite's own order.
        return Sql(
            f"(SELECT coalesce(number, text) FROM fact WHERE {named.text} AND entry = id)",
            named.values,
        )
    if by is Field.AGE:
        return _age(asked)
    if by in COLUMNS:
        return Sql(COLUMNS[by])
    return Sql("(SELECT min(text) FROM word WHERE entry = id AND field = ?)", (by.value,))


def _comparison(compared: Comparison, asked: Asked) -> Sql:
    field, value, operator = compared.field, compared.value, compared.operator
    if isinstance(field, Attribute):
        named = _named(field, asked)
        if isinstance(value, Text):
            held = _text(operator, value)
        else:
            held = _between(Sql("number"), interval(operator, value))
        return Sql(
            f"id IN (SELECT entry FROM fact WHERE {named.text} AND {held.text})",
            (*named.values, *held.values),
        )
    if isinstance(value, Text):
        held = _text(operator, value)
        return Sql(
            f"id IN (SELECT entry FROM word WHERE scope = ? AND field = ? AND {held.text})",
            (asked.scope, field.value, *held.values),
        )
    figure = _age(asked) if field is Field.AGE else Sql(COLUMNS[field])
    held = _between(figure, interval(operator, value))
    # Of what has no figure nothing is true, and the opposite of that.
    return Sql(f"ifnull({held.text}, 0)", held.values)


def _named(attribute: Attribute, asked: Asked) -> Sql:
    name = folded(attribute.name)
    if attribute.section is not None:
        rank = RANKS.get(attribute.section, len(RANKS))
        return Sql("scope = ? AND name = ? AND rank = ?", (asked.scope, name, rank))
    return Sql("scope = ? AND name = ? AND first", (asked.scope, name))


def _text(operator: Operator, value: Text) -> Sql:
    part = operator in (Operator.HAS, Operator.LACKS)
    return Sql("instr(text, ?)" if part else "text = ?", (folded(value.text),))


def _between(figure: Sql, bounds: Interval) -> Sql:
    parts: list[Sql] = []
    if bounds.low is not None:
        sign = ">=" if bounds.with_low else ">"
        parts.append(Sql(f"{figure.text} {sign} ?", (*figure.values, bounds.low)))
    if bounds.high is not None:
        sign = "<=" if bounds.with_high else "<"
        parts.append(Sql(f"{figure.text} {sign} ?", (*figure.values, bounds.high)))
    return _joined(" AND ", parts)


def _age(asked: Asked) -> Sql:
    return Sql("((? - created) / 1e6)", (microseconds(asked.now),))


def _not(found: Sql) -> Sql:
    return Sql(f"NOT ({found.text})", found.values)


def _joined(word: str, parts: list[Sql]) -> Sql:
    text = word.join(f"({part.text})" for part in parts)
    return Sql(text, tuple(value for part in parts for value in part.values))


def rank_of(section: Section) -> int:
    """Its place among the sections of facts."""
    return RANKS[section]

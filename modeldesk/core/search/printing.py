"""A query's meaning as text again, which `parse` reads as the same meaning."""

import re
from decimal import Decimal

from modeldesk.core.metadata.keys import number_in
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.model import (
    KINDS,
    And,
    Attribute,
    Comparison,
    Everything,
    Field,
    Kind,
    Literal,
    Not,
    Number,
    Query,
    Span,
    Text,
    Word,
)
from modeldesk.core.search.parse import KEYWORDS, read_field

_SAFE = re.compile(r"""[^\s()"'“”=<>~!.\\]+(?:\.[^\s()"'“”=<>~!\\.]+)*""")


def to_text(query: Query) -> str:
    """In the shortest form, with brackets only where they are needed."""
    match query:
        case Everything():
            return ""
        case Word():
            return _word(query.text)
        case Comparison():
            value = _value(query.field, query.value)
            return f"{field_text(query.field)} {query.operator.value} {value}"
        case Not():
            return f"not {_within(query.part)}"
        case And():
            return " and ".join(map(_within, query.parts))
    return " or ".join(map(to_text, query.parts))


def field_text(field: Field | Attribute) -> str:
    """A field's name as a query writes it."""
    if isinstance(field, Field):
        return field.value
    if field.section is not None:
        safe = field.section is not Section.TRAINING and _SAFE.fullmatch(field.name)
        return f"{field.section.value}.{field.name if safe else quoted(field.name)}"
    if _SAFE.fullmatch(field.name) and read_field(field.name) == field:
        return field.name
    return quoted(field.name)


def quoted(text: str) -> str:
    """In quotation marks."""
    inside = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def _within(query: Query) -> str:
    return to_text(query) if isinstance(query, Word | Comparison | Not) else f"({to_text(query)})"


def _word(text: str) -> str:
    return text if _SAFE.fullmatch(text) and text.lower() not in KEYWORDS else quoted(text)


def _value(field: Field | Attribute, value: Literal) -> str:
    match value:
        case Span():
            return value.text
        case Text():
            # What looks like a number would be taken for one where both can stand.
            either = isinstance(field, Attribute)
            if either and number_in(value.text.removesuffix("%")) is not None:
                return quoted(value.text)
            return _word(value.text)
    return _figure(field, value)


def _figure(field: Field | Attribute, value: Number) -> str:
    kind = KINDS[field] if isinstance(field, Field) else None
    figure = format(Decimal(repr(value.value)), "f").removesuffix(".0")
    if kind is Kind.SIZE:
        return f"{figure}B"
    return f"{figure}s" if kind is Kind.DURATION else figure

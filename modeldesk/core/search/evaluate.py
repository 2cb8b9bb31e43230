"""What a query says of one version (pure). The index gives the same answer for all of them."""

from collections.abc import Iterator
from datetime import datetime

from modeldesk.core.metadata.keys import number_in, value_text
from modeldesk.core.metadata.model import Key
from modeldesk.core.search.folding import folded
from modeldesk.core.search.intervals import interval
from modeldesk.core.search.model import (
    NAMES,
    SECTIONS,
    And,
    Attribute,
    Comparison,
    Entry,
    Everything,
    Fact,
    Field,
    Not,
    Operator,
    Or,
    Query,
    Text,
    Word,
)
from modeldesk.core.search.times import age_s, microseconds


def matches(query: Query, entry: Entry, now: datetime) -> bool:
    """Whether `query` is true of `entry`. What has no value equals nothing, contains nothing and
    is neither more nor less than anything."""
    match query:
        case Everything():
            return True
        case Word():
            return any(_has(texts_of(entry, name), query.text) for name in NAMES)
        case Not():
            return not matches(query.part, entry, now)
        case And():
            return all(matches(part, entry, now) for part in query.parts)
        case Or():
            return any(matches(part, entry, now) for part in query.parts)
    return _holds(query, entry, now) is not query.operator.denies


def texts_of(entry: Entry, field: Field) -> tuple[str, ...]:
    """The texts of a field of text."""
    match field:
        case Field.WHERE:
            return tuple(_where(entry))
        case Field.VERSION:
            return tuple(dict.fromkeys((entry.name, *entry.versions)))
        case Field.CHANNEL:
            return entry.channels
        case Field.REPOSITORY:
            return tuple(dict.fromkeys((*entry.repositories, _repository(entry.reference))))
        case Field.DIGEST:
            return tuple(dict.fromkeys((entry.image, *entry.digests)))
    single = {
        Field.MODEL: entry.model,
        Field.FRAMEWORK: entry.framework,
        Field.DATASET: entry.dataset,
        Field.COMMIT: entry.commit,
    }[field]
    return (single,) if single else ()


def figure_of(entry: Entry, field: Field, now: datetime) -> float | None:
    """The figure of a field of sizes, dates (microseconds since 1970) or durations (seconds)."""
    match field:
        case Field.SIZE:
            return entry.size_bytes
        case Field.COMPRESSED:
            return entry.compressed_bytes
        case Field.TRAINING_TIME:
            return entry.training_s
        case Field.AGE:
            return age_s(microseconds(entry.created), microseconds(now))
    return microseconds(entry.created)


def fact_of(entry: Entry, attribute: Attribute) -> Fact | None:
    """The value that `attribute` names, if the version has one."""
    name = folded(attribute.name)
    sections = (attribute.section,) if attribute.section else SECTIONS
    for section in sections:
        for fact in entry.facts:
            if fact.section is section and folded(fact.name) == name:
                return fact
    return None


def fact_text(fact: Fact) -> str:
    """A value as text, to be looked into."""
    return value_text(Key(fact.section, fact.name), fact.value)


def fact_number(fact: Fact) -> float | None:
    """A value as a number; text that looks like one, too."""
    number = number_in(fact.value) if isinstance(fact.value, str) else fact.value
    return None if number is None else float(number)


def _holds(asked: Comparison, entry: Entry, now: datetime) -> bool:
    """Of an operator that denies another: what that one says."""
    field, value = asked.field, asked.value
    if isinstance(field, Attribute):
        fact = fact_of(entry, field)
        if fact is None:
            return False
        if isinstance(value, Text):
            return _text_holds(asked.operator, (fact_text(fact),), value.text)
        figure = fact_number(fact)
    elif isinstance(value, Text):
        return _text_holds(asked.operator, texts_of(entry, field), value.text)
    else:
        figure = figure_of(entry, field, now)
    return figure is not None and figure in interval(asked.operator, value)


def _text_holds(operator: Operator, texts: tuple[str, ...], wanted: str) -> bool:
    if operator in (Operator.HAS, Operator.LACKS):
        return _has(texts, wanted)
    return folded(wanted) in map(folded, texts)


def _has(texts: tuple[str, ...], part: str) -> bool:
    return any(folded(part) in folded(text) for text in texts)


def _where(entry: Entry) -> Iterator[str]:
    if entry.local:
        yield "local"
    if entry.repositories:
        yield "registry"
    if entry.local and entry.repositories:
        yield "both"


def _repository(reference: str) -> str:
    """Without tag and digest; nothing for an image id."""
    name = reference.partition("@")[0]
    head, slash, last = name.rpartition("/")
    found = f"{head}{slash}{last.partition(':')[0]}"
    return "" if found.startswith("sha256") and not slash else found

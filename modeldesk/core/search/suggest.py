"""What could come next in a query that is being written (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from modeldesk.core.search.folding import folded
from modeldesk.core.search.model import KINDS, SECTIONS, Attribute, Field, Kind, Names
from modeldesk.core.search.parse import KEYWORDS, read_field
from modeldesk.core.search.printing import field_text, quoted

_WORD = re.compile(r"""[^\s()"'“”=<>~!]*\Z""")
_SIGNS = r"(?:!=|!~|<=|>=|==|=|<|>|~)"
_AFTER_SIGN = re.compile(rf"""(?P<field>[^\s()"'“”=<>~!]+)\s*{_SIGNS}\s*\Z""")
_INSIDE_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"')
_MOST = 12
_DATES = ("today", "yesterday")
_PLAIN = re.compile(r"""[^\s()"'“”=<>~!\\]+""")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Text that could stand from `start` on, in place of what is there until the cursor."""

    start: int
    text: str
    kind: str
    """What it is: ``field``, ``metric``, ``param``, ``tag``, ``value`` or ``word``."""


def suggestions(text: str, cursor: int, names: Names) -> tuple[Suggestion, ...]:
    """What could be meant by the word that ends at `cursor`, the likeliest first; nothing within
    quotation marks, and nothing right after what is whole."""
    before = text[:cursor]
    if before.endswith(('"', ")")) or _INSIDE_QUOTES.sub("", before).count('"') % 2:
        return ()
    word = _WORD.search(before)
    assert word is not None
    start, begun = word.start(), folded(word[0])
    if match := _AFTER_SIGN.search(before[:start]):
        offers = [("value", value) for value in _values(match["field"], names)]
    else:
        offers = list(_facts(names, whole="." in begun))
        if not _at_begin(before[:start]):
            offers += [("word", word) for word in KEYWORDS]
        offers += [("field", field.value) for field in Field]
    fits = [one for one in offers if folded(one[1]).startswith(begun)]
    fits += [one for one in offers if begun and begun in folded(one[1])[1:] and one not in fits]
    found = [Suggestion(start, offer, kind) for kind, offer in fits if folded(offer) != begun]
    return tuple(found[:_MOST])


def _at_begin(before: str) -> bool:
    return not before.strip() or before.rstrip().endswith("(")


def _facts(names: Names, *, whole: bool) -> Iterator[tuple[str, str]]:
    """Bare names where these mean them; those that they don't, and with `whole` all, with their
    sections."""
    firsts: dict[str, int] = {}
    for section, name in names.facts:
        rank = SECTIONS.index(section)
        firsts[folded(name)] = min(rank, firsts.get(folded(name), rank))
    longer = []
    for section, name in names.facts:
        bare = Attribute(None, name)
        meant = read_field(name) == bare and firsts[folded(name)] == SECTIONS.index(section)
        if meant:
            yield section.value, field_text(bare)
        if whole or not meant:
            longer.append((section.value, field_text(Attribute(section, name))))
    yield from longer


def _values(name: str, names: Names) -> Iterator[str]:
    field = read_field(name)
    if not isinstance(field, Field):
        return
    for value in names.values.get(field, ()):
        yield value if _PLAIN.fullmatch(value) and value not in KEYWORDS else quoted(value)
    if KINDS[field] is Kind.DATE:
        yield from _DATES

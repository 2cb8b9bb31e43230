"""From a query's text to its meaning: a descent by hand, since the language is of four rules, and
what it says when it is stopped must be about models and not about a grammar.

::

    either  =  all { "or" all }
    all     =  one { ["and"] one }
    one     =  "not" one  |  "(" either ")"  |  name sign value  |  word
"""

from datetime import datetime

from modeldesk.core.errors import InvalidQuery
from modeldesk.core.metadata.keys import SECTIONS as WRITTEN_SECTIONS
from modeldesk.core.metadata.model import Section
from modeldesk.core.search.errors import invalid
from modeldesk.core.search.literals import read_literal
from modeldesk.core.search.model import (
    And,
    Attribute,
    Comparison,
    Everything,
    Field,
    Not,
    Operator,
    Or,
    Query,
    Word,
)
from modeldesk.core.search.tokens import Sort, Token, tokens
from modeldesk.core.words import tr

LONGEST = 4096
"""Characters of a query."""
DEEPEST = 50
"""Conditions within conditions."""
KEYWORDS = ("and", "or", "not")
_FIELDS = {field.value: field for field in Field}
_SAME = {"training": {"dataset": Field.DATASET, "time": Field.TRAINING_TIME}}


def parse(text: str, now: datetime) -> Query:
    """What `text` asks. Dates without a zone are in that of `now`. Raises `InvalidQuery`, with
    the column and a hint."""
    if len(text) > LONGEST:
        raise invalid(
            tr("The search is too long."),
            tr("Use up to {count} characters.", count=LONGEST),
            LONGEST,
        )
    return _Parser(text, now).query()


def read_field(text: str) -> Field | Attribute:
    """The field or value that a name means; every name means one."""
    low = text.lower()
    if low in _FIELDS:
        return _FIELDS[low]
    head, dot, name = text.partition(".")
    head = head.lower()
    if dot and name:
        if head == Section.TRAINING.value and name.lower() in _SAME[head]:
            return _SAME[head][name.lower()]
        section = WRITTEN_SECTIONS.get(head)
        if section is not None and section is not Section.TRAINING:
            return Attribute(section, name)
    return Attribute(None, text)


def is_asked(query: Query) -> bool:
    """Whether there is more in it than words of names."""
    match query:
        case Comparison() | Or() | Not():
            return True
        case And():
            return any(map(is_asked, query.parts))
    return False


def looks_asked(text: str, now: datetime) -> bool:
    """As `is_asked`, of text that may be unfinished."""
    try:
        return is_asked(parse(text, now))
    except InvalidQuery:
        return any(sign in text for sign in "=<>~")


class _Parser:
    def __init__(self, text: str, now: datetime) -> None:
        self._tokens = list(tokens(text))
        self._place = 0
        self._depth = 0
        self._now = now

    def query(self) -> Query:
        if self._next().sort is Sort.END:
            return Everything()
        found = self._either()
        if self._next().sort is not Sort.END:
            raise invalid(
                tr("This bracket closes nothing."), tr("Take it out, or open one."), self._next().at
            )
        return found

    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next()
        self._place += 1
        return token

    def _is(self, keyword: str) -> bool:
        return self._next().sort is Sort.WORD and self._next().text.lower() == keyword

    def _either(self) -> Query:
        parts = [self._all()]
        while self._is("or"):
            self._take()
            parts.append(self._all())
        return _joined(Or, parts)

    def _all(self) -> Query:
        parts = [self._one()]
        while self._next().sort not in (Sort.END, Sort.CLOSE) and not self._is("or"):
            if self._is("and"):
                self._take()
            parts.append(self._one())
        return _joined(And, parts)

    def _one(self) -> Query:
        self._depth += 1
        if self._depth > DEEPEST:
            raise invalid(
                tr("The search has too many conditions within each other."),
                tr("Write it with fewer brackets."),
                self._next().at,
            )
        try:
            return self._any_one()
        finally:
            self._depth -= 1

    def _any_one(self) -> Query:
        token = self._take()
        if token.sort is Sort.OPEN:
            return self._inside(token)
        if token.sort not in (Sort.WORD, Sort.QUOTED):
            raise self._nothing(token)
        if self._next().sort is Sort.OPERATOR:
            return self._comparison(token)
        if token.sort is Sort.WORD and token.text.lower() in KEYWORDS:
            if token.text.lower() == "not":
                return Not(self._one())
            raise invalid(
                tr("“{word}” has nothing before it.", word=token.text),
                tr("It stands between two conditions; put the word in quotes to look for it."),
                token.at,
                token.length,
            )
        return Word(token.text)

    def _inside(self, opening: Token) -> Query:
        found = self._either()
        if self._next().sort is not Sort.CLOSE:
            raise invalid(tr("This bracket is not closed."), tr("Close it by a )."), opening.at)
        self._take()
        return found

    def _comparison(self, name: Token) -> Query:
        if not name.text.strip():
            raise invalid(
                tr("There is no name before the sign."),
                tr("Write one, such as accuracy >= 0.9."),
                name.at,
                name.length,
            )
        field = Attribute(None, name.text) if name.sort is Sort.QUOTED else _field(name)
        sign = self._take()
        operator = Operator(sign.text)
        value = self._take()
        keyword = value.sort is Sort.WORD and value.text.lower() in KEYWORDS
        if value.sort not in (Sort.WORD, Sort.QUOTED) or keyword:
            raise invalid(
                tr("There is no value after “{sign}”.", sign=sign.text),
                tr("Write one, in quotes where it has spaces or signs in it."),
                sign.at,
                sign.length,
            )
        return Comparison(field, operator, read_literal(field, operator, value, self._now))

    def _nothing(self, token: Token) -> Exception:
        if token.sort is Sort.OPERATOR:
            return invalid(
                tr("There is no name before the sign."),
                tr("Write one, such as accuracy >= 0.9."),
                token.at,
                token.length,
            )
        if token.sort is Sort.CLOSE:
            return invalid(
                tr("A condition is missing before this bracket."),
                tr("Write one, such as channel = stable."),
                token.at,
            )
        last = self._tokens[self._place - 2]
        return invalid(
            tr("A condition is missing after “{word}”.", word=last.text),
            tr("Write one, such as channel = stable."),
            last.at,
            last.length,
        )


def _field(name: Token) -> Field | Attribute:
    """Quotes within a name say that it is one: ``metric."my.score"``."""
    if not name.head:
        return read_field(name.text)
    section = WRITTEN_SECTIONS.get(name.head.removesuffix(".").lower())
    if section is None or section is Section.TRAINING:
        raise invalid(
            tr("“{word}” is no kind of value.", word=name.head.removesuffix(".")),
            tr("Write metric., param. or tag. before the quotes, or put all of the name in them."),
            name.at,
            len(name.head),
        )
    return Attribute(section, name.text.removeprefix(name.head))


def _joined(kind: type[And] | type[Or], parts: list[Query]) -> Query:
    """One of `parts`, or all of them, those of the same kind laid open."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Query] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return kind(tuple(flat))

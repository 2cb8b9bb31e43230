"""A query's text in pieces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.search.errors import invalid
from modeldesk.core.words import tr

_SPACE = re.compile(r"\s+")
_OPERATOR = re.compile(r"!=|!~|<=|>=|==|=|<|>|~")
_WORD = re.compile(r"""[^\s()"'“”=<>~!]+""")
QUOTES = {'"': '"', "'": "'", "“": "”", "”": "”"}


class Sort(Enum):
    """What a piece is."""

    WORD = "word"
    QUOTED = "quoted"
    OPERATOR = "operator"
    OPEN = "("
    CLOSE = ")"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece, and where it stands: `at` counts characters from 0. `text` is what it means, so
    that of a quoted one the quotes are gone; a word may end with a quoted part."""

    sort: Sort
    text: str
    at: int
    length: int
    head: str = ""
    """Of a word with a quoted part: what stands before the quotes."""


def tokens(text: str) -> Iterator[Token]:
    """The pieces, then the end. Raises `InvalidQuery`."""
    at = 0
    while at < len(text):
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        token = _token(text, at)
        at += token.length
        yield token
    yield Token(Sort.END, "", len(text), 0)


def _token(text: str, at: int) -> Token:
    sign = text[at]
    if sign in "()":
        return Token(Sort(sign), sign, at, 1)
    if sign in QUOTES:
        inside, end = _quoted(text, at)
        return Token(Sort.QUOTED, inside, at, end - at)
    if operator := _OPERATOR.match(text, at):
        found = operator[0]
        return Token(Sort.OPERATOR, "=" if found == "==" else found, at, len(found))
    word = _WORD.match(text, at)
    if word is None:
        raise invalid(
            tr("“{sign}” has no meaning here.", sign=sign),
            tr(
                "Write {signs} for the opposite of {others}, and not before a condition.",
                signs="!= !~",
                others="= ~",
            ),
            at,
        )
    end = word.end()
    if word[0].endswith(".") and end < len(text) and text[end] in QUOTES:
        inside, end = _quoted(text, end)
        return Token(Sort.WORD, word[0] + inside, at, end - at, head=word[0])
    return Token(Sort.WORD, word[0], at, end - at)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What is between the quotes that begin here, and where they end."""
    close = QUOTES[text[at]]
    inside: list[str] = []
    place = at + 1
    while place < len(text):
        sign = text[place]
        if sign == close:
            return "".join(inside), place + 1
        if sign == "\\" and place + 1 < len(text):
            place += 1
            sign = text[place]
        inside.append(sign)
        place += 1
    raise invalid(
        tr("The quotation marks that begin here are not closed."),
        tr("Close them by {quote}.", quote=close),
        at,
    )

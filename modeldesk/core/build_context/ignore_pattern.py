"""One pattern of a .dockerignore, with the meaning the engine gives it.

The engine turns a pattern into a regular expression of Go's and some patterns into plain
comparisons, with corners that follow from how it does so: ``[*]`` is no class of one star, and
``\\d`` is a digit. Those corners are kept. Not kept: ``{``, ``|`` and ``}`` stand for themselves,
as documented, and a malformed pattern is refused also where the engine would not notice it;
Go's ``\\p``, ``\\Q`` and ``\\C`` are refused.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

Matches = Callable[[str], bool]

_ESCAPED = frozenset(".+()|{}$")
_INVALID_BYTE = re.compile("[\udc80-\udcff]")
_SPECIAL = re.compile(r"[*?\[\]\\]")
_NAME = re.compile(r"[^*?\[\]\\/^\x80-\U0010ffff]+")
_MOST_STARS = 3
_AT_ONCE = 20
"""Beginnings of a name that are compared in the time of one expression."""
_LETTERS = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CLASSES = {"d": "0-9", "s": "\\t\\n\\f\\r ", "w": "0-9A-Za-z_"}
_EDGES = {"A": r"\A", "z": r"\Z", "b": r"\b", "B": r"\B"}
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_NEGATED = {"D": "d", "S": "s", "W": "w"}
_NAMED = re.compile(r"\[:(.{0,100}?):\]", re.DOTALL)


class _Token(NamedTuple):
    """A piece of Python's expression: one character or edge, or (`repeated`) any number of it."""

    single: str
    repeated: bool = False

    @property
    def is_character(self) -> bool:
        """Whether it takes one character, no less and no more."""
        return not (self.repeated or self == _DEEP or self.single in _NO_WIDTH)

    def __str__(self) -> str:
        return f"{self.single}*" if self.repeated else self.single


_NO_WIDTH = frozenset(_EDGES.values())
_LONGEST_PATH = 32_767
"""Characters; no system has longer ones."""
_DEEP = _Token("(?:.*/)?")
"""Any number of whole folders: ``**/``."""
_REST = _Token(".", repeated=True)


class BadPattern(ValueError):
    """The engine would refuse the pattern."""


class _Kind(Enum):
    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    EXPRESSION = "expression"


def compile_pattern(pattern: str) -> Matches:
    """A test for slash-separated paths without a leading slash. Raises `BadPattern`.

    `pattern` is cleaned: no blanks around it, no doubled slashes, no ``.`` or ``..`` that could
    be resolved.
    """
    _check_glob(pattern)
    kind, expression = _read(pattern)
    if kind is _Kind.EXACT:
        return pattern.__eq__
    if kind is _Kind.PREFIX:
        prefix = pattern[:-2]
        return lambda path: path.startswith(prefix)
    if kind is _Kind.SUFFIX:
        suffix = pattern[2:]
        whole = suffix[1:] if suffix.startswith("/") else None
        return lambda path: path.endswith(suffix) or path == whole
    return _expression_test(expression)


def any_of(patterns: Iterable[tuple[str, Matches]]) -> tuple[Matches, int]:
    """Whether any of compiled `patterns` matches; the kinds that most of them are, all at once.
    With the number of comparisons that it takes, roughly."""
    paths, names, begins, ends, others = set(), set(), [], [], []
    for pattern, matches in patterns:
        name = pattern.removeprefix("**/")
        plain, anywhere = not _SPECIAL.search(pattern), name != pattern
        if plain:
            paths.add(pattern)
        elif anywhere and _NAME.fullmatch(name):
            names.add(name)
        elif anywhere and _NAME.fullmatch(name[:-1]) and name.endswith("*"):
            begins.append(name[:-1])
        elif anywhere and _NAME.fullmatch(name[1:]) and name.startswith("*"):
            ends.append(name[1:])
        else:
            others.append(matches)
    beginnings, endings = tuple(begins), tuple(ends)

    def matches_any(path: str) -> bool:
        name = path[path.rfind("/") + 1 :]
        return (
            name in names
            or path in paths
            or name.startswith(beginnings)
            or name.endswith(endings)
            or any(matches(path) for matches in others)
        )

    return matches_any, len(others) + (len(beginnings) + len(endings)) // _AT_ONCE


def _read(pattern: str) -> tuple[_Kind, str]:
    """How the engine compares, and its regular expression (in Go's notation)."""
    kind, at, first = _Kind.EXACT, 0, True
    pieces: list[str] = []
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*" and pattern[at : at + 1] == "*":
            at += 1
            at += pattern[at : at + 1] == "/"
            if at < len(pattern):
                pieces.append("(.*/)?")
                kind = _Kind.EXPRESSION
            elif kind is _Kind.EXACT:
                kind = _Kind.PREFIX
            else:
                pieces.append(str(_REST))
                kind = _Kind.EXPRESSION
            if first:
                kind = _Kind.SUFFIX
        elif char in "*?":
            pieces.append("[^/]*" if char == "*" else "[^/]")
            kind = _Kind.EXPRESSION
        elif char in _ESCAPED:
            pieces.append(f"\\{char}")
        elif char == "\\":
            pieces.append(char + pattern[at : at + 1])
            at += 1
            kind = _Kind.EXPRESSION
        else:
            pieces.append(char)
            if char in "[]":
                kind = _Kind.EXPRESSION
        first = False
    return kind, "".join(pieces)


def _expression_test(expression: str) -> Matches:
    tokens: list[_Token] = []
    for token in _tokens(_bytes_folded(expression)):
        # ``**/**/`` says no more than ``**/``, and is slower to try.
        if token != _DEEP or tokens[-1:] != [_DEEP]:
            tokens.append(token)
    if sum(token.is_character for token in tokens) > _LONGEST_PATH:
        return lambda _path: False
    if sum(token.repeated or token == _DEEP for token in tokens) > _MOST_STARS:
        return _many_stars(tokens)
    return _WhenAsked("".join(map(str, tokens))).matches


class _WhenAsked:
    """An expression that is compiled on first use: that takes most of the time of reading a long
    file, and not every reader asks."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._fits: Callable[[str], object] | None = None

    def matches(self, path: str) -> bool:
        if self._fits is None:
            self._fits = re.compile(self._expression, re.ASCII).fullmatch
        return self._fits(_bytes_folded(path)) is not None


def _many_stars(tokens: list[_Token]) -> Matches:
    """All ways at once: trying one after the other could take years with many stars, and the
    folder may be anybody's."""
    steps = [(re.compile(token.single, re.ASCII), token) for token in tokens]

    def matches(path: str) -> bool:
        path = _bytes_folded(path)
        places = {0}
        for single, token in steps:
            if token == _DEEP:
                places |= _behind_slashes(path, min(places))
            elif token.repeated:
                places |= _repeated(single, path, places)
            else:
                places = {found.end() for at in places if (found := single.match(path, at))}
            if not places:
                return False
        return len(path) in places

    return matches


def _repeated(single: re.Pattern[str], path: str, places: set[int]) -> set[int]:
    reached: set[int] = set()
    for start in sorted(places):
        at = start
        while at not in reached and single.match(path, at):
            reached.add(at)
            at += 1
        reached.add(at)
    return reached


def _behind_slashes(path: str, start: int) -> set[int]:
    end = path.find("\n", start)
    return {at + 1 for at in range(start, end if end >= 0 else len(path)) if path[at] == "/"}


def _bytes_folded(text: str) -> str:
    """Bytes that are no UTF-8 as Go's expressions see them: all alike."""
    return _INVALID_BYTE.sub("\ufffd", text) if not text.isascii() else text


def _tokens(expression: str) -> Iterator[_Token]:
    """Go's expression in pieces of Python's, each one character, an edge, or a repetition."""
    at = 0
    while at < len(expression):
        char = expression[at]
        if char == "(":
            yield _DEEP
            at += len("(.*/)?")
        elif char == ".":
            yield _REST
            at += len(".*")
        elif char == "[":
            token, at = _class(expression, at + 1)
            star = expression[at : at + 1] == "*"
            yield _Token(token, star)
            at += star
        elif char == "\\":
            token, at = _escape(expression, at + 1)
            yield _Token(token)
        else:
            yield _Token(r"\A" if char == "^" else re.escape(char))
            at += 1


def _escape(expression: str, at: int) -> tuple[str, int]:
    """What stands behind a backslash, outside a class."""
    char = expression[at]
    if char in _EDGES:
        return _EDGES[char], at + 1
    if char in _CLASSES:
        return f"[{_CLASSES[char]}]", at + 1
    if char in _NEGATED:
        return f"[^{_CLASSES[_NEGATED[char]]}]", at + 1
    char, at = _escaped_char(expression, at)
    return re.escape(char), at


def _class(expression: str, at: int) -> tuple[str, int]:
    """A class whose opening bracket stands before `at`."""
    negated = expression[at : at + 1] == "^"
    at += negated
    members: list[str] = []
    while at < len(expression) and (expression[at] != "]" or not members):
        named = _NAMED.match(expression, at)
        if named:
            if named[1].removeprefix("^") not in _POSIX or named[1].startswith("^"):
                raise BadPattern
            members.append(_POSIX[named[1]])
            at = named.end()
        elif expression[at] == "\\" and expression[at + 1 : at + 2] in _CLASSES:
            members.append(_CLASSES[expression[at + 1]])
            at += 2
        elif expression[at] == "\\" and expression[at + 1 : at + 2] in _NEGATED:
            members.append(f"\\{expression[at + 1]}")
            at += 2
        else:
            low, at = _class_char(expression, at)
            high = low
            if expression[at : at + 1] == "-" and expression[at + 1 : at + 2] not in ("]", ""):
                high, at = _class_char(expression, at + 1)
            if high < low:
                raise BadPattern
            members.append(f"\\U{ord(low):08x}-\\U{ord(high):08x}")
    if at >= len(expression):
        raise BadPattern
    # Python would look at each of them again for every one that is there twice.
    return f"[{'^' if negated else ''}{''.join(dict.fromkeys(members))}]", at + 1


def _class_char(expression: str, at: int) -> tuple[str, int]:
    if at >= len(expression):
        raise BadPattern
    if expression[at] == "\\":
        return _escaped_char(expression, at + 1)
    return expression[at], at + 1


def _escaped_char(expression: str, at: int) -> tuple[str, int]:
    char = expression[at : at + 1]
    if char in _LETTERS:
        return _LETTERS[char], at + 1
    if char.isascii() and char and not char.isalnum():
        return char, at + 1
    number = re.compile(
        r"x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\\?\}|(0[0-7]{0,2}|[1-7][0-7]{1,2})"
    ).match(expression, at)
    if number is None:
        raise BadPattern
    code = int(number[3], 8) if number[3] else int(number[1] or number[2], 16)
    if code > 0x10FFFF:
        raise BadPattern
    return chr(code), number.end()


def _check_glob(pattern: str) -> None:
    """The engine first asks Go's ``filepath.Match`` whether the pattern is well formed."""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "\\":
            at += 1
            if at > len(pattern):
                raise BadPattern
        elif char == "[":
            at = _check_class(pattern, at)


def _check_class(pattern: str, at: int) -> int:
    at += pattern[at : at + 1] == "^"
    ranges = 0
    while pattern[at : at + 1] != "]" or not ranges:
        at = _check_class_char(pattern, at)
        if pattern[at] == "-":
            at = _check_class_char(pattern, at + 1)
        ranges += 1
    return at + 1


def _check_class_char(pattern: str, at: int) -> int:
    if pattern[at : at + 1] in ("", "-", "]"):
        raise BadPattern
    at += pattern[at] == "\\"
    # The class has to be closed behind the character.
    if at + 1 >= len(pattern) or _INVALID_BYTE.match(pattern[at]):
        raise BadPattern
    return at + 1

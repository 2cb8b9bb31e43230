"""Limits for what an image may waste, as dive's users set them for their pipelines."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from modeldesk.core.errors import InvalidInput
from modeldesk.core.text import size_text
from modeldesk.core.words import tr

if TYPE_CHECKING:
    # Arguments are read by this module, before it is known that a score is wanted.
    from modeldesk.core.contents.dive import DiveScore

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_COMMENT = re.compile(r"(^|\s)#.*")
_RULE = re.compile(
    r"""(?:^|[{,])\s*["']?(?P<rule>[\w-]+)["']?\s*:\s*["']?(?P<value>[^"'{},\s][^"'{},]*)"""
)
"""In a line of its own, or in braces with others."""
_DISABLED = "disabled"
_ALL_RULES = "rules"
"""What rules stand below."""
_EFFICIENCY, _WASTED, _USER_WASTED = RULES = (
    "lowestEfficiency",
    "highestWastedBytes",
    "highestUserWastedPercent",
)
"""As ``.dive-ci`` calls them."""

_Limit = TypeVar("_Limit", float, int)


@dataclass(frozen=True, slots=True)
class Limits:
    """None holds nothing to it. The defaults are dive's."""

    lowest_efficiency: float | None = 0.9
    most_wasted_bytes: int | None = None
    most_user_wasted: float | None = 0.1
    """Of the bytes above the lowest layer, as a share of 1."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an image stands to one limit."""

    rule: str
    """As ``.dive-ci`` calls it."""
    limit: float
    value: float
    passed: bool

    def text(self, figure: float) -> str:
        """The limit or the value as a person reads it."""
        return size_text(int(figure)) if self.rule == _WASTED else f"{figure:.2%}"


def judge(score: "DiveScore", limits: Limits) -> tuple[Verdict, ...]:
    """One verdict for each limit there is."""
    found = []
    if limits.lowest_efficiency is not None:
        limit, value = limits.lowest_efficiency, score.efficiency
        found.append(Verdict(_EFFICIENCY, limit, value, value >= limit))
    if limits.most_wasted_bytes is not None:
        most, wasted = limits.most_wasted_bytes, score.wasted_bytes
        found.append(Verdict(_WASTED, most, wasted, wasted <= most))
    if limits.most_user_wasted is not None:
        limit, value = limits.most_user_wasted, score.wasted_user_percent
        found.append(Verdict(_USER_WASTED, limit, value, value <= limit))
    return tuple(found)


def read_limits(text: str, limits: Limits, file: str) -> Limits:
    """`limits` with what a ``.dive-ci`` file says. Raises `InvalidInput` for a value that can't
    be read, and for a file of which nothing can be; all else is passed over."""
    rules = list(_rules(text))
    if not any(rule.lower() != _ALL_RULES for rule, _ in rules) and _says_something(text):
        raise InvalidInput(
            tr("Nothing in {file} can be read as a rule.", file=file),
            tr("Write each on a line of its own, below “rules:”, as: lowestEfficiency: 0.9"),
        )
    for rule, value in rules:
        # Dive doesn't tell small letters from large ones either.
        match rule.lower():
            case "lowestefficiency":
                limits = replace(limits, lowest_efficiency=_limit(share, value, rule, file))
            case "highestwastedbytes":
                limits = replace(limits, most_wasted_bytes=_limit(size, value, rule, file))
            case "highestuserwastedpercent":
                limits = replace(limits, most_user_wasted=_limit(share, value, rule, file))
    return limits


def unknown_rules(text: str) -> tuple[str, ...]:
    """What a ``.dive-ci`` file sets and no rule is called."""
    known = {rule.lower() for rule in RULES}
    return tuple(rule for rule, _ in _rules(text) if rule.lower() not in known)


def _says_something(text: str) -> bool:
    """Whether there is more than remarks, and the heading of no rules."""
    nothing = ("", "---", "...", f"{_ALL_RULES}:", f"{_ALL_RULES}: {{}}")
    said = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return any(line not in nothing for line in said)


def _rules(text: str) -> Iterator[tuple[str, str]]:
    lines = (_COMMENT.sub("", line) for line in text.splitlines())
    for match in chain.from_iterable(map(_RULE.finditer, lines)):
        yield match["rule"], match["value"].strip()


def _limit(read: Callable[[str], _Limit], value: str, rule: str, file: str) -> _Limit | None:
    if value.lower() == _DISABLED:
        return None
    try:
        return read(value)
    except InvalidInput as error:
        raise InvalidInput(
            tr("{rule} in {file}: {problem}", rule=rule, file=file, problem=error.message),
            error.hint,
        ) from error


def share(text: str) -> float:
    """A part of 1. Raises `InvalidInput`."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InvalidInput(tr("“{text}” is no share.", text=text), tr("Write 0.1 for ten percent."))
    return value


def size(text: str) -> int:
    """Bytes: ``50MB``, ``1.5 GiB``, ``1048576``. Raises `InvalidInput`."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(tr("“{text}” is no size.", text=text), tr("Write 50MB or 1GiB."))
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** _POWERS[match[2].lower()])

"""Limits for what an image may waste, as dive's users set them for their pipelines."""

import re
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

if TYPE_CHECKING:
    # Arguments are read by this module, before it is known that a score is wanted.
    from modeldesk.core.contents.dive import DiveScore

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_COMMENT = re.compile(r"(^|\s)#.*")
_RULE = re.compile(
    r"""(?:^|[{,])\s*["']?(?P<rule>\w+)["']?\s*:\s*["']?(?P<value>[^"'{},\s][^"'{},]*)"""
)
"""In a line of its own, or in braces with others."""
_DISABLED = "disabled"


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


def judge(score: "DiveScore", limits: Limits) -> tuple[Verdict, ...]:
    """One verdict for each limit there is."""
    found = []
    if limits.lowest_efficiency is not None:
        limit, value = limits.lowest_efficiency, score.efficiency
        found.append(Verdict("lowestEfficiency", limit, value, value >= limit))
    if limits.most_wasted_bytes is not None:
        most, wasted = limits.most_wasted_bytes, score.wasted_bytes
        found.append(Verdict("highestWastedBytes", most, wasted, wasted <= most))
    if limits.most_user_wasted is not None:
        limit, value = limits.most_user_wasted, score.wasted_user_percent
        found.append(Verdict("highestUserWastedPercent", limit, value, value <= limit))
    return tuple(found)


def read_limits(text: str, limits: Limits) -> Limits:
    """`limits` with what a ``.dive-ci`` file says. Raises `InvalidInput` for a value that can't
    be read; all else is passed over."""
    lines = (_COMMENT.sub("", line) for line in text.splitlines())
    for match in chain.from_iterable(map(_RULE.finditer, lines)):
        value = match["value"].strip()
        off = value.lower() == _DISABLED
        # Dive doesn't tell small letters from large ones either.
        match match["rule"].lower():
            case "lowestefficiency":
                limits = replace(limits, lowest_efficiency=None if off else share(value))
            case "highestwastedbytes":
                limits = replace(limits, most_wasted_bytes=None if off else size(value))
            case "highestuserwastedpercent":
                limits = replace(limits, most_user_wasted=None if off else share(value))
    return limits


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

"""Patterns that name models: ``team/fraud``, ``team/*``, ``*``."""

import re

from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr

_PATTERN = re.compile(r"[a-z0-9._/*-]+", re.ASCII)
_LONGEST = 255


def check_pattern(pattern: str) -> str:
    """`pattern`, if it can name a model. Raises `InvalidInput`."""
    if not _PATTERN.fullmatch(pattern) or len(pattern) > _LONGEST or "**" in pattern:
        raise InvalidInput(
            tr("“{pattern}” can name no model.", pattern=pattern),
            tr("Write a model's name, with * for any characters: team/fraud, team/*, *."),
        )
    return pattern


def matches(pattern: str, model: str) -> bool:
    """Whether `pattern` names `model`; ``*`` stands for any characters, slashes too. Takes time in
    proportion to both, whatever they are."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == model
    if not model.startswith(first):
        return False
    place = len(first)
    *middle, last = rest
    for piece in middle:
        found = model.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return len(model) - place >= len(last) and model.endswith(last)

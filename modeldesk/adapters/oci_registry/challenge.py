"""What a registry asks for when it wants to know who is there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SCHEME = re.compile(r"\s*+(?:,\s*+)?(?P<scheme>[A-Za-z][\w-]*)\s+(?=[A-Za-z][\w-]*\s*=)")
_PARAMETER = re.compile(
    r'\s*+,?\s*+(?P<name>[A-Za-z][\w-]*)\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^\s,"]+))'
)


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in. `scheme` is in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def read_challenges(header: str) -> tuple[Challenge, ...]:
    """The ways a ``WWW-Authenticate`` header offers, in its order."""
    found: list[Challenge] = []
    place = 0
    while match := _SCHEME.match(header, place):
        place = match.end()
        parameters: dict[str, str] = {}
        while not _SCHEME.match(header, place) and (one := _PARAMETER.match(header, place)):
            quoted = one["quoted"]
            value = one["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            parameters[one["name"].lower()] = value
            place = one.end()
        found.append(Challenge(match["scheme"].lower(), parameters))
    if not found and header.strip().lower() in ("basic", "bearer"):
        found.append(Challenge(header.strip().lower(), {}))
    return tuple(found)

"""Where a COPY or ADD has its files from, as far as the history says."""

import json
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

_COPY = re.compile(r"^(?:COPY|ADD)(?P<flags>(?: --\S+)*) +(?P<words>\S.*)$", re.DOTALL)
_FROM = re.compile(r" --from=\S")
_FETCHED = re.compile(r"[a-z][a-z0-9+.-]*://|git@", re.IGNORECASE)
_UNNAMED = "…"


class Origin(Enum):
    """What files were copied out of."""

    CONTEXT = "build context"
    ELSEWHERE = "another stage, another image or the network"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a COPY or ADD says."""

    origin: Origin
    target: str
    """As it is written: perhaps relative to the working directory, and with a slash behind."""


@lru_cache(maxsize=4096)
def copied(instruction: str) -> Copied | None:
    """What a cleaned `instruction` copies; None where it copies nothing.

    BuildKit leaves ``--from`` out of the history. But sources in a stage begin at its root, and
    are written so, while those in the context are not.
    """
    match = _COPY.match(instruction)
    if match is None:
        return None
    *sources, target = _words(match["words"])
    if _FROM.search(match["flags"]) or (sources and all(map(_is_elsewhere, sources))):
        return Copied(Origin.ELSEWHERE, target)
    return Copied(Origin.UNKNOWN if sources in ([], [_UNNAMED]) else Origin.CONTEXT, target)


def _is_elsewhere(source: str) -> bool:
    return source.startswith("/") or _FETCHED.match(source) is not None


def _words(text: str) -> list[str]:
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
            return found
    return text.split()

"""What arguments are read as, where a plain type would take too much."""

import argparse
import re
from pathlib import Path

from modeldesk.core.contents import gate
from modeldesk.core.errors import InvalidInput
from modeldesk.core.keep_rule import MOST_DAYS, MOST_VERSIONS

_LONGEST_WAIT_S = 86_400
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_NOTHING = "none"
_MOST_PROCESSORS = 4096
_AGE = re.compile(r"(\d{1,5})([dw])")


def folder(text: str) -> Path:
    """A path to a folder. An empty one is somebody's unset variable, not where we are."""
    if not text:
        raise argparse.ArgumentTypeError("no folder was named")
    return Path(text)


def seconds(text: str) -> float:
    """A time to wait: more than nothing, and not for ever."""
    value = float(text)
    if not 0 < value <= _LONGEST_WAIT_S:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {_LONGEST_WAIT_S}")
    return value


def at_least_one(text: str) -> int:
    """How many to keep: never none."""
    value = int(text)
    if not 1 <= value <= MOST_VERSIONS:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and {MOST_VERSIONS}")
    return value


def days(text: str) -> int:
    """An age in days (``30d``) or weeks (``4w``)."""
    match = _AGE.fullmatch(text)
    value = int(match[1]) * (7 if match[2] == "w" else 1) if match else MOST_DAYS + 1
    if value > MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text} is no age; write 30d or 4w")
    return value


def share(text: str) -> float:
    """A part of 1."""
    try:
        return gate.share(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def size(text: str) -> int:
    """Bytes, with a unit or without."""
    try:
        return gate.size(text)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def seconds_or_none(text: str) -> float:
    """A time to wait, or 0 for none at all."""
    return 0.0 if float(text) == 0 else seconds(text)


def processors(text: str) -> float:
    """How many processors a container may use; 0: all."""
    value = float(text)
    if not 0 <= value <= _MOST_PROCESSORS:
        raise argparse.ArgumentTypeError(f"{text} is not between 0 and {_MOST_PROCESSORS}")
    return value


def graphics_cards(text: str) -> int:
    """How many GPUs a container gets; ``all`` is -1."""
    value = -1 if text == "all" else int(text)
    if not -1 <= value <= _MOST_PROCESSORS:
        raise argparse.ArgumentTypeError(f"{text} is no number of GPUs; write all, or 0 for none")
    return value


def service(text: str) -> str:
    """A deployment's name. An empty one is somebody's unset variable, not a wish for none."""
    if not text:
        raise argparse.ArgumentTypeError("no deployment was named")
    return text


def digest(text: str) -> str:
    """A whole digest: one that is cut short, as tables show it, names nothing."""
    if not _DIGEST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}” is no whole digest, such as sha256:0123…")
    return text


def digest_or_none(text: str) -> str:
    """A digest, or ``none``, which is empty; an empty one is somebody's unset variable."""
    return "" if text == _NOTHING else digest(text)

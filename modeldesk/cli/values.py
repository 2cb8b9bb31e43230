"""What arguments are read as, where a plain type would take too much."""

import argparse
from pathlib import Path

_LONGEST_WAIT_S = 86_400


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


def service(text: str) -> str:
    """A deployment's name. An empty one is somebody's unset variable, not a wish for none."""
    if not text:
        raise argparse.ArgumentTypeError("no deployment was named")
    return text

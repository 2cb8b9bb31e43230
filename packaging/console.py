"""How the scripts of this folder speak."""

import sys


class Problem(Exception):
    """Something the person has to know or do; the message is the sentence that says it."""


def say(text: str) -> None:
    """Print one line at once, so that it stands before the output of what is started next."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print one line to standard error."""
    print(text, file=sys.stderr, flush=True)

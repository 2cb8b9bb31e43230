"""How much of a text is checked: as much as a person would write, so that a check takes a moment
whatever is opened."""

from modeldesk.core.dockerfile.model import Dockerfile, Instruction
from modeldesk.core.dockerfile.read import read

MOST_TEXT = 100_000
"""Characters of instructions and of the scripts in them, or of patterns. Files that people keep
by hand are a tenth of this."""
LONGEST_LINE = 4096
"""Characters of one line of a .dockerignore; no path is longer."""
MOST_COMPARED = 3_000_000
"""Comparisons of a path with a pattern."""
_EACH = 20
"""What an instruction counts besides its characters: looking at it takes time too."""


class Work:
    """Counts what is done, up to as much as takes a moment."""

    def __init__(self, most: int = 500_000) -> None:
        """`most` paths may be looked at, or as many comparisons made."""
        self._left = most

    def allows(self, more: int) -> bool:
        """Whether so many `more` may be; then they are counted."""
        self._left -= more
        return self._left >= 0


def checked_part(text: str) -> tuple[Dockerfile, int]:
    """The instructions of a Dockerfile that are checked, with the comments among them, and the
    line from which on nothing is; 0 where all is checked."""
    counted = _Counted()
    return read(text, counted.is_behind), counted.behind


class _Counted:
    def __init__(self) -> None:
        self._text = 0
        self.behind = 0
        """The line of the first instruction that is too much."""

    def is_behind(self, one: Instruction) -> bool:
        scripts = one.heredocs if one.word == "RUN" else ()
        self._text += _EACH + len(one.joined.text) + sum(len(each.body.text) for each in scripts)
        if self._text > MOST_TEXT:
            self.behind = one.line
        return bool(self.behind)

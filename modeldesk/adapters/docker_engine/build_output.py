"""Output of build steps as lines."""

import re

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LONGEST = 8192


class Lines:
    """Pieces of output in, whole lines out: without colours and cursor movements; of a line
    that overwrites itself (a progress bar) the last state remains."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, piece: str) -> list[str]:
        """The lines that `piece` completes."""
        *whole, self._rest = (self._rest + piece).split("\n")
        if len(self._rest) > _LONGEST:
            whole.append(self._rest)
            self._rest = ""
        return [plain_line(line) for line in whole]

    def finish(self) -> list[str]:
        """The unfinished line, if any."""
        rest, self._rest = self._rest, ""
        return [plain_line(rest)] if plain_line(rest) else []


def plain_line(line: str) -> str:
    """A line as a person would see it on a terminal, cut to a sane length."""
    line = line[: 2 * _LONGEST].rstrip("\r").rpartition("\r")[2]
    return _CONTROLS.sub("", _ESCAPES.sub("", line)).rstrip()[:_LONGEST]

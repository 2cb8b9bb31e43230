"""What a command gives back, and how it is printed."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from modeldesk.cli.exit_codes import ExitCode
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Progress, Unit

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's result, for a program and for a person."""

    json: Json
    lines: tuple[str, ...]
    exit_code: ExitCode = ExitCode.DONE


def print_answer(answer: Answer, *, as_json: bool, out: TextIO) -> None:
    """Write the one form that was asked for."""
    if as_json:
        out.write(json.dumps(answer.json, ensure_ascii=False, indent=2) + "\n")
    else:
        out.writelines(f"{printable(line)}\n" for line in answer.lines)
    out.flush()


def print_error(error: ModelDeskError, err: TextIO) -> None:
    """The sentence, the way out, and the outside world's own words, one under the other."""
    err.write(f"modeldesk: {printable(error.message)}\n")
    if error.hint:
        err.write(f"  {printable(error.hint)}\n")
    err.writelines(f"  | {printable(line)}\n" for line in error.detail.splitlines())
    err.flush()


def printable(text: str) -> str:
    """Text from outside must not steer the terminal, nor fail to encode."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    encoding = sys.stdout.encoding or "utf-8"
    return clean.encode(encoding, "replace").decode(encoding)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> list[str]:
    """Columns under a header; `right` holds one character a column, ``r`` for right-aligned."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    aligned = right.ljust(len(header))
    return [
        "  ".join(
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, aligned, strict=True)
        ).rstrip()
        for row in (header, *rows)
    ]


class ProgressPrinter:
    """Progress on standard error: one line that renews itself on a terminal, a line for every
    new text elsewhere."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._terminal = err.isatty()
        self._last = ""
        self._width = 0

    def report(self, progress: Progress) -> None:
        """Show the newest state."""
        text = printable(progress.text)
        if self._terminal:
            line = f"{text}{_amount(progress)}"
            self._err.write("\r" + line.ljust(self._width))
            self._width = len(line)
        elif text != self._last:
            self._err.write(f"{text}\n")
        self._last = text
        self._err.flush()

    def log(self, line: str) -> None:
        """A line of output of the work itself."""
        self.done()
        self._err.write(f"{printable(line)}\n")

    def done(self) -> None:
        """Leave the renewing line behind."""
        if self._terminal and self._width:
            self._err.write("\r" + " " * self._width + "\r")
            self._err.flush()
            self._width = 0


def _amount(progress: Progress) -> str:
    if progress.total is None:
        return ""
    if progress.unit is Unit.BYTES:
        return f"  {progress.done / 1e6:.1f} of {progress.total / 1e6:.1f} MB"
    return f"  {progress.done} of {progress.total}"

"""What a command gives back, and how it is printed."""

import json
import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

from modeldesk.cli.exit_codes import ExitCode
from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Progress, Unit
from modeldesk.core.text import printable, size_text

_WIDEST = 100
"""Characters of a cell that a table shows."""
_NARROWEST = 24
"""A column that others make room for keeps as many."""

Json = None | bool | int | float | str | Sequence["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's result, for a program and for a person."""

    json: Json
    lines: tuple[str, ...]
    exit_code: ExitCode = ExitCode.DONE
    problem: ModelDeskError | None = None
    """What went wrong though there is a result; told on standard error."""
    streamed: bool = False
    """All there is to say was printed while the command ran."""


def print_answer(answer: Answer, *, as_json: bool, out: TextIO) -> None:
    """Write the one form that was asked for."""
    if answer.streamed:
        return
    if as_json:
        out.write(_json_text(answer.json, out) + "\n")
    else:
        out.writelines(f"{written(line, out)}\n" for line in answer.lines)
    out.flush()


def _json_text(content: Json, out: TextIO) -> str:
    """With readable letters where `out` can take them, with escapes where it can't."""
    lines = json.dumps(content, ensure_ascii=False, indent=2).split("\n")
    # What steers a terminal is no less from outside in JSON, which has escapes of its own for it.
    text = "\n".join(one if one.isprintable() else _escaped(one) for one in lines)
    try:
        text.encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(content, indent=2)
    return text


def _escaped(line: str) -> str:
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def print_error(error: ModelDeskError, err: TextIO) -> None:
    """The sentence, the way out, and the outside world's own words, one under the other."""
    lines = [f"modeldesk: {error.message}"]
    if error.hint:
        lines.append(f"  {error.hint}")
    lines.extend(f"  | {line}" for line in error.detail.splitlines())
    # Where nobody listens any more, the exit code still tells.
    with suppress(OSError):
        err.writelines(f"{written(line, err)}\n" for line in lines)
        err.flush()


def written(text: str, stream: TextIO) -> str:
    """`text` as it is printed: from outside, it must not steer the terminal, nor fail to encode."""
    encoding = stream.encoding or "utf-8"
    return printable(text).encode(encoding, "replace").decode(encoding)


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: str = "",
    room: int | None = None,
) -> list[str]:
    """Columns under a header; `right` holds one character a column, ``r`` for right-aligned.
    A text too long for a column is cut, since one would make every line as long. `room` is for
    a line; left out it is the terminal's width, and elsewhere unlimited."""
    widths = _widths([header, *rows], _terminal_width() if room is None else room)
    rows = [[_cut(cell, width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    aligned = right.ljust(len(header))
    return [
        "  ".join(
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, aligned, strict=True)
        ).rstrip()
        for row in (header, *rows)
    ]


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """What each column needs; the widest give way until a line fits, as far as they can."""
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*rows, strict=True)]
    while room and sum(widths) + 2 * (len(widths) - 1) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"


def _terminal_width() -> int:
    """Columns of the terminal that is written to; 0 where a program or a file reads."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


class ProgressPrinter:
    """Progress on standard error: one line that renews itself on a terminal, a line for every
    new text elsewhere. Work goes on when nobody reads it."""

    def __init__(self, err: TextIO) -> None:
        self._err = err
        self._terminal = err.isatty()
        self._last = ""
        self._width = 0

    def report(self, progress: Progress) -> None:
        """Show the newest state."""
        text = written(progress.text, self._err)
        if self._terminal:
            line = f"{text}{_amount(progress)}"
            self._write("\r" + line.ljust(self._width))
            self._width = len(line)
        elif text != self._last:
            self._write(f"{text}\n")
        self._last = text

    def log(self, line: str) -> None:
        """A line of output of the work itself; one that was just reported is not said twice."""
        self.done()
        text = written(line, self._err)
        if self._terminal or text != self._last:
            self._write(f"{text}\n")

    def done(self) -> None:
        """Leave the renewing line behind."""
        if self._terminal and self._width:
            self._write("\r" + " " * self._width + "\r")
            self._width = 0

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._err.write(text)
            self._err.flush()


def _amount(progress: Progress) -> str:
    if progress.total is None:
        return ""
    if progress.unit is Unit.BYTES:
        speed = f"  {size_text(round(progress.rate))}/s" if progress.rate else ""
        return f"  {size_text(progress.done)} of {size_text(progress.total)}{speed}"
    return f"  {progress.done} of {progress.total}"

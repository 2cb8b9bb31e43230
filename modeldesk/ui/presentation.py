"""Figures, times and names as a person reads them. No Qt here, and humanize nowhere else."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import humanize

from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.jobs import Part, PartState, Progress, Unit
from modeldesk.core.text import KILO, UNITS, size_text
from modeldesk.core.words import tr, trn

MINUS = "\N{MINUS SIGN}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
LONGEST_SHOWN = 2000
_LONG_FIGURE = 1e15
_TERMINAL_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")


@dataclass(frozen=True, slots=True)
class AxisUnit:
    """The unit of a chart's axis: its name and how many of the base unit it holds."""

    name: str
    amount: float


def size(amount: int) -> str:
    """Bytes in decimal units with three significant digits: ``84 B``, ``904 MB``, ``1.19 GB``."""
    if amount < 0:
        return MINUS + size(-amount)
    return size_text(amount)


def signed_size(amount: int) -> str:
    """A change in bytes: ``+46.0 MB``, ``−8.89 kB``, ``0 B``."""
    return f"+{size(amount)}" if amount > 0 else size(amount)


def exact_size(amount: int) -> str:
    """Every byte, for tooltips: ``904,118,272 bytes``."""
    return trn("{figure} byte", "{figure} bytes", amount, figure=count(amount))


def rate(bytes_per_second: float) -> str:
    """A transfer speed: ``312 MB/s``."""
    return tr("{size}/s", size=size(round(bytes_per_second)))


def count(number: int) -> str:
    """A count with its thousands apart: ``12,077``."""
    return _real_minus(humanize.intcomma(number))


def percent(fraction: float, digits: int = 1) -> str:
    """A share of one: 0.377 is ``37.7 %``."""
    return f"{_rounded(fraction * 100, digits)} %"


def signed_percent(fraction: float, digits: int = 1) -> str:
    """A change against what was before: ``+1.4 %``, ``−23.7 %``, ``0.0 %``."""
    text = percent(fraction, digits)
    unchanged = float(f"{fraction * 100:.{digits}f}") == 0
    return text if unchanged or fraction < 0 else f"+{text}"


def progress(so_far: Progress) -> str:
    """How far a work is: ``Reading layers · 12 MB of 352 MB · 3 %``, with its speed where that is
    told."""
    parts = [so_far.text, _counted(so_far)]
    if so_far.fraction is not None:
        parts.append(percent(so_far.fraction, 0))
    if so_far.rate:
        parts.append(rate(so_far.rate))
    return " · ".join(part for part in parts if part)


def part(one: Part) -> str:
    """How far a part of a transfer is: ``12.0 MB of 352 MB``, ``already there · 4.1 MB``."""
    whole = "" if one.total is None else size(one.total)
    if one.state is PartState.MOVING and whole:
        return tr("{done} of {total}", done=size(one.done), total=whole)
    word = {
        PartState.WAITING: tr("waiting"),
        PartState.MOVING: size(one.done),
        PartState.UNPACKING: tr("unpacking"),
        PartState.DONE: tr("done"),
        PartState.THERE: tr("already there"),
        PartState.MOUNTED: tr("shared there"),
    }[one.state]
    return " · ".join(filter(None, (word, whole)))


def metric(value: float) -> str:
    """A measure of a model: three decimals where they tell something, thousands apart where they
    do not: ``0.923``, ``−1.250``, ``12,077``. What is too long to be read: ``1.23e+17``."""
    if abs(value) >= _LONG_FIGURE:
        return _real_minus(f"{value:.2e}")
    if value == int(value) and abs(value) >= 10:
        return count(int(value))
    if abs(value) >= 1000:
        return count(round(value))
    if value and abs(value) < 0.001:
        return _real_minus(f"{value:.2e}")
    return _rounded(value, 3)


def age(when: datetime, now: datetime) -> str:
    """How long ago `when` was, both with a time zone: ``2 h ago``, ``yesterday``.

    A moment ahead of `now` (a clock that is off) reads as ``just now``.
    """
    seconds = (now - when).total_seconds()
    if seconds < 60:
        return tr("just now")
    if seconds < 3600:
        return trn("{count} min ago", "{count} min ago", int(seconds // 60))
    days = (now.date() - when.astimezone(now.tzinfo).date()).days
    if days == 0 or seconds < 6 * 3600:
        return trn("{count} h ago", "{count} h ago", int(seconds // 3600))
    if days == 1:
        return tr("yesterday")
    return _days_ago(days)


def _days_ago(days: int) -> str:
    if days < 14:
        return trn("{count} day ago", "{count} days ago", days)
    if days < 63:
        return trn("{count} week ago", "{count} weeks ago", days // 7)
    if days < 730:
        return trn("{count} month ago", "{count} months ago", round(days / 30.44))
    return trn("{count} year ago", "{count} years ago", int(days / 365.25))


def before_now(seconds: float, span: float) -> str:
    """A place on a live time axis of `span` seconds, in one unit all along it: ``now``,
    ``−30 s``, ``−120 s``; on a longer one ``−2.5 min``, ``−10 min``."""
    if seconds < 0.5:
        return tr("now")
    if span < _LONG_SPAN:
        return MINUS + tr("{n} s", n=round(seconds))
    return MINUS + tr("{n} min", n=f"{seconds / 60:g}")


_LONG_SPAN = 240.0


def moment(when: datetime) -> str:
    """The exact time in this machine's time zone: ``2025-04-05 14:31:07``."""
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"


def duration(seconds: float) -> str:
    """A length of time: ``38 ms``, ``9.8 s``, ``71 s``, ``1 min 12 s``, ``2 h 5 min``."""
    if seconds < 0.9995:
        return tr("{n} ms", n=round(seconds * 1000)) if seconds > 0 else tr("{n} s", n=0)
    if seconds < 9.95:
        return tr("{n} s", n=f"{seconds:.1f}")
    whole = timedelta(seconds=round(seconds))
    minutes, rest = divmod(int(whole.total_seconds()), 60)
    if minutes < 1:
        return tr("{n} s", n=rest)
    if minutes < 60:
        return tr("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    return tr("{hours} h {minutes} min", hours=hours, minutes=minutes)


def short_digest(digest: str) -> str:
    """A digest short enough for a line: ``sha256:5b1e…c04a``. Other text stays as it is."""
    algorithm, colon, digits = digest.partition(":")
    if not colon or len(digits) <= 12:
        return digest
    return f"{algorithm}:{digits[:4]}{ELLIPSIS}{digits[-4:]}"


def cut(text: str) -> str:
    """`text`, of which the middle is left out where no window could show all of it: measuring
    megabytes at every move would hold the program."""
    half = LONGEST_SHOWN // 2
    return text if len(text) <= LONGEST_SHOWN else f"{text[:half]}{ELLIPSIS}{text[-half:]}"


def printable(text: str | bytes) -> str:
    """`text` from outside, safe to show on one line.

    Bytes that were not UTF-8 (plain, or as surrogates from the file system) show as ``\\xNN``;
    control, direction and other invisible characters as ``\\n``, ``\\x1b`` or ``\\u202e``.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def shortened(name: str, longest: int) -> str:
    """A name with its middle left out, where it is longer than that."""
    name, half = printable(name), longest // 2
    return name if len(name) <= longest else f"{name[:half]}{ELLIPSIS}{name[-half:]}"


def instruction(text: str) -> str:
    """What made a layer, on one line, without secrets."""
    return printable(" ".join(without_secrets(text).split()))


def log_lines(text: str) -> list[str]:
    """The lines of a program's output as a terminal would leave them, without its colours.

    A carriage return starts its line over (progress bars); other control characters are shown
    as `printable` shows them. Of a line that no window could show the middle is left out.
    """
    lines = _TERMINAL_CODES.sub("", text).replace("\r\n", "\n").split("\n")
    return [_settled_line(line) for line in lines]


def axis_unit(largest: float) -> AxisUnit:
    """The unit in which an axis that reaches `largest` bytes is easiest to read."""
    unit = 0
    while unit + 1 < len(UNITS) and largest >= 0.95 * KILO ** (unit + 1):
        unit += 1
    return AxisUnit(UNITS[unit], float(KILO**unit))


def axis_figure(value: float, step: float) -> str:
    """A tick's or bar's figure, with as many decimals as ticks `step` apart need."""
    decimals = 0
    while decimals < 3 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return _rounded(value, decimals)


def _settled_line(line: str) -> str:
    # Cut before it is looked at, and again, since what is shown may be ten times as long.
    last = cut(line.rstrip("\r").rpartition("\r")[2]).expandtabs(8)
    return cut(last if last.isprintable() else printable(last))


def _rounded(number: float, digits: int) -> str:
    text = f"{number:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else _real_minus(text)


def _real_minus(text: str) -> str:
    return text.replace("-", MINUS)


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable():
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode("ascii")


def _counted(so_far: Progress) -> str:
    figure = size if so_far.unit is Unit.BYTES else count
    if so_far.total:
        if so_far.unit is Unit.STEPS:
            # As builds and releases speak of it: the step they are at.
            number = min(so_far.done + 1, so_far.total)
            return tr("step {number} of {total}", number=number, total=so_far.total)
        return tr("{done} of {total}", done=figure(so_far.done), total=figure(so_far.total))
    return figure(so_far.done) if so_far.done else ""

"""Differences as a person reads them, the same in the window, on the command line and in
reports."""

from modeldesk.core.text import size_text
from modeldesk.core.words import tr

_MOST_TIMES = 10
MINUS = "\N{MINUS SIGN}"


def signed_size(amount: int) -> str:
    """A change in bytes: ``+46.0 MB``, ``−8.89 kB``, ``0 B``."""
    sign = "+" if amount > 0 else MINUS if amount < 0 else ""
    return sign + size_text(abs(amount))


def signed_count(number: int) -> str:
    """A change of a count: ``−1,150``, ``+3``, ``0``."""
    return f"{number:+,}".replace("-", MINUS) if number else "0"


def count_text(number: int) -> str:
    """A count with its thousands apart."""
    return f"{number:,}"


_ALMOST_ALL = 99.9
TOO_LITTLE = "0.0 %"
"""A change that is none once it is rounded."""


def percent_of(before: float, after: float) -> str:
    """A change against what was before: ``−65.8 %``; empty where that tells nothing: of what was
    not there, and of what is more than ten times as much now."""
    if not before or after > _MOST_TIMES * before:
        return ""
    share = (after - before) / before * 100
    if after and share < -_ALMOST_ALL:
        # What is left of it is not nothing.
        share = -_ALMOST_ALL
    text = f"{share:+.1f} %"
    return TOO_LITTLE if float(f"{share:.1f}") == 0 else text.replace("-", MINUS)


def metric_text(value: float) -> str:
    """A measure of a model: ``0.923``, ``12,077``."""
    if value == int(value) and abs(value) >= 10:
        return f"{int(value):,}".replace("-", MINUS)
    text = f"{value:.2e}" if value and abs(value) < 0.001 else f"{value:,.3f}"
    return text.replace("-", MINUS)


def signed_metric(change: float) -> str:
    """A change of a measure."""
    sign = "+" if change > 0 else ""
    return sign + metric_text(change)


def and_list(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return tr("{items} and {last}", items=tr(", ").join(items[:-1]), last=items[-1])

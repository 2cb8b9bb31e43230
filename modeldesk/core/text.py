"""Figures and foreign names as text, the same in the window and on the command line."""

import re
from collections.abc import Mapping

KILO = 1000
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
DURATION_UNITS: Mapping[str, float] = {
    "ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0,
}  # fmt: skip
"""Unit → seconds."""
_FIGURE_AND_UNIT = r"(\d{1,20}(?:\.\d{1,40})?) ?(ms|s|min|h|d|w)"
_DURATION_PART = re.compile(_FIGURE_AND_UNIT, re.ASCII)
_DURATION = re.compile(rf"{_FIGURE_AND_UNIT}(?: ?{_FIGURE_AND_UNIT})*", re.ASCII)


def size_text(size_bytes: int) -> str:
    """Bytes in decimal units with three significant digits: ``84 B``, ``904 MB``, ``1.19 GB``.
    `size_bytes` is not negative."""
    unit = 0
    # 999.6 MB rounds to 1.00 GB.
    while unit + 1 < len(UNITS) and size_bytes >= 999.5 * KILO**unit:
        unit += 1
    if unit == 0:
        return f"{size_bytes} B"
    figure = size_bytes / KILO**unit
    decimals = 2 if figure < 9.995 else 1 if figure < 99.95 else 0
    return f"{figure:.{decimals}f} {UNITS[unit]}"


def parameters_text(parameters: int) -> str:
    """A model's parameters as people speak of them, with three significant digits: ``3,610``,
    ``860 M``, ``7.24 B``. `parameters` is not negative."""
    for unit, sign in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if parameters >= unit * 0.9995:
            figure = min(parameters / unit, 1e9)
            decimals = 2 if figure < 9.995 else 1 if figure < 99.95 else 0
            return f"{figure:.{decimals}f} {sign}"
    return f"{parameters:,}"


def printable(text: str) -> str:
    """A name from outside (a path, a package) as text that can be shown and stored, whatever
    bytes it is made of: what can't be printed is �."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def duration_of(text: str) -> float | None:
    """Seconds of ``90min``, ``2.5h``, ``1h30min``; None for what is no duration."""
    if not _DURATION.fullmatch(text):
        return None
    parts = _DURATION_PART.findall(text)
    return sum(float(figure) * DURATION_UNITS[unit] for figure, unit in parts)


def duration_text(seconds: float) -> str:
    """As `duration_of` reads it, in at most two units: ``45s``, ``1h30min``, ``2d4h``.
    `seconds` is not negative."""
    if seconds < 60:
        return f"{seconds:.3g}s" if seconds < 59.95 else "1min"
    whole = round(seconds)
    for large, small in (("d", "h"), ("h", "min"), ("min", "s")):
        size, part = int(DURATION_UNITS[large]), int(DURATION_UNITS[small])
        if whole >= size:
            break
    count, rest = divmod(whole, size)
    return f"{count}{large}{rest // part}{small}" if rest >= part else f"{count}{large}"

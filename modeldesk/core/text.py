"""Figures and foreign names as text, the same in the window and on the command line."""

KILO = 1000
UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


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
    """A model's parameters as people speak of them, with three significant digits: ``3610``,
    ``860 M``, ``7.24 B``. `parameters` is not negative."""
    for unit, sign in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if parameters >= unit * 0.9995:
            figure = min(parameters / unit, 1e9)
            decimals = 2 if figure < 9.995 else 1 if figure < 99.95 else 0
            return f"{figure:.{decimals}f} {sign}"
    return str(parameters)


def printable(text: str) -> str:
    """A name from outside (a path, a package) as text that can be shown and stored, whatever
    bytes it is made of: what can't be printed is �."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

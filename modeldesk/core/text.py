"""Figures as words, where no window formats them."""


def size_text(size_bytes: int) -> str:
    """Three significant digits and a decimal unit, as docker prints sizes: ``1.19 GB``."""
    size, unit = float(size_bytes), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if abs(size) < 999.5 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} B" if unit == "B" else f"{size:.3g} {unit}"

"""Names from an image, made such that any file system takes them and none misreads them."""

from collections.abc import Callable

_LONGEST = 200
"""Bytes; file systems take 255, and a number may follow."""
_FORBIDDEN = frozenset('/\\:*?"<>|')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
"""What some systems take for devices."""


def safe_name(name: bytes) -> str:
    """`name` as the name of one file: it leads nowhere else, and is never empty."""
    text = name.decode("utf-8", "surrogateescape")
    kept = "".join(map(_safe, text)).rstrip(". ") or "_"
    while len(kept.encode()) > _LONGEST:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[:-1]}{dot}{ending}" if stem and len(ending) < 20 else kept[:-1]
    if kept.partition(".")[0].lower() in _RESERVED:
        return f"_{kept}"
    return kept


def free_name(name: str, is_taken: Callable[[str], bool]) -> str:
    """`name`, or with a number before its ending the first that is not taken."""
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    number, free = 2, name
    while is_taken(free):
        free = f"{stem} ({number}){dot}{ending}"
        number += 1
    return free


def _safe(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:
        # A byte that is no UTF-8.
        return f"%{code - 0xDC00:02X}"
    return letter if letter.isprintable() and letter not in _FORBIDDEN else "_"

"""Which of two versions of a package is the newer one."""

import re
from itertools import zip_longest

_PARTS = re.compile(r"([0-9]+)|([^0-9]+)")
_BEFORE_RELEASE = re.compile(r"[._-]?(?=(?:a|b|c|rc|alpha|beta|pre|preview|dev)\.?\d*(?:$|[.+_-]))")


def is_newer(version: str, than: str) -> bool:
    """Whether `version` comes after `than`, as Debian orders versions (Alpine and pip order
    nearly all the same): an epoch counts first, numbers as numbers, and what comes before a
    release (``~``, ``rc1``) before it."""
    return _compared(version, than) > 0


def _compared(one: str, other: str) -> int:
    (epoch, rest), (other_epoch, other_rest) = _split(one), _split(other)
    if epoch != other_epoch:
        return 1 if epoch > other_epoch else -1
    left, right = _parts(rest), _parts(other_rest)
    for (word, number), (other_word, other_number) in zip_longest(left, right, fillvalue=("", 0)):
        if word != other_word:
            return 1 if _letters(word) > _letters(other_word) else -1
        if number != other_number:
            return 1 if number > other_number else -1
    return 0


def _split(version: str) -> tuple[int, str]:
    for mark in (":", "!"):
        epoch, found, rest = version.partition(mark)
        if found and epoch.isascii() and epoch.isdigit():
            return int(epoch[:18]), rest
    return 0, version


def _parts(version: str) -> list[tuple[str, int]]:
    """Words and the numbers that follow them."""
    marked = _BEFORE_RELEASE.sub("~", version.lower())
    parts: list[tuple[str, int]] = []
    word = ""
    for digits, letters in _PARTS.findall(marked):
        if letters:
            word = letters
        else:
            parts.append((word, int(digits[:18])))
            word = ""
    return [*parts, (word, 0)] if word else parts


def _letters(word: str) -> list[int]:
    """What to compare words by: ``~`` before the end, letters before all other signs."""
    return [
        -1 if sign == "~" else ord(sign) if sign.isalpha() else ord(sign) + 0x110000
        for sign in word
    ] + [0]

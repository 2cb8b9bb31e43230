"""Parts of a file, as HTTP asks for them (pure)."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=\s*(\d{0,20})\s*-\s*(\d{0,20})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `first` to `last`, both meant."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class NoSuchRange(Exception):
    """It begins behind the end."""


def read_range(header: str, size: int) -> Span | None:
    """What part of `size` bytes a Range header asks for; None for the whole: also where it asks
    for several parts, or can't be read, which HTTP lets a server pass over. Raises
    `NoSuchRange`."""
    found = _RANGE.fullmatch(header)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        last = int(found[2])
        if last == 0 or size == 0:
            raise NoSuchRange
        return Span(max(0, size - last), size - 1)
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise NoSuchRange
    return Span(first, last)

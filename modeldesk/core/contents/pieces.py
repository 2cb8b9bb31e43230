"""Work on long lists in pieces: a single call for all of one would keep the interpreter from every
other thread, the window's too, until it is done."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol, Self, TypeVar

PIECE = 4_000
"""Items that one call may take: a few milliseconds."""
_NEIGHBOURS = 256


class _Comparable(Protocol):
    def __lt__(self, other: Self, /) -> bool: ...


K = TypeVar("K", bound=_Comparable)


def pieces(length: int, piece: int = PIECE) -> Iterator[slice]:
    """Slices that cover `length` items one after the other."""
    for start in range(0, length, piece):
        yield slice(start, min(start + piece, length))


def places_with(paths: Sequence[bytes], text: bytes) -> Iterator[int]:
    """Places of the paths that have `text` in them, which few have."""
    for part in pieces(len(paths), _NEIGHBOURS):
        some = paths[part]
        # No path has a zero byte, so what is found lies within one of them.
        if text in b"\0".join(some):
            for place, path in enumerate(some, part.start):
                if text in path:
                    yield place


def equal_to(codes: bytes, wanted: int) -> bytes:
    """1 where a code is the one that is wanted, else 0."""
    return codes.translate(bytes(code == wanted for code in range(256)))


def both(marks: bytes | bytearray, others: bytes | bytearray) -> bytes:
    """1 where both lists of zeros and ones have it: as two numbers, since that takes no time."""
    found = int.from_bytes(marks, "little") & int.from_bytes(others, "little")
    return found.to_bytes(len(marks), "little")


def without(marks: bytes | bytearray, others: bytes | bytearray) -> bytes:
    """1 where only the first of two lists of zeros and ones has it."""
    found = int.from_bytes(marks, "little") & ~int.from_bytes(others, "little")
    return found.to_bytes(len(marks), "little")


def in_order(keys: Sequence[K], *, largest_first: bool = False) -> "array[int]":
    """The places of `keys` as sorting would put them; equal ones stay as they are."""
    if len(keys) <= PIECE:
        return _sorted(keys, range(len(keys)), largest_first)
    bounds = _bounds(keys)
    heaps: list[array[int]] = [array("I") for _ in range(len(bounds) + 1)]
    for place, key in enumerate(keys):
        heaps[bisect_right(bounds, key)].append(place)
    found = array("I")
    for heap in reversed(heaps) if largest_first else heaps:
        found.extend(_sorted(keys, heap, largest_first))
    return found


def _bounds(keys: Sequence[K]) -> list[K]:
    """A few keys that part all of them about evenly."""
    sample = sorted(keys[:: max(1, len(keys) // 1000)])
    step = max(1, len(sample) * PIECE // len(keys))
    bounds: list[K] = []
    for key in sample[step::step]:
        if not bounds or bounds[-1] < key:
            bounds.append(key)
    return bounds


def _sorted(keys: Sequence[K], places: Sequence[int], largest_first: bool) -> "array[int]":
    return array("I", sorted(places, key=keys.__getitem__, reverse=largest_first))

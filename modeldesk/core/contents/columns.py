"""Columns of numbers, of which some hundred thousand take a thousandth of a second.

numpy is imported when it is first wanted: no command that reads no layer should wait for it.
"""

from array import array

PLACE = "I"
"""How places in a list are kept: an array's typecode."""


def taken(items: "array[int] | bytes", places: "array[int]", typecode: str = "Q") -> "array[int]":
    """The items (which are of `typecode`) at some places."""
    import numpy as np

    if not places:
        return array(typecode)
    found = np.frombuffer(items, typecode)[np.frombuffer(places, PLACE)]
    return array(typecode, found.tobytes())


def sums(amounts: "array[int]", counted: bytes) -> "array[int]":
    """``[0, first, first + second, …]`` of the amounts where `counted` is 1."""
    import numpy as np

    found = np.zeros(len(amounts) + 1, "Q")
    if amounts:
        counting = np.frombuffer(amounts, "Q") * np.frombuffer(counted, np.uint8)
        np.cumsum(counting, out=found[1:])
    return array("Q", found.tobytes())


def within(numbers: "array[int]", begin: int, end: int) -> bytes:
    """1 for each of `numbers` (places) from `begin` on and below `end`."""
    import numpy as np

    found = np.frombuffer(numbers, PLACE)
    return ((found >= begin) & (found < end)).tobytes()


def last_of_runs(wanted: bytes, ends: bytes) -> bytes:
    """Of each run, which ends where `ends` is 1, the last place where `wanted` is 1."""
    import numpy as np

    marks = np.frombuffer(ends, np.uint8)
    run_numbers = np.cumsum(marks, dtype=np.int64) - marks
    places = np.flatnonzero(np.frombuffer(wanted, np.uint8))
    is_last = np.ones(len(places), np.bool_)
    is_last[:-1] = np.diff(run_numbers[places]) != 0
    found = np.zeros(len(wanted), np.uint8)
    found[places[is_last]] = 1
    return found.tobytes()


def places_of(marks: bytes) -> list[int]:
    """Where `marks` is 1."""
    import numpy as np

    found: list[int] = np.flatnonzero(np.frombuffer(marks, np.uint8)).tolist()
    return found

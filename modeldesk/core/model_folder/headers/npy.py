"""NumPy's .npy: a magic, then a dictionary in Python's notation. It is matched, never evaluated."""

import re

from modeldesk.core.model_folder.headers.reading import BadHeader, Header, Source, Tally
from modeldesk.core.words import tr

MAGIC = b"\x93NUMPY"
LONGEST = 1024
"""Up to the numbers. Only tables with many columns have longer headers, and are not counted."""
_LENGTHS = {1: 2, 2: 4, 3: 4}
_PART = r"(?P<{0}_quote>['\"]){0}(?P={0}_quote)\s*:\s*"
_PARTS = (
    _PART.format("descr") + r"(?P<quote>['\"])(?P<descr>[\w<>|=\[\]]{1,20})(?P=quote)",
    _PART.format("fortran_order") + "(?:True|False)",
    _PART.format("shape") + r"\((?P<shape>|(?:\d{1,19}L?,\s*)+(?:\d{1,19}L?)?)\)",
)
_PLAIN = [re.compile(rf"\s*{part}\s*(?P<end>[,}}])") for part in _PARTS]
_TABLE = re.compile(r"\{.{0,80}?['\"]descr['\"]\s*:\s*[\[(]", re.DOTALL)
_NUMBERS = re.compile(r"[<>|=]?(?P<kind>[fiubc])(?P<bytes>\d{1,2})")
_SIZES = {"f": (2, 4, 8, 16), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "b": (1,), "c": (8, 16, 32)}


def read(source: Source) -> Header:
    """Parameters and precision; neither for what is not of numbers alone. Raises `BadHeader`."""
    tally = Tally()
    evidence = count(source, tally)
    if not tally.tensors:
        return Header(evidence=evidence)
    return Header(tally.parameters, tally.precision, evidence)


def count(source: Source, tally: Tally) -> str:
    """Add the array to `tally` if it is one of numbers; what its header says. Raises
    `BadHeader`, also when the file is too short for so many."""
    if source.exactly(len(MAGIC)) != MAGIC:
        raise BadHeader(tr("it is no NumPy array"))
    size = _LENGTHS.get(source.number(1))
    source.skip(1)
    if size is None:
        raise BadHeader(tr("it is no NumPy array"))
    length = source.number(size)
    if length > source.size - source.at:
        raise BadHeader(tr("its header has an impossible length"))
    if length > LONGEST - source.at:
        return ""
    text = source.exactly(length).decode("latin-1")
    if _TABLE.match(text):
        return ""
    descr, sides = _parsed(text)
    found = _NUMBERS.fullmatch(descr)
    if found and int(found["bytes"]) in _SIZES[found["kind"]]:
        one = int(found["bytes"])
        if tally.add(_precision(found["kind"], one), sides) * one > source.size - source.at:
            raise BadHeader(tr("it ends too early"))
    return f"descr {descr}, shape ({', '.join(map(str, sides))})"


def _parsed(text: str) -> tuple[str, list[int]]:
    """What the numbers are, and the sides of the array."""
    said: dict[str, str] = {}
    at, end = 1, "," if text.startswith("{") else ""
    left = list(_PLAIN)
    while left and end == ",":
        found = next(((one, match) for one in left if (match := one.match(text, at))), None)
        if found is None:
            break
        left.remove(found[0])
        at, end = found[1].end(), found[1]["end"]
        said |= found[1].groupdict()
    rest = text[at:].strip()
    if left or rest != ("" if end == "}" else "}"):
        raise BadHeader(tr("its header is not as NumPy writes it"))
    return said["descr"], [int(side) for side in re.findall(r"\d+", said["shape"])]


def _precision(kind: str, size: int) -> str:
    return "BOOL" if kind == "b" else f"{kind.upper()}{8 * size}"

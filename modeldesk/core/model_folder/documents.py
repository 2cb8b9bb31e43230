"""Small structured files of a folder as plain data, and picking texts out of it."""

import json
import math
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.walk import read_text
from modeldesk.core.model_folder.yaml_reader import LONGEST, read_yaml

LONGEST_TEXT = 300
_MOST_ITEMS = 2_000
_LONGEST_TOML = 256 * 1024
_MOST_DOTS = 128
"""In one line."""

Document = Mapping[str, object]


def read_json(folder: Path, path: PurePosixPath | str) -> Document:
    """The JSON object in a file; empty when there is none that can be read."""
    try:
        content = json.loads(read_text(folder, path))
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def read_toml(folder: Path, path: PurePosixPath | str) -> Document:
    """The TOML in a file; empty when it can't be read, or has keys of very many parts, which
    would take hours."""
    content = read_text(folder, path, _LONGEST_TOML)
    if any(line.count(".") > _MOST_DOTS for line in content.splitlines()):
        return {}
    try:
        return tomllib.loads(content)
    except (ValueError, RecursionError):
        return {}


def read_mapping(folder: Path, path: PurePosixPath | str) -> Document:
    """The YAML mapping in a file; empty when there is none that can be read."""
    content = read_yaml(read_text(folder, path, LONGEST))
    return content if isinstance(content, dict) else {}


def inside(content: object, *keys: str) -> object:
    """What is under `keys`, one in the other; None when there is no such thing."""
    for key in keys:
        if not isinstance(content, Mapping):
            return None
        content = content.get(key)
    return content


def table(content: object, *keys: str) -> Document:
    """As `inside`, where a mapping is expected; else empty."""
    found = inside(content, *keys)
    return found if isinstance(found, Mapping) else {}


def text(content: object, *keys: str) -> str:
    """As `inside`, where a text or number is expected, in one short line; else empty."""
    found = inside(content, *keys)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    if isinstance(found, int) and abs(found) >= 10**18:
        return ""
    return one_line(str(found))


def texts(content: object, *keys: str) -> tuple[str, ...]:
    """As `inside`, where a list of texts is expected, or one text; else empty."""
    found = inside(content, *keys)
    listed = found if isinstance(found, list) else [found]
    return tuple(line for item in listed[:_MOST_ITEMS] if (line := text(item)))


def is_true(content: object, *keys: str) -> bool | None:
    """As `inside`, where yes or no is expected; None for anything else."""
    found = inside(content, *keys)
    if isinstance(found, str):
        return {"true": True, "yes": True, "false": False, "no": False}.get(found.lower())
    return found if isinstance(found, bool) else None


def one_line(words: str) -> str:
    """Foreign words as a short line that can be shown."""
    kept = "".join(c if c.isprintable() else " " for c in words[: 4 * LONGEST_TEXT])
    return " ".join(kept.split())[:LONGEST_TEXT]


def numbers(content: Document, skipped: tuple[str, ...], most: int) -> Iterator[tuple[str, float]]:
    """Numbers at the top and one level below (``test.accuracy``)."""
    left = most
    for key, value in content.items():
        within = value.items() if isinstance(value, Mapping) else ((None, value),)
        for name, candidate in within:
            number = finite(candidate)
            if number is not None and left > 0 and key not in skipped:
                left -= 1
                yield (key if name is None else f"{key}.{name}")[:LONGEST_TEXT], number


def finite(value: object) -> float | None:
    """`value` where it is a number that can be compared."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # an integer too large for a float
        return None

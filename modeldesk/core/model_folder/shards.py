"""Weights that are kept in several files: which of them are missing, and what they are together."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.documents import read_json, table
from modeldesk.core.model_folder.model import Finding, Severity, WeightFile
from modeldesk.core.text import printable
from modeldesk.core.words import trn

_PART = re.compile(
    r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<of>\d{5})(?P<extension>\.(?:safetensors|gguf|bin))"
)
_INDEXES = (".safetensors.index.json", ".bin.index.json")
_MOST_INDEXES = 20
_MOST_SETS = 50


@dataclass(frozen=True, slots=True)
class PartSet:
    """The parts of one set of weights are called alike."""

    stem: str
    of: int
    extension: str


def part_of(path: PurePosixPath | str) -> PartSet | None:
    """The set that a file belongs to by its name; None for one that is whole."""
    match = _PART.fullmatch(str(path))
    return PartSet(match["stem"], int(match["of"]), match["extension"]) if match else None


def missing_parts(folder: Path, names: frozenset[str]) -> Iterator[Finding]:
    """What should be there by the names of other parts, or by an index of them."""
    seen: dict[PartSet, set[int]] = {}
    for name in names:
        if "-of-" in name and (part := _PART.fullmatch(name)):
            known = PartSet(part["stem"], int(part["of"]), part["extension"])
            seen.setdefault(known, set()).add(int(part["number"]))
    for parts, numbers in sorted(seen.items(), key=lambda item: item[0].stem)[:_MOST_SETS]:
        missing = parts.of - len([one for one in numbers if 1 <= one <= parts.of])
        if missing > 0:
            yield _missing(f"{parts.stem}-*{parts.extension}", missing, parts.of)
    indexes = sorted(name for name in names if name.endswith(_INDEXES))
    for index in indexes[:_MOST_INDEXES]:
        yield from _missing_by_index(folder, index, names)


def together(weights: Sequence[WeightFile]) -> tuple[int | None, str]:
    """Parameters and precision of the largest weights (they come first), with all their parts.
    Parameters are None when a part does not say."""
    if not weights:
        return None, ""
    known = part_of(weights[0].path)
    parts = [one for one in weights if part_of(one.path) == known] if known else [weights[0]]
    counts = [one.parameters for one in parts if one.parameters is not None]
    whole = len(counts) == len(parts) and (known is None or len(parts) == known.of)
    return sum(counts) if whole else None, weights[0].precision


def _missing_by_index(folder: Path, index: str, names: frozenset[str]) -> Iterator[Finding]:
    parent = PurePosixPath(index).parent
    named = {one for one in table(read_json(folder, index), "weight_map").values()
             if isinstance(one, str)}  # fmt: skip
    missing = [one for one in named if str(parent / one) not in names and not part_of(one)]
    # Parts that number themselves are told by their names, unless there is none of them.
    numbered = {one for one in named if part_of(one)}
    if numbered and not any(str(parent / one) in names for one in numbered):
        missing += numbered
    if missing:
        yield _missing(index, len(missing), len(named))


def _missing(path: str, missing: int, of: int) -> Finding:
    text = trn("{path}: {count} of its {of} files is not in the folder. Download it, or the model "
               "can’t be loaded.",
               "{path}: {count} of its {of} files are not in the folder. Download them, or the "
               "model can’t be loaded.", missing, path=printable(path), of=of)  # fmt: skip
    return Finding(Severity.ERROR, text, PurePosixPath(path))

"""Which history entry made which layer.

An engine tells an image's history and its diff IDs apart from each other, and not which entries
made a layer. An entry with a size did; one of size zero may have (``RUN true``, ``WORKDIR``) or
may not (``ENV``). Histories are also cut short, squashed into one, or missing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from modeldesk.core.ids import DiffId
from modeldesk.core.images import HistoryEntry
from modeldesk.core.layers.instructions import Effect, clean, effect_of, word_of

EMPTY_LAYER = DiffId("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
"""The diff ID of a layer that holds nothing: a tar archive of two zero blocks."""

_MAKES_EMPTY = re.compile(
    r"(?<![\w./-])(?:mkdir|touch|ln|install -d|rm|rmdir|unlink|mv|chmod|chown"
    r"|apt(?:-get)? (?:-\S+ )*(?:clean|remove|purge|autoremove)|pip3? uninstall)(?![\w-])"
    r"|-delete\b"
)
"""Commands that leave something behind that takes no room: an empty file, or a mark that something
is gone."""

_IMPOSSIBLE = float("inf")
_LAYER_WITHOUT_ENTRY = 100.0
_SIZE_WITHOUT_LAYER = 1000.0
_OTHER_SIZE = 20.0
_ABOUT = 0.05
"""Engines count hard links and whole blocks as they please: so far sizes may differ."""


@dataclass(frozen=True, slots=True)
class AlignedLayer:
    """A layer and the history entry that made it."""

    diff_id: DiffId
    instruction: str
    """Cleaned; empty where no entry belongs to the layer."""
    size_bytes: int
    entry: int | None
    """The entry's place in the history."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A history entry as the alignment needs it."""

    instruction: str
    size: int
    effect: Effect
    skip_cost: float
    """What it costs to say that the entry made no layer."""


def align(
    history: Sequence[HistoryEntry],
    diff_ids: Sequence[DiffId],
    size_bytes: int = 0,
    known: Mapping[DiffId, int] = MappingProxyType({}),
) -> tuple[AlignedLayer, ...]:
    """The layers of an image, base first, one for each of `diff_ids`. `known` are the sizes of
    layers whose files were read, which tell what counting alone does not.

    The sizes add up to those of the history. Where layers are left that no entry speaks of and
    `size_bytes` (the whole image) is larger, the lowest of them is given what is missing.
    """
    lines = _lines(history)
    chosen = _obvious(lines, diff_ids) or _best(lines, diff_ids, known)
    sizes = _sizes(lines, chosen, size_bytes)
    return tuple(
        AlignedLayer(
            diff_id,
            "" if entry is None else lines[entry].instruction,
            size,
            entry,
            "" if entry is None else history[entry].comment,
        )
        for diff_id, entry, size in zip(diff_ids, chosen, sizes, strict=True)
    )


def _lines(history: Sequence[HistoryEntry]) -> list[_Line]:
    lines = []
    folders = {"/"}
    for entry in history:
        text, size = clean(entry.created_by), max(0, entry.size_bytes)
        effect = effect_of(text)
        cost = _SIZE_WITHOUT_LAYER if size else _skip_cost(text, effect, folders)
        lines.append(_Line(text, size, effect, cost))
        if word_of(text) in ("WORKDIR", "COPY", "ADD"):
            folders.add(_target(text))
    return lines


def _target(instruction: str) -> str:
    """The last word: where WORKDIR goes and COPY copies to."""
    return instruction.rsplit(maxsplit=1)[-1].strip('"[]').rstrip("/") or "/"


def _skip_cost(text: str, effect: Effect, folders: set[str]) -> float:
    """What it costs to say that an entry of size zero made no layer. `folders` were made
    before."""
    if effect == Effect.METADATA:
        return 0.0
    match word_of(text):
        case "WORKDIR":
            return 1.0 if _target(text) in folders else 3.0
        case "RUN":
            return 4.0 if _MAKES_EMPTY.search(text) else 2.0
        case "COPY" | "ADD":
            return 5.0
    return 2.0


def _obvious(lines: Sequence[_Line], diff_ids: Sequence[DiffId]) -> list[int | None] | None:
    """The entries that made layers, where counting alone tells."""
    possible = [i for i, line in enumerate(lines) if line.size or line.effect != Effect.METADATA]
    if len(possible) == len(diff_ids):
        return list(possible)
    sized = [i for i in possible if lines[i].size]
    return list(sized) if len(sized) == len(diff_ids) and EMPTY_LAYER not in diff_ids else None


def _best(
    lines: Sequence[_Line], diff_ids: Sequence[DiffId], known: Mapping[DiffId, int]
) -> list[int | None]:
    """The cheapest assignment that keeps the order. Ties go to the upper layers, since it is
    the base whose history is missing."""
    entries, layers = len(lines), len(diff_ids)
    sizes = [known.get(diff_id) for diff_id in diff_ids]
    # costs[e][d]: of the first e entries with the first d layers.
    costs = [[d * _LAYER_WITHOUT_ENTRY for d in range(layers + 1)]]
    for line in lines:
        above, skipped = costs[-1], line.skip_cost
        row = [above[0] + skipped]
        for d, diff_id in enumerate(diff_ids):
            row.append(
                min(
                    above[d] + _match_cost(line, diff_id, sizes[d]),
                    above[d + 1] + skipped,
                    row[d] + _LAYER_WITHOUT_ENTRY,
                )
            )
        costs.append(row)
    chosen: list[int | None] = [None] * layers
    e, d = entries, layers
    while e and d:
        line = lines[e - 1]
        if costs[e][d] == costs[e - 1][d - 1] + _match_cost(line, diff_ids[d - 1], sizes[d - 1]):
            e, d = e - 1, d - 1
            chosen[d] = e
        elif costs[e][d] == costs[e - 1][d] + line.skip_cost:
            e -= 1
        else:
            d -= 1
    return chosen


def _match_cost(line: _Line, diff_id: DiffId, known: int | None) -> float:
    """What it costs to say that an entry made the layer, whose size may be known."""
    if line.effect == Effect.METADATA and not line.size:
        return _IMPOSSIBLE
    if diff_id == EMPTY_LAYER:
        return _IMPOSSIBLE if line.size else 0.0
    cost = 0.0 if line.size else 0.5
    return cost + _OTHER_SIZE if known is not None and differs(known, line.size) else cost


def differs(known: int, said: int) -> bool:
    """Whether two sizes are not those of one layer."""
    return abs(known - said) > _ABOUT * max(known, said)


def _sizes(lines: Sequence[_Line], chosen: Sequence[int | None], size_bytes: int) -> list[int]:
    sizes = [0 if entry is None else lines[entry].size for entry in chosen]
    if not sizes:
        return sizes
    used = {entry for entry in chosen if entry is not None}
    for e, line in enumerate(lines):
        if line.size and e not in used:
            sizes[_layer_at(chosen, e)] += line.size
    missing = size_bytes - sum(sizes)
    if missing > 0 and None in chosen:
        sizes[chosen.index(None)] += missing
    return sizes


def _layer_at(chosen: Sequence[int | None], entry: int) -> int:
    """The uppermost layer made no later than `entry`, else the lowest: where the bytes of an
    entry without a layer of its own are counted."""
    below = [d for d, e in enumerate(chosen) if e is not None and e <= entry]
    return below[-1] if below else 0

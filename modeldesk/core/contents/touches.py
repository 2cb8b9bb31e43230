"""Which layers had to do with one path: found by looking for it, without stacking anything."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.contents.entries import OPAQUE, WHITEOUT, FileType
from modeldesk.core.contents.layer_index import LayerIndex, Owner
from modeldesk.core.contents.runs import run_of


class Touched(Enum):
    """What a layer did to a path."""

    WROTE = "wrote"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Touch:
    """One layer's doing."""

    layer: int
    how: Touched
    size_bytes: int = 0
    """What it wrote there."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a layer has at a path."""

    is_folder: bool
    size_bytes: int = 0
    owner: Owner | None = None
    """None for a folder without an entry."""


def touches(layers: Sequence[LayerIndex], path: bytes) -> tuple[Touch, ...]:
    """Every layer that wrote, changed or removed `path` (without a slash at its end), base
    first. A folder is changed where it is given another owner or other permissions."""
    return tuple(_touches(layers, path))


def _touches(layers: Sequence[LayerIndex], path: bytes) -> Iterator[Touch]:
    names = path.split(b"/")
    above = [b"/".join(names[:end]) for end in range(1, len(names))]
    known: _Found | None = None
    for number, layer in enumerate(layers):
        blocked = any(_has_file(layer, name) for name in above)
        found = _find(layer, path)
        if blocked:
            if found:
                yield Touch(number, Touched.WROTE, found.size_bytes)
            if found or known:
                yield Touch(number, Touched.REMOVED)
            known = None
            continue
        hidden = _hides(layer, path, above)
        if found is None:
            if known and hidden:
                yield Touch(number, Touched.REMOVED)
                known = None
        elif known is None:
            yield Touch(number, Touched.WROTE, found.size_bytes)
        elif _differ(found, known):
            yield Touch(number, Touched.CHANGED, found.size_bytes)
        if found and (hidden or not _goes_on(found, known)):
            known = found


def _goes_on(found: _Found, known: _Found | None) -> bool:
    """Whether a folder without an entry is the one that was there."""
    return found.owner is None and found.is_folder and known is not None and known.is_folder


def _differ(found: _Found, known: _Found) -> bool:
    if not found.is_folder or not known.is_folder:
        return True
    return None not in (found.owner, known.owner) and found.owner != known.owner


def _hides(layer: LayerIndex, path: bytes, above: Sequence[bytes]) -> bool:
    """Whether the layer removes what those below have at `path`."""
    if not any(mark in layer.types for mark in _MARKERS):
        return False
    if _has_marker(layer, OPAQUE):
        return True
    if any(_has_marker(layer, name + b"/" + OPAQUE) for name in above):
        return True
    for name in (*above, path):
        folder, slash, last = name.rpartition(b"/")
        if _has_marker(layer, folder + slash + WHITEOUT + last):
            return True
    return False


def _has_marker(layer: LayerIndex, path: bytes) -> bool:
    row = layer.row(path)
    return row is not None and layer.types[row] in _MARKERS


def _has_file(layer: LayerIndex, path: bytes) -> bool:
    """Whether what the layer leaves at `path` is no folder. Nearly always nothing is there, and
    that is found soonest."""
    place = bisect_left(layer.paths, path)
    if place == len(layer) or layer.paths[place] != path:
        return False
    found = _find(layer, path)
    return found is not None and not found.is_folder


def _find(layer: LayerIndex, path: bytes) -> _Found | None:
    """What the layer leaves at `path`; where its archive has a file and a folder there, what
    came later."""
    inside = run_of(layer.paths, path)
    row = layer.row(path)
    file = row if row is not None and layer.types[row] not in _NO_FILES else None
    if file is not None and (
        not inside or layer.offsets[file] > max(layer.offsets[inside.start : inside.stop])
    ):
        return _Found(False, layer.sizes[file], _owner(layer, file))
    if not inside:
        return None
    has_entry = layer.paths[inside.start] == path + b"/"
    owner = _owner(layer, inside.start) if has_entry else None
    return _Found(True, 0, owner)


def _owner(layer: LayerIndex, row: int) -> Owner:
    return layer.owner_table[layer.owners[row]]


_MARKERS = (FileType.WHITEOUT, FileType.OPAQUE)
_NO_FILES = (FileType.FOLDER, *_MARKERS)

"""How often each kind of layer changed over a model's versions, and what was pushed for it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind


@dataclass(frozen=True, slots=True)
class VersionLayer:
    """A layer of one version."""

    diff_id: DiffId
    kind: LayerKind
    size_bytes: int
    """What pushing it costs: compressed, where that is known."""


@dataclass(frozen=True, slots=True)
class KindChanges:
    """What became of one kind of layer from version to version."""

    kind: LayerKind
    steps: int
    """From one version to the next, where at least one of the two has such a layer."""
    changed: int
    """Steps at which its layers were other ones."""
    first_bytes: int
    """Bytes pushed for it with the first version."""
    pushed_bytes: int
    """Bytes pushed for it with all later ones: layers that no version before them has."""


def changes_by_kind(versions: Sequence[Sequence[VersionLayer]]) -> tuple[KindChanges, ...]:
    """One for each kind that is there, in the order of `LayerKind`. `versions` are oldest
    first."""
    kinds = [kind for kind in LayerKind if any(_has(version, kind) for version in versions)]
    pushed = _pushed(versions)
    return tuple(
        KindChanges(
            kind,
            sum(_has(old, kind) or _has(new, kind) for old, new in pairwise(versions)),
            sum(_layers(old, kind) != _layers(new, kind) for old, new in pairwise(versions)),
            pushed[0].get(kind, 0),
            sum(counts.get(kind, 0) for counts in pushed[1:]),
        )
        for kind in kinds
    )


def _pushed(versions: Sequence[Sequence[VersionLayer]]) -> list[dict[LayerKind, int]]:
    """For each version the bytes of layers that a registry with those before it lacks."""
    known = set[DiffId]()
    pushed = []
    for version in versions:
        new = {layer.diff_id: layer for layer in version if layer.diff_id not in known}
        counts = Counter[LayerKind]()
        for layer in new.values():
            counts[layer.kind] += layer.size_bytes
        known.update(new)
        pushed.append(dict(counts))
    return pushed


def _has(version: Sequence[VersionLayer], kind: LayerKind) -> bool:
    return any(layer.kind == kind for layer in version)


def _layers(version: Sequence[VersionLayer], kind: LayerKind) -> list[DiffId]:
    return [layer.diff_id for layer in version if layer.kind == kind]

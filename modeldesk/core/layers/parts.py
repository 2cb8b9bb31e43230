"""The bytes of a layer by kind: a layer may hold weights beside the code that serves them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from modeldesk.core.layers.kinds import LayerKind, kind_name

Parts = tuple[tuple[LayerKind, int], ...]
"""Bytes by kind, largest first; kinds of no bytes are left out."""
_WORTH_NAMING = 0.01


@dataclass(frozen=True, slots=True)
class Told:
    """What a layer's files tell of its kinds, whichever image it is in."""

    parts: Parts
    untold_bytes: int
    """Of files that could be of any kind."""

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(size for _, size in self.parts) + self.untold_bytes

    def parts_with(self, otherwise: LayerKind) -> Parts:
        """Bytes by kind; they add up to those of all files. What the files do not tell counts as
        `otherwise`: what the layer's instruction, or the image it is a base of, says."""
        sizes = dict(self.parts)
        if otherwise is LayerKind.MODEL_WEIGHTS and otherwise in sizes:
            # The weights that the instruction speaks of were found; this is what came with them.
            otherwise = LayerKind.APPLICATION
        sizes[otherwise] = sizes.get(otherwise, 0) + self.untold_bytes
        return largest_first(sizes)


def kind_of(parts: Parts, otherwise: LayerKind) -> LayerKind:
    """The kind of a layer with these parts: that of the largest, save for a base image's, which
    is one whatever is in it; `otherwise` says that, and what a layer without bytes is."""
    if otherwise is LayerKind.BASE_IMAGE or not parts:
        return otherwise
    return parts[0][0]


def parts_name(kind: LayerKind, parts: Parts) -> str:
    """What a layer of that kind is for a person, with the other kinds it holds, largest first:
    ``Model weights + application``."""
    others = [one for one, _ in worth_naming(parts) if one is not kind]
    return " + ".join([kind_name(kind), *(kind_name(one).lower() for one in others)])


def worth_naming(parts: Parts) -> Parts:
    """Without those of less than a hundredth of the bytes."""
    least = _WORTH_NAMING * sum(size for _, size in parts)
    return tuple((kind, size) for kind, size in parts if size >= least)


def largest_first(sizes: Mapping[LayerKind, int]) -> Parts:
    """Sizes by kind as parts; of equal ones the first of `LayerKind` comes first."""
    found = [(kind, sizes[kind]) for kind in LayerKind if sizes.get(kind)]
    return tuple(sorted(found, key=itemgetter(1), reverse=True))


def scaled(parts: Parts, size_bytes: int) -> Parts:
    """The same parts of a layer that somebody else found to be larger or smaller: engines count
    hard links and whole blocks as they please. The sizes add up to `size_bytes`."""
    total = sum(size for _, size in parts)
    if total in (size_bytes, 0):
        return parts
    sizes = {kind: size * size_bytes // total for kind, size in parts}
    sizes[parts[0][0]] += size_bytes - sum(sizes.values())
    return largest_first(sizes)


def add_up(layers: Iterable[Parts]) -> dict[LayerKind, int]:
    """Bytes by kind of several layers, in the kinds' order; kinds of no bytes are left out."""
    found = dict.fromkeys(LayerKind, 0)
    for parts in layers:
        for kind, size in parts:
            found[kind] += size
    return {kind: size for kind, size in found.items() if size}

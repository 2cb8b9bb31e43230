"""What images share, and what comes back when some of them go.

Engines keep a layer once for all images in which it stands on the same layers below it (its
chain ID is the same). The same content on top of other layers is stored a second time. So a
layer's identity here is its diff ID together with those of all layers under it; counting those
gives the bytes that are truly on the disk and come back on removal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.layers.model import Layer
from modeldesk.core.library.model import VersionSizes

_ROOT = -1


@dataclass(slots=True)
class LayerTree:
    """The layers of all local images, each once, as a tree that stands on nothing."""

    paths: dict[ImageId, tuple[int, ...]] = field(default_factory=dict)
    """For each image the numbers of its layers, base first."""
    sizes: list[int] = field(default_factory=list)
    """Bytes of each layer, by number."""
    holders: list[int] = field(default_factory=list)
    """How many images have each layer, by number."""
    _numbers: dict[tuple[int, DiffId], int] = field(default_factory=dict)

    def add(self, image: ImageId, layers: Sequence[Layer]) -> None:
        """Enter an image that is not in the tree yet."""
        numbers, sizes, holders = self._numbers, self.sizes, self.holders
        below = _ROOT
        path = []
        for layer in layers:
            key = (below, layer.diff_id)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(sizes)
                sizes.append(layer.size_bytes)
                holders.append(0)
            holders[number] += 1
            path.append(number)
            below = number
        self.paths[image] = tuple(path)

    @property
    def total_bytes(self) -> int:
        """Every layer once."""
        return sum(self.sizes)

    def version_sizes(self, image: ImageId, layers: Sequence[Layer]) -> VersionSizes:
        """What of an image's layers it has alone, and what it shares."""
        unique = total = 0
        holders = self.holders
        for number, layer in zip(self.paths[image], layers, strict=True):
            total += layer.size_bytes
            if holders[number] == 1:
                unique += layer.size_bytes
        return VersionSizes(unique, total - unique)

    def counts(self, images: Iterable[ImageId]) -> dict[int, int]:
        """How many of `images` have each layer that any of them has."""
        found: dict[int, int] = {}
        for image in images:
            for number in self.paths.get(image, ()):
                found[number] = found.get(number, 0) + 1
        return found

    def bytes_only_in(self, images: Iterable[ImageId]) -> int:
        """Bytes in layers that no image but `images` has: what comes back without them."""
        return sum(
            self.sizes[number]
            for number, count in self.counts(images).items()
            if count == self.holders[number]
        )


def tree_of(layers: Mapping[ImageId, Sequence[Layer]]) -> LayerTree:
    """The tree of the images whose layers are known."""
    tree = LayerTree()
    for image, stack in layers.items():
        tree.add(image, stack)
    return tree

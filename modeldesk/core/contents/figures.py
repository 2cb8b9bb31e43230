"""What an image's contents tell in a few figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import compress

from modeldesk.core.contents.advice.model import Advice, Subject
from modeldesk.core.contents.model import ImageContents
from modeldesk.core.contents.pieces import both, taken
from modeldesk.core.contents.view import FileView
from modeldesk.core.contents.waste import Waste
from modeldesk.core.layers.kinds import LayerKind

_MOST = 5


@dataclass(frozen=True, slots=True)
class LargeFile:
    """One of the largest files of a kind."""

    path: bytes
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of a whole image."""

    layers_bytes: int
    reclaimable_bytes: int
    compressed_bytes: int | None
    """None where the source does not say of every layer."""
    largest: Mapping[LayerKind, tuple[LargeFile, ...]]
    """The largest files there in the end, by the kind of layer that wrote them."""

    @property
    def efficiency(self) -> float:
        """The share of all bytes that is not reclaimable."""
        return 1 - self.reclaimable_bytes / self.layers_bytes if self.layers_bytes else 1.0

    def saving_bytes(self, advice: Iterable[Advice]) -> int:
        """About what following all of `advice` would save; two of it may mean the same file."""
        saving = sum(one.size_bytes for one in advice if one.subject != Subject.SECRETS)
        return min(saving, self.layers_bytes)


def figures(contents: ImageContents, waste: Waste, view: FileView) -> Figures:
    """Count. `waste` and `view` are those of all the image's layers."""
    compressed = [layer.blob.compressed_bytes for layer in contents.layers]
    known = [size for size in compressed if size is not None]
    return Figures(
        waste.layers_bytes,
        waste.reclaimable_bytes,
        sum(known) if len(known) == len(compressed) else None,
        largest_by_kind(view, [layer.kind for layer in contents.layers]),
    )


def kinds_of_rows(view: FileView, kinds: Sequence[LayerKind]) -> bytes:
    """For each row the place in `LayerKind` of the kind of the layer that wrote it; `kinds` is
    one for each layer."""
    numbers = {kind: number for number, kind in enumerate(LayerKind)}
    by_row = b"".join(
        bytes([numbers[kind]]) * len(layer) for kind, layer in zip(kinds, view.layers, strict=True)
    )
    return taken(by_row, view.rows, "B").tobytes()


def largest_by_kind(
    view: FileView, kinds: Sequence[LayerKind]
) -> dict[LayerKind, tuple[LargeFile, ...]]:
    """The largest files that are there, by the kind of layer that wrote them."""
    found, of_rows, present = {}, kinds_of_rows(view, kinds), view.present()
    for number, kind in enumerate(LayerKind):
        if kind not in kinds:
            continue
        is_kind = bytes(code == number for code in range(256))
        here = both(of_rows.translate(is_kind), present)
        rows = nlargest(_MOST, compress(range(len(view)), here), key=view.sizes.__getitem__)
        files = (LargeFile(view.paths[row], view.sizes[row]) for row in rows if view.sizes[row])
        if large := tuple(files):
            found[kind] = large
    return found

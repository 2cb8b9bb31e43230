"""What an image's contents tell in a few figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import compress

from modeldesk.core.contents.advice.model import Advice, Subject
from modeldesk.core.contents.columns import taken
from modeldesk.core.contents.kinds import UNTOLD, kinds_of_files
from modeldesk.core.contents.model import ImageContents, LayerContents
from modeldesk.core.contents.pieces import both, equal_to
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
    """The largest files there in the end, by their kind."""

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
        largest_by_kind(view, contents.layers),
    )


def kinds_of_rows(view: FileView, layers: Sequence[LayerContents]) -> bytes:
    """For each row the place in `LayerKind` of its file's kind; `layers` are the view's. They add
    up to the parts of each layer."""
    by_row = b"".join(map(_kinds_in, layers))
    return taken(by_row, view.rows, "B").tobytes()


def _kinds_in(layer: LayerContents) -> bytes:
    numbers = {kind: number for number, kind in enumerate(LayerKind)}
    if len(layer.parts) <= 1:
        return bytes((numbers[layer.kind],)) * len(layer.index)
    found = kinds_of_files(layer.index)
    sizes = layer.index.sizes
    # What the files do not tell was counted as one kind, whose part is larger than they make it.
    untold = next(
        (
            kind
            for kind, size in layer.parts
            if size > sum(compress(sizes, equal_to(found, numbers[kind])))
        ),
        layer.kind,
    )
    return found.replace(bytes((UNTOLD,)), bytes((numbers[untold],)))


def largest_by_kind(
    view: FileView, layers: Sequence[LayerContents]
) -> dict[LayerKind, tuple[LargeFile, ...]]:
    """The largest files that are there, by their kind."""
    found, of_rows, present = {}, kinds_of_rows(view, layers), view.present()
    for number, kind in enumerate(LayerKind):
        if number not in of_rows:
            continue
        here = both(equal_to(of_rows, number), present)
        rows = nlargest(_MOST, compress(range(len(view)), here), key=view.sizes.__getitem__)
        files = (LargeFile(view.paths[row], view.sizes[row]) for row in rows if view.sizes[row])
        if large := tuple(files):
            found[kind] = large
    return found

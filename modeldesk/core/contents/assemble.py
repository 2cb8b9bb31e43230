"""An image's contents, put together from what its source tells and the indexes of its layers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ImageContents, LayerBlob, LayerContents, SourceImage
from modeldesk.core.ids import DiffId
from modeldesk.core.images import HistoryEntry
from modeldesk.core.layers.align import AlignedLayer, align
from modeldesk.core.layers.classify import marked_base
from modeldesk.core.layers.instructions import clean
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.own_kinds import own_kinds
from modeldesk.core.layers.parts import Parts, Told, kind_of


def assemble(
    image: SourceImage,
    indexes: Mapping[DiffId, LayerIndex],
    told: Mapping[DiffId, Told],
    base_layers: int | None = None,
) -> ImageContents:
    """The contents of `image`, for each of whose layers there must be an index, and what it
    tells. `base_layers` of the lowest are its base image's, as the library knows; where it is
    None, the image's history has to show it."""
    aligned = _instructions(image, indexes)
    if not any(layer.size_bytes for layer in aligned):
        # Else the engine said the sizes, by which the library judges too.
        aligned = [
            replace(layer, size_bytes=indexes[layer.diff_id].size_bytes) for layer in aligned
        ]
    kinds = own_kinds(aligned)
    if base_layers is None:
        base_layers = marked_base(image.detail.history, aligned, kinds)
    kinds[:base_layers] = [LayerKind.BASE_IMAGE] * base_layers
    layers = []
    for blob, layer, guess in zip(image.blobs, aligned, kinds, strict=True):
        index = indexes[blob.diff_id]
        parts = told[blob.diff_id].parts_with(guess)
        kind = kind_of(parts, guess)
        if kind is LayerKind.BASE_IMAGE:
            parts = _all(kind, index)
        layers.append(LayerContents(blob, layer.instruction, kind, parts, index))
    return ImageContents(image, tuple(layers), base_layers)


def _all(kind: LayerKind, index: LayerIndex) -> Parts:
    return ((kind, index.size_bytes),) if index.size_bytes else ()


def _instructions(
    image: SourceImage, indexes: Mapping[DiffId, LayerIndex]
) -> Sequence[AlignedLayer]:
    """What made each layer: as the source says, or as history and sizes let one tell. They have
    sizes where the history has, as an engine's does."""
    detail = image.detail
    if any(blob.created_by or blob.comment for blob in image.blobs):
        return list(_told(image.blobs, detail.history))
    sized = any(entry.size_bytes for entry in detail.history)
    if not sized:
        return align(detail.history, detail.diff_ids)
    known = {diff_id: index.size_bytes for diff_id, index in indexes.items()}
    return align(detail.history, detail.diff_ids, detail.size_bytes, known)


def _told(blobs: Sequence[LayerBlob], history: Sequence[HistoryEntry]) -> Iterator[AlignedLayer]:
    entry = 0
    for blob in blobs:
        said = (blob.created_by, blob.comment)
        found = next(
            (
                place
                for place in range(entry, len(history))
                if (history[place].created_by, history[place].comment) == said
            ),
            None,
        )
        entry = entry if found is None else found + 1
        yield AlignedLayer(blob.diff_id, clean(blob.created_by), 0, found, blob.comment)

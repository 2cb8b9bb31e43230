"""An image's contents, put together from what its source tells and the indexes of its layers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from modeldesk.core.contents.bases import KnownImage, find_base
from modeldesk.core.contents.kinds import kind_of, parts_of
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ImageContents, LayerBlob, LayerContents, SourceImage
from modeldesk.core.ids import DiffId
from modeldesk.core.images import HistoryEntry
from modeldesk.core.layers.align import AlignedLayer, align
from modeldesk.core.layers.classify import marked_base, own_kind
from modeldesk.core.layers.instructions import clean
from modeldesk.core.layers.kinds import LayerKind


def assemble(
    image: SourceImage, indexes: Mapping[DiffId, LayerIndex], known: Iterable[KnownImage] = ()
) -> ImageContents:
    """The contents of `image`, for each of whose layers there must be an index. `known` are
    images that it may stand on."""
    aligned = [
        replace(layer, size_bytes=indexes[layer.diff_id].size_bytes)
        for layer in _instructions(image)
    ]
    kinds = list(map(own_kind, aligned))
    base = find_base(image.detail, known, marked_base(image.detail.history, aligned, kinds))
    kinds[: base.layers] = [LayerKind.BASE_IMAGE] * base.layers
    layers = []
    for blob, layer, told in zip(image.blobs, aligned, kinds, strict=True):
        index = indexes[blob.diff_id]
        parts = parts_of(index, told)
        layers.append(LayerContents(blob, layer.instruction, kind_of(parts, told), parts, index))
    return ImageContents(image, tuple(layers), base)


def _instructions(image: SourceImage) -> Sequence[AlignedLayer]:
    """What made each layer: as the source says, or as history and sizes let one tell."""
    if any(blob.created_by or blob.comment for blob in image.blobs):
        return list(_told(image.blobs, image.detail.history))
    return align(image.detail.history, image.detail.diff_ids, image.detail.size_bytes)


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

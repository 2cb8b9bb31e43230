"""An image's contents, put together from what its source tells and the indexes of its layers."""

from collections.abc import Mapping

from modeldesk.core.contents.kinds import kind_of, parts_of
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ImageContents, LayerContents, SourceImage
from modeldesk.core.ids import DiffId
from modeldesk.core.layers.stack import read_stack


def assemble(
    image: SourceImage, indexes: Mapping[DiffId, LayerIndex], base_layers: int
) -> ImageContents:
    """The contents of `image`, of whose lowest layers `base_layers` are its base image's. There
    must be an index for each of its layers."""
    layers = []
    stack = read_stack(image.detail).on_base(base_layers)
    for blob, layer in zip(image.blobs, stack, strict=True):
        index = indexes[blob.diff_id]
        parts = parts_of(index, layer.kind)
        kind = kind_of(parts, layer.kind)
        layers.append(LayerContents(blob, layer.instruction, kind, parts, index))
    return ImageContents(image, tuple(layers))

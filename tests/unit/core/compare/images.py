"""Images for comparisons, written as short lists of layers."""

from collections.abc import Mapping, Sequence

from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ImageContents, LayerBlob, LayerContents, SourceImage
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import ImageConfig, ImageDetail
from modeldesk.core.layers.kinds import LayerKind

MB = 1_000_000


def one_layer(
    name: str,
    index: LayerIndex,
    instruction: str = "",
    kind: LayerKind = LayerKind.OTHER,
    compressed: int | None = None,
) -> LayerContents:
    """A layer known by `name`: equal names are the same layer."""
    blob = LayerBlob(DiffId(f"sha256:{name}"), "", compressed)
    return LayerContents(blob, instruction, kind, ((kind, index.size_bytes),), index)


def image(
    name: str,
    layers: Sequence[LayerContents],
    config: ImageConfig | None = None,
    labels: Mapping[str, str] | None = None,
) -> ImageContents:
    """An image of these layers, base first."""
    detail = ImageDetail(
        ImageId(f"sha256:{name}"),
        tuple(layer.blob.diff_id for layer in layers),
        (),
        config or ImageConfig(),
        sum(layer.size_bytes for layer in layers),
        "amd64",
        "linux",
        labels or {},
    )
    source = SourceImage(name, detail, tuple(layer.blob for layer in layers))
    return ImageContents(source, tuple(layers))

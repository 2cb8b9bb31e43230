"""Images as their sources tell of them, and with everything in them, for tests."""

from collections.abc import Mapping, Sequence

from modeldesk.core.contents.assemble import assemble
from modeldesk.core.contents.kinds import tell
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import ImageContents, LayerBlob, SourceImage
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import ImageConfig, ImageDetail
from tests.unit.core.layers.histories import diffs, history


def detail(
    layers: Sequence[DiffId],
    instructions: Sequence[str | tuple[str, int]] = (),
    *,
    labels: Mapping[str, str] | None = None,
    environment: Sequence[str] = (),
) -> ImageDetail:
    return ImageDetail(
        ImageId("sha256:image"),
        tuple(layers),
        history(*instructions),
        ImageConfig(environment=tuple(environment)),
        0,
        "amd64",
        "linux",
        labels or {},
    )


def image(
    *layers: tuple[str, LayerIndex],
    base_layers: int = 0,
    environment: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> ImageContents:
    """An image of layers, each with the instruction that made it."""
    ids = diffs("abcdefghijklmnop"[: len(layers)])
    indexes = {name: index for name, (_, index) in zip(ids, layers, strict=True)}
    lines = [(text, index.size_bytes or 1) for text, index in layers]
    told = detail(ids, lines, labels=labels, environment=environment)
    blobs = (LayerBlob(name, created_by=text) for name, (text, _) in zip(ids, layers, strict=True))
    kinds = {name: tell(index) for name, index in indexes.items()}
    source = SourceImage("test", told, tuple(blobs))
    return assemble(source, indexes, kinds, base_layers or None)

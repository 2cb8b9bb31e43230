"""An image's layers, before and after it is known which of them are its base image's."""

from dataclasses import dataclass
from sys import intern

from modeldesk.core.ids import DiffId
from modeldesk.core.images import ImageDetail
from modeldesk.core.layers.align import align
from modeldesk.core.layers.classify import marked_base, own_kind
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer


@dataclass(frozen=True, slots=True)
class Stack:
    """What one image alone tells of its layers."""

    layers: tuple[Layer, ...]
    """Base first; the kinds are those of the instructions."""
    marked_base: int
    """How many of the lowest the image's history shows to be its base image's."""

    @property
    def diff_ids(self) -> tuple[DiffId, ...]:
        return tuple(layer.diff_id for layer in self.layers)

    def on_base(self, count: int) -> tuple[Layer, ...]:
        """The layers, the lowest `count` of them being the base image's."""
        base = (
            Layer(layer.diff_id, layer.instruction, layer.size_bytes, LayerKind.BASE_IMAGE)
            for layer in self.layers[:count]
        )
        return (*base, *self.layers[count:])


def read_stack(detail: ImageDetail) -> Stack:
    """The layers of an inspected image. Equal texts of many images are kept once."""
    aligned = align(detail.history, detail.diff_ids, detail.size_bytes)
    kinds = [own_kind(layer) for layer in aligned]
    layers = tuple(
        Layer(DiffId(intern(layer.diff_id)), intern(layer.instruction), layer.size_bytes, kind)
        for layer, kind in zip(aligned, kinds, strict=True)
    )
    return Stack(layers, marked_base(detail.history, aligned, kinds))

"""An image's layers, before and after it is known which of them are its base image's."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from sys import intern
from types import MappingProxyType

from modeldesk.core.ids import DiffId
from modeldesk.core.images import HistoryEntry, ImageDetail
from modeldesk.core.layers.align import AlignedLayer, align, differs
from modeldesk.core.layers.classify import marked_base
from modeldesk.core.layers.instructions import clean
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.own_kinds import own_kinds
from modeldesk.core.layers.parts import Told


@dataclass(frozen=True, slots=True)
class Stack:
    """What one image alone tells of its layers."""

    layers: tuple[Layer, ...]
    """Base first; none is the base image's yet but what brought a whole system."""
    marked_base: int
    """How many of the lowest the image's history shows to be its base image's."""
    histories: tuple[int, ...] = ()
    """Stands for the history up to the entry that made the last layer, then with each entry
    after it; the last stands for all of it. Equal for equal histories, in one process."""

    @property
    def holds_weights(self) -> bool:
        """Whether a layer brought weights."""
        return any(layer.kind is LayerKind.MODEL_WEIGHTS for layer in self.layers)

    @property
    def history(self) -> int | None:
        """Stands for all of the history; None where it is not known."""
        return self.histories[-1] if self.histories else None

    @property
    def earlier_histories(self) -> frozenset[int]:
        """Those of what it may have been made of, which has the same layers, by instructions that
        add none (``CMD``, ``ENV``, ``LABEL``)."""
        return frozenset(self.histories[:-1])

    @property
    def diff_ids(self) -> tuple[DiffId, ...]:
        return tuple(layer.diff_id for layer in self.layers)

    def contradicts(self, known: Mapping[DiffId, int]) -> bool:
        """Whether a layer was given another size than the one its files are known to have."""
        return any(
            (size := known.get(layer.diff_id)) is not None and differs(size, layer.size_bytes)
            for layer in self.layers
        )

    def judged(self, told: Mapping[DiffId, Told]) -> "Stack":
        """The same with the kinds that layers tell by their content, where they do."""
        if told.keys().isdisjoint(self.diff_ids):
            return self
        layers = (
            layer.judged(found) if (found := told.get(layer.diff_id)) else layer
            for layer in self.layers
        )
        return replace(self, layers=tuple(layers))

    def on_base(self, count: int) -> tuple[Layer, ...]:
        """The layers, the lowest `count` of them being the base image's."""
        base = (
            Layer(layer.diff_id, layer.instruction, layer.size_bytes, LayerKind.BASE_IMAGE)
            for layer in self.layers[:count]
        )
        return (*base, *self.layers[count:])


def read_stack(detail: ImageDetail, known: Mapping[DiffId, int] = MappingProxyType({})) -> Stack:
    """The layers of an inspected image. Equal texts of many images are kept once. `known` are the
    sizes of layers whose files were read, see `align`."""
    return _stack(detail, align(detail.history, detail.diff_ids, detail.size_bytes, known))


def read_blobs(detail: ImageDetail, sizes: Sequence[int], made_by: Sequence[int] = ()) -> Stack:
    """The layers of an image that is known by its configuration alone, with the sizes of its
    blobs. `made_by` are the places of the history entries that made them, one for each layer;
    empty where that is not known."""
    if len(made_by) == len(detail.diff_ids):
        entries = [(place, detail.history[place]) for place in made_by]
        aligned: Iterable[AlignedLayer] = (
            AlignedLayer(diff_id, clean(entry.created_by), 0, place, entry.comment)
            for diff_id, (place, entry) in zip(detail.diff_ids, entries, strict=True)
        )
    else:
        aligned = align(detail.history, detail.diff_ids)
    sized = [replace(layer, size_bytes=size) for layer, size in zip(aligned, sizes, strict=True)]
    return _stack(detail, sized)


def _stack(detail: ImageDetail, aligned: Sequence[AlignedLayer]) -> Stack:
    kinds = own_kinds(aligned)
    layers = tuple(
        Layer(DiffId(intern(layer.diff_id)), intern(layer.instruction), layer.size_bytes, kind)
        for layer, kind in zip(aligned, kinds, strict=True)
    )
    last = max((layer.entry for layer in aligned if layer.entry is not None), default=-1)
    histories = tuple(_histories(detail.history))[max(last, 0) :]
    return Stack(layers, marked_base(detail.history, aligned, kinds), histories)


def _histories(history: Sequence[HistoryEntry]) -> Iterator[int]:
    """A number for the history up to each entry."""
    number = 0
    for entry in history:
        number = hash((number, entry.created_by, entry.created))
        yield number

"""Layer indexes in memory. They pass the contract suite of the real ones."""

from collections.abc import Collection, Mapping

from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.errors import ArchiveDamaged
from modeldesk.core.ids import DiffId


class FakeContentRecords:
    """Implements `ContentRecords`. `kept` is in the order of use, the latest last."""

    def __init__(self, limit_bytes: int = 1 << 40) -> None:
        self.limit_bytes = limit_bytes
        self.kept: dict[DiffId, bytes] = {}

    def known_layers(self, layers: Collection[DiffId]) -> frozenset[DiffId]:
        return frozenset(layers) & self.kept.keys()

    def layer_indexes(self, layers: Collection[DiffId]) -> Mapping[DiffId, LayerIndex]:
        found: dict[DiffId, LayerIndex] = {}
        for layer in dict.fromkeys(layers):
            packed = self.kept.pop(layer, None)
            if packed is not None:
                try:
                    found[layer] = unpack(packed)
                except ArchiveDamaged:
                    continue
                self.kept[layer] = packed
        return found

    def keep_layer_index(self, layer: DiffId, packed: bytes) -> None:
        self.kept.pop(layer, None)
        self.kept[layer] = packed
        for oldest in list(self.kept)[:-1]:
            if self.size_bytes() > self.limit_bytes:
                del self.kept[oldest]

    def size_bytes(self) -> int:
        return sum(map(len, self.kept.values()))

    def forget_all(self) -> None:
        self.kept.clear()

    def close(self) -> None: ...

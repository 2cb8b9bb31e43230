"""Layer indexes in memory. They pass the contract suite of the real ones."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from modeldesk.core.contents.index_packing import unpack
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.model import IndexedLayer
from modeldesk.core.errors import ArchiveDamaged, RecordsError
from modeldesk.core.ids import DiffId
from modeldesk.core.layers.parts import Told


class FakeContentRecords:
    """Implements `ContentRecords`. `kept` is in the order of use, the latest last."""

    def __init__(self, limit_bytes: int = 1 << 40) -> None:
        self.limit_bytes = limit_bytes
        self.kept: dict[tuple[DiffId, str], bytes] = {}
        self.told: dict[DiffId, Told] = {}
        self.told_calls = 0
        self.failure: RecordsError | None = None
        """Raised by what asks or keeps what layers tell."""

    def known_layers(self, layers: Collection[DiffId], stamp: str) -> frozenset[DiffId]:
        found = {layer for layer, whose in self.kept if whose == stamp}
        return frozenset(layers) & found

    def layer_indexes(self, layers: Collection[DiffId], stamp: str) -> Mapping[DiffId, LayerIndex]:
        found: dict[DiffId, LayerIndex] = {}
        for layer in dict.fromkeys(layers):
            packed = self.kept.pop((layer, stamp), None)
            if packed is not None:
                with suppress(ArchiveDamaged):
                    found[layer] = unpack(packed)
                    self.kept[layer, stamp] = packed
        return found

    def keep_layer_index(self, layer: IndexedLayer) -> None:
        self.kept.pop((layer.diff_id, layer.stamp), None)
        self.kept[layer.diff_id, layer.stamp] = layer.packed
        for oldest in list(self.kept)[:-1]:
            if self.size_bytes() > self.limit_bytes:
                del self.kept[oldest]

    def told_layers(self, layers: Collection[DiffId] | None = None) -> Mapping[DiffId, Told]:
        self._count()
        if layers is None:
            return dict(self.told)
        return {layer: self.told[layer] for layer in layers if layer in self.told}

    def keep_told(self, told: Mapping[DiffId, Told]) -> None:
        if told:
            self._count()
            self.told.update(told)

    def _count(self) -> None:
        self.told_calls += 1
        if self.failure is not None:
            raise self.failure

    def size_bytes(self) -> int:
        return sum(map(len, self.kept.values()))

    def forget_all(self) -> None:
        self.kept.clear()

    def close(self) -> None: ...

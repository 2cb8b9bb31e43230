"""What records of layer indexes promise, asked of the fake and of SQLite alike."""

from abc import ABC, abstractmethod

import pytest

from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.ports import ContentRecords
from modeldesk.core.ids import DiffId


def layer(number: int) -> DiffId:
    return DiffId(f"sha256:{number:064x}")


def packed(*paths: bytes) -> bytes:
    writer = LayerIndexWriter()
    owner = writer.owner((0o644, 0, 0))
    writer.add([(path, 0, 7, owner, 1, 512) for path in paths])
    return writer.finish()


class ContentRecordsContract(ABC):
    """Inherited by a test class for each kind of records."""

    @pytest.fixture
    @abstractmethod
    def records(self) -> ContentRecords: ...

    def test_what_was_kept_is_known_and_read(self, records: ContentRecords) -> None:
        records.keep_layer_index(layer(1), packed(b"a", b"\xff\n"))
        records.keep_layer_index(layer(2), packed())
        assert records.known_layers([layer(1), layer(2), layer(3)]) == {layer(1), layer(2)}
        found = records.layer_indexes([layer(1), layer(2), layer(3), layer(1)])
        assert found.keys() == {layer(1), layer(2)}
        assert [entry.path for entry in found[layer(1)]] == [b"a", b"\xff\n"]
        assert len(found[layer(2)]) == 0

    def test_asking_for_none_or_very_many_is_all_right(self, records: ContentRecords) -> None:
        assert records.known_layers([]) == frozenset()
        assert records.layer_indexes([]) == {}
        records.keep_layer_index(layer(1999), packed(b"a"))
        assert records.known_layers([layer(n) for n in range(2000)]) == {layer(1999)}

    def test_keeping_again_replaces(self, records: ContentRecords) -> None:
        records.keep_layer_index(layer(1), packed(b"old"))
        records.keep_layer_index(layer(1), packed(b"new"))
        (found,) = records.layer_indexes([layer(1)]).values()
        assert found.paths == [b"new"]
        assert records.size_bytes() == len(packed(b"new"))

    def test_what_was_not_used_for_longest_goes(self, records: ContentRecords) -> None:
        one = packed(b"a")
        records.limit_bytes = 3 * len(one)
        for number in (1, 2, 3):
            records.keep_layer_index(layer(number), one)
        records.layer_indexes([layer(1)])
        records.keep_layer_index(layer(4), one)
        assert records.known_layers(map_layers(1, 2, 3, 4)) == {layer(1), layer(3), layer(4)}
        assert records.size_bytes() == 3 * len(one)

    def test_the_newest_stays_however_large(self, records: ContentRecords) -> None:
        records.limit_bytes = 1
        records.keep_layer_index(layer(1), packed(b"a"))
        records.keep_layer_index(layer(2), packed(b"b"))
        assert records.known_layers(map_layers(1, 2)) == {layer(2)}

    def test_a_damaged_one_is_dropped(self, records: ContentRecords) -> None:
        records.keep_layer_index(layer(1), packed(b"a")[:-9])
        records.keep_layer_index(layer(2), b"")
        assert records.layer_indexes(map_layers(1, 2)) == {}
        assert records.known_layers(map_layers(1, 2)) == frozenset()

    def test_all_can_be_forgotten(self, records: ContentRecords) -> None:
        records.keep_layer_index(layer(1), packed(b"a"))
        records.forget_all()
        assert records.size_bytes() == 0
        assert records.known_layers([layer(1)]) == frozenset()


def map_layers(*numbers: int) -> list[DiffId]:
    return [layer(number) for number in numbers]

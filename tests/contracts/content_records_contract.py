"""What records of layer indexes promise, asked of the fake and of SQLite alike."""

from abc import ABC, abstractmethod

import pytest

from modeldesk.core.contents.index_packing import LayerIndexWriter
from modeldesk.core.contents.model import VERIFIED, IndexedLayer
from modeldesk.core.contents.ports import ContentRecords
from modeldesk.core.ids import DiffId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Told

MIXED = Told(((LayerKind.MODEL_WEIGHTS, 70), (LayerKind.DEPENDENCIES, 3)), 1 << 45)
WEIGHTS = Told(((LayerKind.MODEL_WEIGHTS, 70),), 0)
NOTHING = Told((), 0)


def layer(number: int) -> DiffId:
    return DiffId(f"sha256:{number:064x}")


def packed(*paths: bytes) -> bytes:
    writer = LayerIndexWriter()
    owner = writer.owner((0o644, 0, 0))
    writer.add([(path, 0, 7, owner, 1, 512) for path in paths])
    return writer.finish()


def read(number: int, packed: bytes, stamp: str = VERIFIED) -> IndexedLayer:
    return IndexedLayer(layer(number), packed, stamp)


class ContentRecordsContract(ABC):
    """Inherited by a test class for each kind of records."""

    @pytest.fixture
    @abstractmethod
    def records(self) -> ContentRecords: ...

    def test_what_was_kept_is_known_and_read(self, records: ContentRecords) -> None:
        records.keep_layer_index(read(1, packed(b"a", b"\xff\n")))
        records.keep_layer_index(read(2, packed()))
        assert records.known_layers([layer(1), layer(2), layer(3)], VERIFIED) == {
            layer(1),
            layer(2),
        }
        found = records.layer_indexes([layer(1), layer(2), layer(3), layer(1)], VERIFIED)
        assert found.keys() == {layer(1), layer(2)}
        assert [entry.path for entry in found[layer(1)]] == [b"a", b"\xff\n"]
        assert len(found[layer(2)]) == 0

    def test_asking_for_none_or_very_many_is_all_right(self, records: ContentRecords) -> None:
        assert records.known_layers([], VERIFIED) == frozenset()
        assert records.layer_indexes([], VERIFIED) == {}
        records.keep_layer_index(read(1999, packed(b"a")))
        assert records.known_layers([layer(n) for n in range(2000)], VERIFIED) == {layer(1999)}

    def test_keeping_again_replaces(self, records: ContentRecords) -> None:
        records.keep_layer_index(read(1, packed(b"old")))
        records.keep_layer_index(read(1, packed(b"new")))
        (found,) = records.layer_indexes([layer(1)], VERIFIED).values()
        assert found.paths == [b"new"]
        assert records.size_bytes() == len(packed(b"new"))

    def test_what_was_not_used_for_longest_goes(self, records: ContentRecords) -> None:
        one = packed(b"a")
        records.limit_bytes = 3 * len(one)
        for number in (1, 2, 3):
            records.keep_layer_index(read(number, one))
        records.layer_indexes([layer(1)], VERIFIED)
        records.keep_layer_index(read(4, one))
        assert records.known_layers(map_layers(1, 2, 3, 4), VERIFIED) == {
            layer(1),
            layer(3),
            layer(4),
        }
        assert records.size_bytes() == 3 * len(one)

    def test_the_newest_stays_however_large(self, records: ContentRecords) -> None:
        records.limit_bytes = 1
        records.keep_layer_index(read(1, packed(b"a")))
        records.keep_layer_index(read(2, packed(b"b")))
        assert records.known_layers(map_layers(1, 2), VERIFIED) == {layer(2)}

    def test_a_damaged_one_is_dropped(self, records: ContentRecords) -> None:
        records.keep_layer_index(read(1, packed(b"a")[:-9]))
        records.keep_layer_index(read(2, b""))
        assert records.layer_indexes(map_layers(1, 2), VERIFIED) == {}
        assert records.known_layers(map_layers(1, 2), VERIFIED) == frozenset()

    def test_what_was_not_verified_serves_its_own_source_alone(
        self, records: ContentRecords
    ) -> None:
        records.keep_layer_index(read(1, packed(b"lie"), "a source"))
        for other in (VERIFIED, "another"):
            assert records.known_layers([layer(1)], other) == frozenset()
            assert records.layer_indexes([layer(1)], other) == {}
        assert records.known_layers([layer(1)], "a source") == {layer(1)}
        (found,) = records.layer_indexes([layer(1)], "a source").values()
        assert found.paths == [b"lie"]

    def test_each_stamp_has_its_own(self, records: ContentRecords) -> None:
        records.keep_layer_index(read(1, packed(b"true")))
        records.keep_layer_index(read(1, packed(b"lie"), "a source"))
        for stamp, path in ((VERIFIED, b"true"), ("a source", b"lie")):
            assert records.known_layers([layer(1)], stamp) == {layer(1)}
            (found,) = records.layer_indexes([layer(1)], stamp).values()
            assert found.paths == [path]
        assert records.known_layers([layer(1)], "another") == frozenset()

    def test_a_damaged_one_that_was_verified_leaves_a_source_its_own(
        self, records: ContentRecords
    ) -> None:
        records.keep_layer_index(read(1, b""))
        records.keep_layer_index(read(1, packed(b"own"), "a source"))
        assert records.layer_indexes([layer(1)], VERIFIED) == {}
        (found,) = records.layer_indexes([layer(1)], "a source").values()
        assert found.paths == [b"own"]
        assert records.known_layers([layer(1)], VERIFIED) == frozenset()

    def test_room_is_made_of_both_kinds(self, records: ContentRecords) -> None:
        one = packed(b"a")
        records.limit_bytes = 2 * len(one)
        records.keep_layer_index(read(1, one, "a source"))
        records.keep_layer_index(read(1, one))
        records.layer_indexes([layer(1)], VERIFIED)
        records.keep_layer_index(read(2, one, "a source"))
        assert records.known_layers(map_layers(1, 2), "a source") == {layer(2)}
        assert records.known_layers(map_layers(1, 2), VERIFIED) == {layer(1)}
        assert records.size_bytes() == 2 * len(one)

    def test_what_layers_tell_is_kept(self, records: ContentRecords) -> None:
        assert records.told_layers() == {}
        records.keep_told({})
        records.keep_told({layer(1): MIXED, layer(2): NOTHING})
        records.keep_told({layer(2): WEIGHTS})
        assert records.told_layers() == {layer(1): MIXED, layer(2): WEIGHTS}
        assert records.told_layers([layer(2), layer(3)]) == {layer(2): WEIGHTS}
        assert records.told_layers([]) == {}

    def test_what_many_layers_tell(self, records: ContentRecords) -> None:
        records.keep_told({layer(number): MIXED for number in range(2000)})
        assert len(records.told_layers()) == 2000
        assert len(records.told_layers([layer(number) for number in range(1500)])) == 1500

    def test_what_layers_tell_outlives_their_files(self, records: ContentRecords) -> None:
        records.limit_bytes = 1
        records.keep_layer_index(read(1, packed(b"a")))
        records.keep_told({layer(1): MIXED})
        taken = records.size_bytes()
        assert taken == len(packed(b"a"))
        records.keep_layer_index(read(2, packed(b"b")))
        assert records.known_layers([layer(1)], VERIFIED) == frozenset()
        records.forget_all()
        assert records.told_layers() == {layer(1): MIXED}

    def test_all_can_be_forgotten(self, records: ContentRecords) -> None:
        records.keep_layer_index(read(1, packed(b"a")))
        records.forget_all()
        assert records.size_bytes() == 0
        assert records.known_layers([layer(1)], VERIFIED) == frozenset()


def map_layers(*numbers: int) -> list[DiffId]:
    return [layer(number) for number in numbers]

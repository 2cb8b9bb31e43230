"""The contract suite of layer indexes, run for the fake and for SQLite."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.content_records import SqliteContentRecords
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import LAYERS
from modeldesk.core.contents.model import VERIFIED
from modeldesk.core.contents.ports import ContentRecords
from tests.contracts.content_records_contract import (
    MIXED,
    ContentRecordsContract,
    layer,
    packed,
    read,
)
from tests.fakes.content_records import FakeContentRecords


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "layers.sqlite", schema=LAYERS).database
    yield opened
    opened.close()


class TestFakeContentRecords(ContentRecordsContract):
    @pytest.fixture
    def records(self) -> ContentRecords:
        return FakeContentRecords()


class TestSqliteContentRecords(ContentRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> ContentRecords:
        return SqliteContentRecords(database, 1 << 40)


def test_the_file_shrinks_with_what_is_forgotten(database: Database) -> None:
    records = SqliteContentRecords(database, 1 << 40)
    names = [f"{number:0200x}".encode() for number in range(50_000)]
    records.keep_layer_index(read(1, packed(*names) + bytes(1_000_000)))

    def pages() -> int:
        ((count,),) = database.read("PRAGMA page_count")
        return int(count or 0)

    before = pages()
    records.forget_all()
    assert pages() < before / 10


def test_what_was_kept_before_it_was_verified_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "layers.sqlite"
    before = replace(LAYERS, migrations=LAYERS.migrations[:1])
    with closing(open_database(path, schema=before).database) as old, old.writing() as connection:
        connection.execute(
            "INSERT INTO layer_index VALUES (?, 1, 9, ?)", (layer(1), packed(b"a lie"))
        )
    with closing(open_database(path, schema=LAYERS).database) as new:
        records = SqliteContentRecords(new, 1 << 40)
        assert records.known_layers([layer(1)], VERIFIED) == frozenset()
        assert records.size_bytes() == 0
        records.keep_layer_index(read(1, packed(b"true")))
        assert records.known_layers([layer(1)], VERIFIED) == {layer(1)}


def test_indexes_of_a_version_that_kept_no_kinds_stay(tmp_path: Path) -> None:
    path = tmp_path / "layers.sqlite"
    before = replace(LAYERS, migrations=LAYERS.migrations[:2])
    with closing(open_database(path, schema=before).database) as old:
        SqliteContentRecords(old, 1 << 40).keep_layer_index(read(1, packed(b"app/serve.py")))
    with closing(open_database(path, schema=LAYERS).database) as new:
        records = SqliteContentRecords(new, 1 << 40)
        (found,) = records.layer_indexes([layer(1)], VERIFIED).values()
        assert found.paths == [b"app/serve.py"]
        assert records.told_layers() == {}
        records.keep_told({layer(1): MIXED})
        assert records.told_layers() == {layer(1): MIXED}
    # They may be large, and can be read again.
    assert [one.name for one in tmp_path.iterdir()] == ["layers.sqlite"]


@pytest.mark.parametrize("parts", ["{", '{"weights of old": 3}', "3", '{"other": "x"}'])
def test_damaged_kinds_are_not_known(database: Database, parts: str) -> None:
    records = SqliteContentRecords(database, 1 << 40)
    records.keep_told({layer(1): MIXED})
    with database.writing() as connection:
        connection.execute("INSERT INTO layer_kinds VALUES (?, ?, 0)", (layer(2), parts))
    assert records.told_layers() == {layer(1): MIXED}

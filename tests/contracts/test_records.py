"""The contract suite of records, run for the fakes and for SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.image_records import SqliteImageRecords
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
from modeldesk.adapters.sqlite.version_records import SqliteVersionRecords
from modeldesk.core.ports import (
    BuildRecords,
    ImageRecords,
    ReleaseRecords,
    RemoteRecords,
    VersionRecords,
)
from tests.contracts.records_contract import (
    BuildRecordsContract,
    ImageRecordsContract,
    ReleaseRecordsContract,
    RemoteRecordsContract,
    VersionRecordsContract,
)
from tests.fakes.records import (
    FakeBuildRecords,
    FakeImageRecords,
    FakeReleaseRecords,
    FakeRemoteRecords,
    FakeVersionRecords,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "records.sqlite").database
    yield opened
    opened.close()


class TestFakeImageRecords(ImageRecordsContract):
    @pytest.fixture
    def records(self) -> ImageRecords:
        return FakeImageRecords()


class TestSqliteImageRecords(ImageRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> ImageRecords:
        return SqliteImageRecords(database)


class TestFakeVersionRecords(VersionRecordsContract):
    @pytest.fixture
    def records(self) -> VersionRecords:
        return FakeVersionRecords()


class TestSqliteVersionRecords(VersionRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> VersionRecords:
        return SqliteVersionRecords(database)


class TestFakeRemoteRecords(RemoteRecordsContract):
    @pytest.fixture
    def records(self) -> RemoteRecords:
        return FakeRemoteRecords()


class TestSqliteRemoteRecords(RemoteRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> RemoteRecords:
        return SqliteRemoteRecords(database)


class TestFakeBuildRecords(BuildRecordsContract):
    @pytest.fixture
    def records(self) -> BuildRecords:
        return FakeBuildRecords()

    def forget_owner(self, records: BuildRecords) -> BuildRecords:
        assert isinstance(records, FakeBuildRecords)
        records.lose_owner()
        return records


class TestSqliteBuildRecords(BuildRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> BuildRecords:
        return SqliteBuildRecords(database)

    @pytest.fixture(autouse=True)
    def _second(self, database: Database) -> Iterator[None]:
        self._first = database
        self._later: list[Database] = []
        yield
        for opened in self._later:
            opened.close()

    def forget_owner(self, records: BuildRecords) -> BuildRecords:
        self._first.close()
        self._later.append(open_database(self._first.path).database)
        return SqliteBuildRecords(self._later[-1])


class TestFakeReleaseRecords(ReleaseRecordsContract):
    @pytest.fixture
    def records(self) -> ReleaseRecords:
        return FakeReleaseRecords()


class TestSqliteReleaseRecords(ReleaseRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> ReleaseRecords:
        return SqliteReleaseRecords(database)

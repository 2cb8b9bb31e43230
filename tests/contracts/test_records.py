"""The contract suite of records, run for the fakes and for SQLite."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.access_records import SqliteAccessRecords
from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.channel_records import SqliteChannelRecords
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.digest_records import KEPT_FOLDERS, SqliteDigestRecords
from modeldesk.adapters.sqlite.image_records import SqliteImageRecords
from modeldesk.adapters.sqlite.metadata_records import SqliteMetadataRecords
from modeldesk.adapters.sqlite.migrations import ACCESS
from modeldesk.adapters.sqlite.outbox import SqliteOutbox
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.adapters.sqlite.trial_records import SqliteTrialRecords
from modeldesk.adapters.sqlite.version_records import SqliteVersionRecords
from modeldesk.core.build.model import FileDigest
from modeldesk.core.build.ports import BuildRecords, DigestRecords
from modeldesk.core.canary.ports import RolloutRecords
from modeldesk.core.channels.ports import ChannelRecords
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import EngineId, ModelName
from modeldesk.core.library.ports import ImageRecords, RemoteRecords, VersionRecords
from modeldesk.core.metadata.ports import MetadataRecords
from modeldesk.core.release_events.ports import Outbox
from modeldesk.core.releases.model import Deployment, DeploymentKey, ServiceSettings
from modeldesk.core.releases.ports import ReleaseRecords
from modeldesk.core.trial.ports import TrialRecords
from tests.contracts.access_records_contract import KEPT, AccessRecordsContract, Records
from tests.contracts.channel_records_contract import MOVE, REC, ChannelRecordsContract
from tests.contracts.metadata_records_contract import MetadataRecordsContract
from tests.contracts.outbox_contract import MOST_GIVEN_UP, MOST_WAITING, OutboxContract
from tests.contracts.records_contract import (
    BuildRecordsContract,
    DigestRecordsContract,
    ImageRecordsContract,
    ReleaseRecordsContract,
    RemoteRecordsContract,
    VersionRecordsContract,
)
from tests.contracts.rollout_records_contract import BEGUN, CHECK, RolloutRecordsContract
from tests.contracts.trial_records_contract import TrialRecordsContract
from tests.fakes.access_records import FakeAccessRecords
from tests.fakes.channel_records import FakeChannelRecords
from tests.fakes.outbox import FakeOutbox
from tests.fakes.records import (
    FakeBuildRecords,
    FakeDigestRecords,
    FakeImageRecords,
    FakeMetadataRecords,
    FakeReleaseRecords,
    FakeRemoteRecords,
    FakeTrialRecords,
    FakeVersionRecords,
)
from tests.fakes.rollout_records import FakeRolloutRecords
from tests.unit.core.canary.rollouts import KEY, rollout


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


class TestFakeAccessRecords(AccessRecordsContract):
    @pytest.fixture
    def records(self) -> Records:
        return FakeAccessRecords(KEPT)


class TestSqliteAccessRecords(AccessRecordsContract):
    @pytest.fixture
    def records(self, tmp_path: Path) -> Iterator[Records]:
        database = open_database(tmp_path / "access.sqlite", schema=ACCESS).database
        yield SqliteAccessRecords(database, KEPT)
        database.close()


class TestFakeOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self) -> Outbox:
        return FakeOutbox(MOST_WAITING, MOST_GIVEN_UP)


class TestSqliteOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, database: Database) -> Outbox:
        return SqliteOutbox(database, MOST_WAITING, MOST_GIVEN_UP)


class TestFakeMetadataRecords(MetadataRecordsContract):
    @pytest.fixture
    def records(self) -> MetadataRecords:
        return FakeMetadataRecords()


class TestSqliteMetadataRecords(MetadataRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> MetadataRecords:
        return SqliteMetadataRecords(database)


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


class TestFakeDigestRecords(DigestRecordsContract):
    @pytest.fixture
    def records(self) -> DigestRecords:
        return FakeDigestRecords()


class TestSqliteDigestRecords(DigestRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> DigestRecords:
        return SqliteDigestRecords(database)

    def test_folders_of_long_ago_are_forgotten(self, records: DigestRecords) -> None:
        one = {"a": FileDigest("1:2.3", "ab" * 32)}
        for number in range(KEPT_FOLDERS + 2):
            records.keep_digests(f"/{number}", one, [])
            records.keep_digests("/0", {}, [])
        assert records.digests("/0") == one
        assert records.digests("/1") == records.digests("/2") == {}
        assert records.digests("/3") == one


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


class TestFakeTrialRecords(TrialRecordsContract):
    @pytest.fixture
    def records(self) -> TrialRecords:
        return FakeTrialRecords()


class TestSqliteTrialRecords(TrialRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> TrialRecords:
        return SqliteTrialRecords(database)


class TestFakeChannelRecords(ChannelRecordsContract):
    @pytest.fixture
    def records(self) -> ChannelRecords:
        return FakeChannelRecords()


class TestSqliteChannelRecords(ChannelRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> ChannelRecords:
        return SqliteChannelRecords(database)

    def test_they_outlive_the_program(self, records: ChannelRecords, database: Database) -> None:
        number = records.add_move(MOVE)
        database.close()
        later = open_database(database.path).database
        try:
            assert [one.id for one in SqliteChannelRecords(later).moves(REC)] == [number]
        finally:
            later.close()


class TestFakeRolloutRecords(RolloutRecordsContract):
    @pytest.fixture
    def records(self) -> RolloutRecords:
        return FakeRolloutRecords()


class TestSqliteRolloutRecords(RolloutRecordsContract):
    @pytest.fixture
    def records(self, database: Database) -> RolloutRecords:
        return SqliteRolloutRecords(database)

    def test_they_go_where_their_deployment_goes(
        self, records: RolloutRecords, database: Database
    ) -> None:
        number = records.add_rollout(rollout(), BEGUN)
        releases = SqliteReleaseRecords(database)
        home, created = EngineId("engine-9"), BEGUN.time
        releases.save_deployment(
            Deployment(
                KEY.engine, KEY.name, ModelName("rec"), ServiceSettings(), None, None, created
            )
        )
        before = records.open_rollout(KEY)
        assert before is not None
        releases.move(KEY, home)
        assert records.open_rollout(KEY) is None
        moved = records.open_rollout(DeploymentKey(home, KEY.name))
        assert moved is not None
        assert moved.id == number
        # Who read it before it moved does not move it back.
        records.save_rollout(before)
        assert records.rollout(number) == moved

    def test_nothing_is_saved_by_half(self, records: RolloutRecords, database: Database) -> None:
        number = records.add_rollout(rollout(), BEGUN)
        with database.writing() as connection:
            connection.execute("DROP TABLE rollout_check")
        with pytest.raises(RecordsError):
            records.save_rollout(replace(rollout(step=2), id=number), CHECK, BEGUN)
        found = records.rollout(number)
        assert found is not None
        assert found.step == 0
        assert records.changes(number) == (BEGUN,)

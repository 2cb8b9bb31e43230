"""Damage inside of values, which SQLite does not notice."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.image_records import SqliteImageRecords
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.errors import RecordsDamaged
from modeldesk.core.ids import BuildId, DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.images import ImageConfig, ImageDetail
from modeldesk.core.releases.model import Deployment, ServiceSettings
from tests.contracts.rollout_records_contract import BEGUN, CHECK
from tests.unit.core.canary.rollouts import rollout

VALUES = [b"", b"\x00" * 20, "text", None, 7, zlib.compress(b"{"), zlib.compress(b"[]")]
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "records.sqlite").database
    yield database
    database.close()


def _spoil(database: Database, table: str, column: str, value: object) -> None:
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        except sqlite3.IntegrityError:
            pytest.skip("the schema itself refuses this")


@pytest.mark.parametrize("value", [v for v in VALUES if v is not None], ids=repr)
def test_a_damaged_image_detail_is_read_from_the_engine_again(
    database: Database, value: object
) -> None:
    records = SqliteImageRecords(database)
    good, bad = (
        ImageDetail(ImageId(f"sha256:{n}"), (), (), ImageConfig(), 5, "amd64", "linux")
        for n in ("good", "bad")
    )
    records.keep_image_details([bad])
    _spoil(database, "image_detail", "detail_packed", value)
    records.keep_image_details([good])
    assert records.image_details([good.id, bad.id]) == {good.id: good}
    records.keep_image_details([bad])
    assert set(records.image_details([good.id, bad.id])) == {good.id, bad.id}


@pytest.mark.parametrize("value", ["", "{", "[]", "{}", "null", b"{}"], ids=repr)
def test_a_damaged_deployment_is_said(database: Database, value: object) -> None:
    records = SqliteReleaseRecords(database)
    settings = ServiceSettings()
    shop = Deployment(
        EngineId("e"), DeploymentName("shop"), ModelName("m"), settings, None, None, NOW
    )
    records.save_deployment(shop)
    _spoil(database, "settings", "settings_json", value)
    with pytest.raises(RecordsDamaged):
        records.deployments()
    with pytest.raises(RecordsDamaged):
        records.deployment(shop.key)


@pytest.mark.parametrize("column", ["steps_packed", "references_json", "started", "state"])
def test_a_damaged_build_is_said(database: Database, column: str) -> None:
    records = SqliteBuildRecords(database)
    build = BuildId("1")
    records.add_build(
        BuildRecord(build, ModelName("m"), "/m", (), NOW, BuildState.RUNNING, 0.0, 0, None, (), "")
    )
    _spoil(database, "build", column, "nonsense")
    with pytest.raises(RecordsDamaged):
        records.recent_builds()
    with pytest.raises(RecordsDamaged):
        records.build(build)


@pytest.mark.parametrize("value", ["", "{", "[]", "{}", "null", b"{}"], ids=repr)
@pytest.mark.parametrize("column", ["plan_json", "target_json", "phase", "since", "step"])
def test_a_damaged_rollout_is_told(database: Database, column: str, value: object) -> None:
    records = SqliteRolloutRecords(database)
    records.add_rollout(rollout(), BEGUN)
    _spoil(database, "rollout", column, value)
    with pytest.raises(RecordsDamaged):
        records.open_rollouts()


@pytest.mark.parametrize("value", ["", "{", "[]", "{}", "null", b"{}"], ids=repr)
def test_a_damaged_check_is_told(database: Database, value: object) -> None:
    records = SqliteRolloutRecords(database)
    number = records.add_rollout(rollout(), BEGUN)
    records.save_rollout(replace(rollout(), id=number), CHECK)
    _spoil(database, "rollout_check", "seen_json", value)
    with pytest.raises(RecordsDamaged):
        records.checks(number)

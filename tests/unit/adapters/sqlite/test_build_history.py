"""Builds that earlier programs kept, and how much room logs take."""

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import (
    m0001_records,
    m0002_engines,
    m0003_versions,
    m0004_remote_versions,
    m0005_file_digests,
)
from modeldesk.adapters.sqlite.packing import pack, pack_json
from modeldesk.core.build.model import Asked, BuildRecord, BuildState, BuildStep, StepState
from modeldesk.core.ids import BuildId, ModelName

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "records.sqlite").database
    yield opened
    opened.close()


def record(number: int, log: str) -> BuildRecord:
    return BuildRecord(
        id=BuildId(f"build-{number}"),
        model=ModelName("churn"),
        folder="/churn",
        references=(),
        started=NOON + timedelta(minutes=number),
        state=BuildState.SUCCEEDED,
        log=log,
    )


def test_builds_of_before_proposals_were_kept(database: Database) -> None:
    records = SqliteBuildRecords(database)
    records.add_build(replace(record(1, ""), asked=Asked("FROM x\n", given_dockerfile=True)))
    with database.writing() as connection:
        connection.execute("UPDATE build SET proposal_packed = NULL")
    found = records.build(BuildId("build-1"))
    assert found is not None
    assert found.asked == Asked("FROM x\n", given_dockerfile=True)
    assert found.asked.texts is None


def test_builds_of_before_weights_had_an_origin(database: Database) -> None:
    records = SqliteBuildRecords(database)
    records.add_build(record(1, ""))
    with database.writing() as connection:
        old = pack_json([{"a.py": "1"}, "*.tmp", None])
        connection.execute("UPDATE build SET proposal_packed = ?", (old,))
    found = records.build(BuildId("build-1"))
    assert found is not None
    assert (found.asked.texts, found.asked.weights_from) == ({"a.py": "1"}, "")


def test_the_oldest_logs_make_room(database: Database) -> None:
    records = SqliteBuildRecords(database, most_log_bytes=25_000)
    noise = random.Random(1)
    for number in range(5):
        begun = record(number, "")
        records.add_build(begun)
        # What is random does not get smaller when it is packed.
        records.update_build(record(number, noise.randbytes(9_000).decode("latin-1")))
    kept = [records.build(BuildId(f"build-{number}")) for number in range(5)]
    assert [bool(one and one.log) for one in kept] == [False, False, False, True, True]
    assert len(records.build_history()) == 5


def test_a_log_that_is_too_large_alone_goes_too(database: Database) -> None:
    records = SqliteBuildRecords(database, most_log_bytes=10)
    records.add_build(record(1, ""))
    records.update_build(record(1, "too much of it"))
    found = records.build(BuildId("build-1"))
    assert found is not None
    assert found.log == ""


def test_builds_of_before_have_no_figures(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old = (m0001_records, m0002_engines, m0003_versions, m0004_remote_versions, m0005_file_digests)
    step = ("1", "[1/1] RUN make", "done", False, 2.5, 0, 0, "")
    with sqlite3.connect(path) as file:
        for one in old:
            for statement in one.STATEMENTS:
                file.execute(statement)
        file.execute(f"PRAGMA user_version = {len(old)}")
        file.execute(
            "INSERT INTO build VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                *("one", "churn", '"/churn"', "[]", "2026-04-05T12:00:00.000000+00:00"),
                *("succeeded", 3.0, 10, None, "", pack_json([step]), pack("a log"), "nobody"),
            ),
        )
    file.close()
    opened = open_database(path).database
    try:
        found = SqliteBuildRecords(opened).build(BuildId("one"))
        assert found is not None
        assert found.steps == (BuildStep("1", "[1/1] RUN make", StepState.DONE, False, 2.5),)
        assert (found.asked, found.cache, found.image_bytes) == (Asked(), None, None)
        assert found.log == "a log"
        (row,) = SqliteBuildRecords(opened).build_history(ModelName("churn"))
        assert row.id == "one"
    finally:
        opened.close()

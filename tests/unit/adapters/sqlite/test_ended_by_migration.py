"""Canaries that ended before it was kept with them by whom, in today's program."""

import sqlite3
from contextlib import closing
from pathlib import Path

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import RECORDS
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.core.ids import DeploymentName, EngineId
from modeldesk.core.releases.model import DeploymentKey

BEFORE = 15
WHEN = "2026-04-05T12:00:00.000000+00:00"
SHOP = DeploymentKey(EngineId("E"), DeploymentName("shop"))
TARGET = '["sha256:11","rec:v1","sha256:11"]'
PLAN = (
    '{"steps":[1000,10000],"window_s":60,"least_requests":50,"failed_checks":3,"limits":'
    '{"error_rate":0.01,"error_rate_over_stable":null,"p95_ms":null,"p95_over_stable":null,'
    '"accuracy":null,"accuracy_under_stable":null},"key":"address","field":"",'
    '"mirror_first":false,"starts":null}'
)


def _canary(file: sqlite3.Connection, number: int, phase: str, who: str, state: str) -> None:
    file.execute(
        'INSERT INTO "release" (id, engine, deployment, kind, image, reference, digest, started, '
        "who, why, state, error) VALUES (?, 'E', 'shop', 'canary', 'i', 'r', 'd', ?, 'mei', '', "
        "?, '')",
        (number, WHEN, state),
    )
    finished = None if phase == "step" else WHEN
    file.execute(
        "INSERT INTO rollout VALUES (?,'E','shop',?,?,?,?,'salt',?,0,?,?,0,0,0,'','mei',?,"
        "NULL,NULL,NULL,NULL)",
        (number, number, TARGET, TARGET, PLAN, phase, WHEN, WHEN, finished),
    )
    for told, by in (("scheduled", "mei"), (phase, who)):
        file.execute(
            "INSERT INTO rollout_change (rollout, time, phase, step, share, who, why) "
            "VALUES (?, ?, ?, 0, 1000, ?, '')",
            (number, WHEN, told, by),
        )


def test_their_course_says_by_whom(tmp_path: Path) -> None:
    path = tmp_path / "modeldesk.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        for statements in RECORDS.migrations[:BEFORE]:
            for statement in statements:
                file.execute(statement)
        file.execute(f"PRAGMA user_version = {BEFORE}")
        _canary(file, 1, "aborted", "ann", "aborted")
        _canary(file, 2, "aborted", "", "aborted")
        _canary(file, 3, "promoted", "ann", "succeeded")
        _canary(file, 4, "step", "ann", "rolling")
    with closing(open_database(path).database) as database:
        rollouts = SqliteRolloutRecords(database).rollouts(SHOP)
        releases = SqliteReleaseRecords(database).releases(SHOP)
    assert [one.ended_by for one in reversed(rollouts)] == ["ann", "", "ann", ""]
    assert [one.ended_by for one in reversed(releases)] == ["ann", "", "", ""]

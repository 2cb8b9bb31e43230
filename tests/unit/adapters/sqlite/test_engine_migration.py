"""Records of the first schema, from before engines were told apart, in today's program."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.migrations import m0001_records
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.ids import (
    NO_ENGINE,
    ContainerId,
    DeploymentName,
    EngineId,
    ImageId,
    ModelName,
)
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    VersionTarget,
)

SETTINGS = (
    '{"ports":[[5000,8080,"127.0.0.1","tcp"]],"environment":{"MODE":"x"},'
    '"secret_names":["TOKEN"],"mounts":[["/data","/in",true]],"health_timeout_s":12.5}'
)
V1, V2 = "sha256:" + "1" * 64, "sha256:" + "2" * 64
EARLY, LATE = "2026-04-05T12:00:00.000000+00:00", "2026-04-06T12:00:00.000000+00:00"
SHOP = DeploymentKey(NO_ENGINE, DeploymentName("shop"))
TARGETS = tuple(
    VersionTarget(ImageId(image), f"team/rec:v{number}", image)
    for number, image in ((1, V1), (2, V2))
)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file as the first program left it: a deployment, a removed one's history, and a release
    that a crash left in the middle."""
    path = tmp_path / "modeldesk.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        for statement in m0001_records.STATEMENTS:
            file.execute(statement)
        file.execute("PRAGMA user_version = 1")
        file.execute(
            "INSERT INTO deployment VALUES (?,?,?,?,?,?,?,?)",
            ("shop", "team/rec", SETTINGS, V1, "team/rec:v1", V1, "c1", EARLY),
        )
        for row in (
            (1, "shop", "deploy", V1, "team/rec:v1", V1, None, None, None, EARLY, "ana", "why",
             "succeeded", EARLY, ""),
            (2, "gone", "deploy", V1, "team/rec:v1", V1, None, None, None, EARLY, "ana", "",
             "succeeded", EARLY, ""),
            (3, "shop", "deploy", V2, "team/rec:v2", V2, V1, "team/rec:v1", V1, LATE, "ben", "",
             "running", None, ""),
        ):  # fmt: skip
            file.execute(f'INSERT INTO "release" VALUES ({",".join("?" * 15)})', row)
        file.execute("INSERT INTO journal VALUES (1, 3, 0, 'rehearse', 'done', 'c2', ?)", (LATE,))
        file.execute("INSERT INTO image_detail VALUES ('sha256:3', x'00')")
    return path


@pytest.fixture
def records(old: Path) -> Iterator[SqliteReleaseRecords]:
    opened = open_database(old)
    assert opened.problem == ""
    yield SqliteReleaseRecords(opened.database)
    opened.database.close()


def test_a_deployment_keeps_everything_and_has_no_engine_yet(records: SqliteReleaseRecords) -> None:
    expected = Deployment(
        NO_ENGINE,
        DeploymentName("shop"),
        ModelName("team/rec"),
        ServiceSettings(
            (PortBinding(5000, 8080),),
            {"MODE": "x"},
            ("TOKEN",),
            (Mount("/data", "/in", read_only=True),),
            12.5,
        ),
        TARGETS[0],
        ContainerId("c1"),
        datetime(2026, 4, 5, 12, tzinfo=UTC),
        revision=1,
    )
    assert records.deployments() == (expected,)
    assert records.settings(expected.key) == {1: expected.settings}
    assert not expected.behind_gateway
    assert records.engine_addresses() == {}


def test_releases_and_their_journal_are_all_there(records: SqliteReleaseRecords) -> None:
    newest, first = records.releases(SHOP)
    assert (first.target, first.why, first.state) == (TARGETS[0], "why", ReleaseState.SUCCEEDED)
    assert (newest.target, newest.previous) == TARGETS[::-1]
    assert (newest.kind, newest.who, newest.finished) == (ReleaseKind.DEPLOY, "ben", None)
    assert records.unfinished_releases() == (newest,)
    [entry] = records.journal(newest.id)
    assert (entry.step, entry.phase, entry.container) == ("rehearse", StepPhase.DONE, "c2")
    assert len(records.releases(DeploymentKey(NO_ENGINE, DeploymentName("gone")))) == 1


def test_a_new_release_has_a_number_of_its_own(records: SqliteReleaseRecords) -> None:
    [newest, _] = records.releases(SHOP)
    assert records.add_release(newest) == 4


def test_it_can_be_tied_to_an_engine(records: SqliteReleaseRecords) -> None:
    here = EngineId("LOCAL")
    records.move(SHOP, here)
    assert [one.engine for one in records.deployments()] == [here]
    assert len(records.releases(DeploymentKey(here, SHOP.name))) == 2


def test_what_was_there_is_kept_as_a_copy(old: Path, records: SqliteReleaseRecords) -> None:
    assert records.deployments()
    with closing(sqlite3.connect(old.with_name(f"{old.name}.version-1"))) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT name, container FROM deployment").fetchall() == [("shop", "c1")]
        assert copy.execute('SELECT count(*) FROM "release"').fetchone() == (3,)

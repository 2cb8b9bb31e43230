"""Whatever is written of a release is noted in the same transaction."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.outbox import SqliteOutbox
from modeldesk.adapters.sqlite.release_records import SqliteReleaseRecords
from modeldesk.adapters.sqlite.rollout_records import SqliteRolloutRecords
from modeldesk.core.canary.model import Phase, RolloutChange
from modeldesk.core.ids import DeploymentName, EngineId, ImageId
from modeldesk.core.release_events.model import CanaryNote, Note, ReleaseNote
from modeldesk.core.releases.model import Release, ReleaseKind, ReleaseState, VersionTarget
from tests.unit.core.canary.rollouts import rollout

NOW = datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC)
TARGET = VersionTarget(ImageId("sha256:ab"), "team/rec:v1.4.0", "sha256:cd")
RELEASE = Release(
    0,
    EngineId("E"),
    DeploymentName("shop"),
    ReleaseKind.ROLLBACK,
    TARGET,
    replace(TARGET, reference="team/rec:v1.5.0 · 坏"),
    NOW,
    "ann",
    "slow · 慢",
    ReleaseState.RUNNING,
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "records.sqlite").database
    yield opened
    opened.close()


def notes(database: Database) -> list[Note]:
    """All there are; they are taken by the way."""
    found: list[Note] = []
    SqliteOutbox(database).take_notes(found.append)
    return found


def test_a_release_is_noted_when_it_begins_and_when_its_state_changes(database: Database) -> None:
    records = SqliteReleaseRecords(database)
    release = replace(RELEASE, id=records.add_release(RELEASE))
    ended = replace(
        release,
        state=ReleaseState.RESTORED,
        finished=NOW + timedelta(seconds=3),
        error="It never became healthy.",
    )
    records.finish_release(replace(release, error="left open"))
    records.finish_release(ended)
    records.finish_release(replace(ended, error="said otherwise"))
    begun, restored = notes(database)
    assert isinstance(begun, ReleaseNote)
    assert begun == ReleaseNote(
        begun.id, NOW, release.engine, release.deployment, release.id, ReleaseKind.ROLLBACK,
        ReleaseState.RUNNING, NOW, TARGET, release.previous, "ann", "slow · 慢", "",
    )  # fmt: skip
    assert restored == replace(
        begun,
        id=restored.id,
        time=NOW + timedelta(seconds=3),
        state=ReleaseState.RESTORED,
        error="It never became healthy.",
    )
    assert begun.id != restored.id
    assert begun.id.isalnum()
    assert notes(database) == []


@pytest.mark.parametrize("ended_by", ["mei", ""])
def test_one_that_was_taken_back_is_noted_with_who_did_that(
    database: Database, ended_by: str
) -> None:
    records = SqliteReleaseRecords(database)
    canary = replace(RELEASE, kind=ReleaseKind.CANARY, state=ReleaseState.ROLLING)
    canary = replace(canary, id=records.add_release(canary))
    aborted = replace(canary, state=ReleaseState.ABORTED, finished=NOW, ended_by=ended_by)
    records.finish_release(aborted)
    begun, ended = notes(database)
    assert (begun.who, ended.who) == ("ann", ended_by)


def test_one_that_ends_without_a_time_ends_now(database: Database) -> None:
    records = SqliteReleaseRecords(database)
    release = replace(RELEASE, previous=None, id=records.add_release(RELEASE))
    before = datetime.now(UTC) - timedelta(seconds=1)
    records.finish_release(replace(release, state=ReleaseState.SUCCEEDED))
    _, ended = notes(database)
    assert before <= ended.time <= datetime.now(UTC) + timedelta(seconds=1)


def test_what_is_not_written_is_not_noted(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as connection:
            connection.execute(
                'INSERT INTO "release" (engine, deployment, kind, image, reference, digest, '
                "started, who, why, state, error) VALUES "
                "('E', 'shop', 'deploy', 'i', 'r', 'd', ?, '', '', 'running', '')",
                (NOW.isoformat(),),
            )
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()
    assert notes(database) == []


def test_notes_stay_where_they_can_not_be_made_events(database: Database) -> None:
    SqliteReleaseRecords(database).add_release(RELEASE)

    def fail(_: Note) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        SqliteOutbox(database).take_notes(fail)
    assert len(notes(database)) == 1


def test_a_change_of_a_rollout_is_noted_with_where_it_was_before(database: Database) -> None:
    records = SqliteRolloutRecords(database)
    first = RolloutChange(NOW, Phase.SCHEDULED, -1, 0, "mei", "new data")
    number = records.add_rollout(rollout(Phase.SCHEDULED), first)
    rolling = rollout(Phase.PAUSED, id=number)
    records.save_rollout(rolling, change=RolloutChange(NOW, Phase.STEP, 0, 1_000, "", "slow · 慢"))
    records.save_rollout(rolling)
    found = notes(database)
    ids = [one.id for one in found]
    assert len(set(ids)) == 2
    assert found == [
        CanaryNote(ids[0], NOW, number, Phase.SCHEDULED, None, -1, 0, "mei", "new data"),
        CanaryNote(ids[1], NOW, number, Phase.STEP, Phase.SCHEDULED, 0, 1_000, "", "slow · 慢"),
    ]

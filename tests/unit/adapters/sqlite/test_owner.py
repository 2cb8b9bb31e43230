"""Builds belong to the program that made them, as long as it lives."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.core.build.model import BuildState
from modeldesk.core.ids import BuildId

_BUILDING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.ids import BuildId, ModelName
records = SqliteBuildRecords(open_database(Path(sys.argv[1])).database)
records.add_build(BuildRecord(
    BuildId("theirs"), ModelName("m"), "/f", (), datetime.now(UTC), BuildState.RUNNING
))
print("building", flush=True)
sys.stdin.read()
"""


@contextmanager
def another_window(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program in the middle of a build; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BUILDING, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"building\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=30)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(tmp_path / "records.sqlite").database
    yield opened
    opened.close()


def test_a_living_windows_build_is_left_alone_and_a_killed_ones_is_not(
    database: Database,
) -> None:
    records = SqliteBuildRecords(database)
    with another_window(database.path):
        assert records.mark_interrupted_builds() == 0
        living = records.build(BuildId("theirs"))
        assert living is not None
        assert living.state is BuildState.RUNNING

    assert records.mark_interrupted_builds() == 1
    killed = records.build(BuildId("theirs"))
    assert killed is not None
    assert killed.state is BuildState.INTERRUPTED


def test_nothing_is_left_of_owners(database: Database) -> None:
    records = SqliteBuildRecords(database)
    with another_window(database.path):
        assert database.owner.is_alive(database.owner.name)
    records.mark_interrupted_builds()
    database.close()

    folder = database.path.with_name(f"{database.path.name}-owners")
    assert [file.name for file in folder.iterdir()] == []


def test_a_damaged_lock_is_nobodys(database: Database) -> None:
    assert database.owner.name
    folder = database.path.with_name(f"{database.path.name}-owners")
    (folder / "odd").write_bytes(b"no database" * 1000)

    assert not database.owner.is_alive("odd")
    assert not database.owner.is_alive("")
    assert not database.owner.is_alive("never-was")

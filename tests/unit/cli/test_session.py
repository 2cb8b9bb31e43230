"""What the commands share, where the records can't be used."""

import io
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite.build_records import SqliteBuildRecords
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.errors import RecordsError
from modeldesk.core.ids import BuildId, ModelName
from modeldesk.core.references import Reference
from modeldesk.paths import Paths
from tests.fakes.engine import FakeEngine, FakeFinder

BUILD = BuildRecord(
    BuildId("b1"),
    ModelName("rec"),
    "/models/rec",
    (Reference.parse("rec:v1.0.0"),),
    datetime(2026, 1, 2, tzinfo=UTC),
    BuildState.RUNNING,
)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What goes to standard error."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    return said


@pytest.fixture
def session(tmp_path: Path, said: io.StringIO) -> Iterator[Session]:
    """Its home is a file."""
    home = tmp_path / "home"
    home.write_text("in the way")
    parts = Parts(Paths.under(home))
    engine = FakeEngine()
    engine.add_image("team/rec:v1.0.0")
    vars(parts).update(finder=FakeFinder(engine))
    session = Session(parts)
    yield session
    session.close()


def test_looking_needs_no_records(session: Session, said: io.StringIO) -> None:
    assert [model.name for model in session.snapshot().models] == ["team/rec"]
    assert said.getvalue().count("This run is not remembered.") == 1


def test_building_needs_no_records(session: Session) -> None:
    assert session.builds() is session.builds()


def test_a_release_needs_records_even_after_looking(session: Session) -> None:
    session.snapshot()
    with pytest.raises(RecordsError) as caught:
        session.releases()
    assert "can't be made" in caught.value.message


def test_what_a_run_kept_for_itself_is_gone_afterwards(session: Session) -> None:
    session.snapshot()
    kept = session.parts.paths.database
    assert kept.exists()
    session.close()
    assert not kept.parent.exists()


def test_a_build_that_was_killed_is_interrupted_for_the_next_command(tmp_path: Path) -> None:
    def parts() -> Parts:
        folder = tmp_path / "home"
        return Parts(Paths.under(folder))

    killed = Session(parts())
    database = killed.parts.opened.database
    SqliteBuildRecords(database).add_build(BUILD)
    with sqlite3.connect(database.path) as file:
        file.execute("UPDATE build SET owner = 'killed'")
    file.close()
    killed.close()
    session = Session(parts())
    (record,) = session.builds().history.recent()
    assert record.state is BuildState.INTERRUPTED
    session.close()

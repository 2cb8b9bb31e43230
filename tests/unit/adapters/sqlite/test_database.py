"""Opening and using the database: new, old, newer, damaged, locked, shared."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.adapters.sqlite import database as opening
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.database import OpenedDatabase, open_database
from modeldesk.adapters.sqlite.image_records import SqliteImageRecords
from modeldesk.adapters.sqlite.migrations import RECORDS, Schema
from modeldesk.core.errors import RecordsBusy, RecordsDamaged, RecordsError, RecordsTooNew
from modeldesk.core.ids import ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail

Open = Callable[..., OpenedDatabase]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "modeldesk.sqlite"


@pytest.fixture
def opened() -> Iterator[Open]:
    """`open_database`, closed at the end."""
    databases: list[Database] = []

    def open_(path: Path, busy_seconds: float = 5.0, schema: Schema = RECORDS) -> OpenedDatabase:
        found = open_database(path, busy_seconds, schema)
        databases.append(found.database)
        return found

    yield open_
    for database in databases:
        database.close()


def detail(number: int) -> ImageDetail:
    history = tuple(
        HistoryEntry(f"RUN step {number} {place}", 1, datetime(2026, 1, 1, tzinfo=UTC))
        for place in range(20)
    )
    return ImageDetail(ImageId(f"sha256:{number:064x}"), (), history, ImageConfig(), 1, "", "")


def with_step(*statements: str) -> Schema:
    """The schema of the next program."""
    return replace(RECORDS, migrations=(*RECORDS.migrations, statements))


def fill(database: Database, count: int = 300) -> None:
    SqliteImageRecords(database).keep_image_details(detail(number) for number in range(count))


def test_makes_a_new_file_and_its_folder(path: Path, opened: Open) -> None:
    found = opened(path)

    assert found.problem == ""
    assert found.database.read("PRAGMA user_version") == [(RECORDS.version,)]
    assert found.database.read("PRAGMA journal_mode") == [("wal",)]
    assert found.database.read("PRAGMA foreign_keys") == [(1,)]


def test_what_was_written_is_there_again(path: Path, opened: Open) -> None:
    first = opened(path).database
    fill(first, 3)
    first.close()

    again = opened(path)

    assert again.problem == ""
    assert again.database.read("SELECT count(*) FROM image_detail") == [(3,)]


def test_an_empty_file_is_a_new_one(path: Path, opened: Open) -> None:
    path.parent.mkdir()
    path.touch()

    assert opened(path).problem == ""


class TestNewer:
    def test_is_refused_and_left_as_it_is(self, path: Path, opened: Open) -> None:
        opened(path).database.close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {RECORDS.version + 1}")
        before = path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir())

        with pytest.raises(RecordsTooNew) as caught:
            open_database(path)

        assert "newer ModelDesk" in caught.value.message
        assert str(path) in caught.value.message
        assert "move the file away" in caught.value.hint
        assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(path.parent.iterdir())) == before

    def test_is_refused_while_its_version_is_only_in_the_log(
        self, path: Path, opened: Open
    ) -> None:
        opened(path).database.close()
        with closing(sqlite3.connect(path)) as newer:
            newer.execute("PRAGMA wal_autocheckpoint = 0")
            newer.execute(f"PRAGMA user_version = {RECORDS.version + 1}")

            with pytest.raises(RecordsTooNew):
                open_database(path)


class TestDamaged:
    def _check(self, path: Path, content: bytes, opened: Open) -> None:
        found = opened(path)
        (aside,) = (f for f in path.parent.iterdir() if ".damaged-" in f.name and f.is_file())

        assert "were damaged" in found.problem
        assert str(aside) in found.problem
        assert aside.read_bytes() == content
        assert found.database.read("SELECT count(*) FROM image_detail") == [(0,)]
        assert opened(path).problem == ""

    def test_not_a_database(self, path: Path, opened: Open) -> None:
        path.parent.mkdir()
        content = b"this is no database, " * 400
        path.write_bytes(content)

        self._check(path, content, opened)

    def test_cut_short(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        fill(database)
        database.close()
        content = path.read_bytes()[: path.stat().st_size // 2]
        path.write_bytes(content)

        self._check(path, content, opened)

    def test_overwritten_in_the_middle(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        fill(database)
        database.close()
        content = bytearray(path.read_bytes())
        content[4096 * 2 : 4096 * 12] = b"\xa5" * 4096 * 10
        path.write_bytes(content)

        self._check(path, bytes(content), opened)

    def test_met_while_in_use(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        fill(database)
        database.close()
        database = opened(path).database
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(b"\xa5" * (path.stat().st_size - 4096))

        with pytest.raises(RecordsDamaged) as caught:
            SqliteImageRecords(database).image_details([ImageId(f"sha256:{7:064x}")])

        assert "are damaged" in caught.value.message
        assert "keeps the damaged file aside" in caught.value.hint

    def test_a_second_one_on_the_same_second_is_kept_too(self, path: Path, opened: Open) -> None:
        path.parent.mkdir()
        for content in (b"one" * 4000, b"two" * 4000, b"three" * 4000):
            for file in path.parent.glob("modeldesk.sqlite*"):
                if ".damaged-" not in file.name:
                    file.unlink()
            path.write_bytes(content)
            opened(path).database.close()

        kept = sorted(path.parent.glob("*.damaged-*"), key=lambda file: file.stat().st_mtime_ns)
        assert [file.read_bytes()[:3] for file in kept] == [b"one", b"two", b"thr"]

    def test_a_file_that_another_window_replaced_is_not_moved(
        self, path: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path.parent.mkdir()
        path.write_bytes(b"no database" * 1000)
        prepare = opening._prepare
        raced = False

        def another_window_first(file: Path, busy_seconds: float, schema: Schema) -> None:
            nonlocal raced
            if not raced:
                raced = True
                other = open_database(file)
                fill(other.database, 2)
                other.database.close()
                error = sqlite3.DatabaseError("file is not a database")
                error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
                raise error
            prepare(file, busy_seconds, schema)

        monkeypatch.setattr(opening, "_prepare", another_window_first)
        found = opened(path)

        assert found.problem == ""
        assert found.database.read("SELECT count(*) FROM image_detail") == [(2,)]


class TestLocked:
    def test_opening_a_new_file_held_by_another(self, path: Path) -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")

            with pytest.raises(RecordsBusy) as caught:
                open_database(path, busy_seconds=0.1)

        assert "in use by another program" in caught.value.message
        assert "try again" in caught.value.hint

    def test_writing_while_another_writes(self, path: Path, opened: Open) -> None:
        database = opened(path, busy_seconds=0.1).database
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            with pytest.raises(RecordsBusy):
                fill(database)
            assert database.read("SELECT count(*) FROM image_detail") == [(0,)]

        fill(database, 1)
        assert database.read("SELECT count(*) FROM image_detail") == [(1,)]

    def test_a_short_wait_is_no_error(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.1, lambda: other.execute("COMMIT"))
        release.start()
        try:
            fill(database, 1)
        finally:
            release.join()
            other.close()

        assert database.read("SELECT count(*) FROM image_detail") == [(1,)]


class TestUpdate:
    def test_an_older_file_is_copied_first(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        fill(database, 2)
        database.close()
        newer = with_step("CREATE TABLE more (id)")

        updated = opened(path, schema=newer).database

        assert updated.read("SELECT count(*) FROM more") == [(0,)]
        assert updated.read("SELECT count(*) FROM image_detail") == [(2,)]
        copy = path.with_name(f"{path.name}.version-{RECORDS.version}")
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (RECORDS.version,)
            assert connection.execute("SELECT count(*) FROM image_detail").fetchone() == (2,)

    def test_one_that_fails_changes_nothing(self, path: Path, opened: Open) -> None:
        opened(path).database.close()
        newer = with_step("CREATE TABLE half (id)", "CREATE TABLE build (id)")

        with pytest.raises(RecordsError, match="can't be used"):
            open_database(path, schema=newer)

        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (RECORDS.version,)
            names = connection.execute("SELECT name FROM sqlite_master WHERE name = 'half'")
            assert names.fetchall() == []


class TestTransactions:
    def test_an_error_inside_undoes_all_of_it(self, path: Path, opened: Open) -> None:
        database = opened(path).database

        def write_and_fail() -> None:
            with database.writing() as connection:
                connection.execute("INSERT INTO image_detail VALUES ('a', x'')")
                raise EOFError

        with pytest.raises(EOFError):
            write_and_fail()

        assert database.read("SELECT count(*) FROM image_detail") == [(0,)]

    def test_durable_ones_wait_for_the_disk(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        with database.writing(durable=True) as connection:
            assert connection.execute("PRAGMA synchronous").fetchone() == (2,)

        assert database.read("PRAGMA synchronous") == [(1,)]

    def test_threads_have_connections_of_their_own_and_leave_none(
        self, path: Path, opened: Open
    ) -> None:
        database = opened(path).database
        barrier = threading.Barrier(4)

        def work(number: int) -> None:
            barrier.wait()
            for turn in range(20):
                fill_one(number * 100 + turn)

        def fill_one(number: int) -> None:
            SqliteImageRecords(database).keep_image_details([detail(number)])

        for _ in range(3):
            threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        assert database.read("SELECT count(*) FROM image_detail") == [(80,)]
        assert len(database._connections) <= 5  # the last threads' and this one's

    def test_no_use_after_close(self, path: Path, opened: Open) -> None:
        database = opened(path).database
        database.close()

        with pytest.raises(sqlite3.ProgrammingError):
            database.read("SELECT 1")


_MANY_WRITES = """
import sys
from pathlib import Path
from modeldesk.adapters.sqlite.database import open_database
opened = open_database(Path(sys.argv[1]))
for number in range(50):
    with opened.database.writing() as connection:
        connection.execute("INSERT INTO image_detail VALUES (?, x'')", (sys.argv[2] + str(number),))
print(opened.problem or "fine")
opened.database.close()
"""


def test_processes_share_a_new_file(path: Path, opened: Open) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _MANY_WRITES, str(path), name], stdout=subprocess.PIPE
        )
        for name in ("a", "b", "c")
    ]
    outputs = [process.communicate(timeout=60)[0].strip() for process in processes]

    assert outputs == [b"fine"] * 3
    assert opened(path).database.read("SELECT count(*) FROM image_detail") == [(150,)]


class TestCanNotBeOpened:
    def test_the_folder_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_text("not a folder")

        with pytest.raises(RecordsError, match="can't be made"):
            open_database(tmp_path / "data" / "modeldesk.sqlite")

    def test_the_file_is_a_folder(self, path: Path) -> None:
        path.mkdir(parents=True)

        with pytest.raises(RecordsError, match="can't be opened"):
            open_database(path)

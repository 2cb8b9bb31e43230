"""Opening the records: new, older, damaged, newer, or in another program's hands."""

import logging
import sqlite3
import struct
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from modeldesk.adapters.sqlite.connections import BUSY_SECONDS, Database, connect
from modeldesk.adapters.sqlite.errors import is_busy, is_damaged, our_words
from modeldesk.adapters.sqlite.migrations import RECORDS, Schema
from modeldesk.core.errors import RecordsError, RecordsTooNew
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_MAGIC = b"SQLite format 3\x00"
_USER_VERSION_AT = 60
_BESIDE = ("-wal", "-shm", "-journal")
"""Files that SQLite keeps beside a database."""
_TRY_AGAIN_S = 0.02

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class OpenedDatabase:
    """A database that can be used, and a sentence when it is not the one that was there."""

    database: Database
    problem: str = ""


def open_database(
    path: Path, busy_seconds: float = BUSY_SECONDS, schema: Schema = RECORDS
) -> OpenedDatabase:
    """Open the records in `path`, making or updating them to `schema` as needed.

    A damaged file is kept aside under another name, and a new one is begun. An older one is
    copied before it is updated, where the schema says so. Raises `RecordsTooNew` for one that a
    newer program wrote, which is left as it is; `RecordsBusy` when another program holds the file
    for longer than `busy_seconds`; `RecordsError` when it can't be opened.
    """
    _make_folder(path.parent)
    with our_words(path):
        problem = ""
        file = _identity(path)
        try:
            _prepare(path, busy_seconds, schema)
        except sqlite3.DatabaseError as error:
            if not is_damaged(error):
                raise
            # Another window may have met the same file and begun a new one in its place.
            if _identity(path) == file:
                aside = _keep_aside(path)
                logger.info("damaged records kept as %s: %s", aside, error)
                problem = schema.damage_said(aside)
            _prepare(path, busy_seconds, schema)
        return OpenedDatabase(Database(path, busy_seconds), problem)


def _prepare(path: Path, busy_seconds: float, schema: Schema) -> None:
    """Check and update the file. Raises SQLite's own errors, and `RecordsTooNew`."""
    _refuse_newer(path, _version_in_header(path), schema)
    with closing(connect(path, busy_seconds)) as connection:
        version = _patiently(lambda: _version(connection), busy_seconds)
        _refuse_newer(path, version, schema)
        if version:
            _check(connection)
        else:
            # Only before the first page is written.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _patiently(lambda: connection.execute("PRAGMA journal_mode = WAL"), busy_seconds)
        if schema.copied and 0 < version < schema.version:
            _copy(connection, path, version)
        _patiently(lambda: _migrate(connection, path, schema), busy_seconds)


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file is under a name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordsError(
            tr("The folder {path} for the records can't be made.", path=folder),
            tr("Check that the folder above it is yours and has room."),
            str(error),
        ) from error


def _version_in_header(path: Path) -> int:
    """The schema version, read without SQLite, which could change the file by looking at it."""
    try:
        with path.open("rb") as file:
            header = file.read(_USER_VERSION_AT + 4)
    except OSError:
        return 0
    if len(header) < _USER_VERSION_AT + 4 or not header.startswith(_MAGIC):
        return 0
    version: int = struct.unpack_from(">i", header, _USER_VERSION_AT)[0]
    return version


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _refuse_newer(path: Path, version: int, schema: Schema) -> None:
    if version > schema.version:
        raise RecordsTooNew(
            tr("The records in {path} were written by a newer ModelDesk.", path=path),
            tr("Use that version, or move the file away to begin new records."),
            f"schema {version}, this program knows {schema.version}",
        )


def _check(connection: sqlite3.Connection) -> None:
    said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        error = sqlite3.DatabaseError(said)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Keep the file as it is before the update, under a name that says which version it is."""
    with closing(sqlite3.connect(path.with_name(f"{path.name}.version-{version}"))) as copy:
        connection.backup(copy)


def _migrate(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Bring the schema up to date, each step whole or not at all. Another process may be doing
    the same."""
    for target, statements in enumerate(schema.migrations, 1):
        if _version(connection) >= target:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = _version(connection)
            _refuse_newer(path, version, schema)
            if version < target:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {target}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _patiently(action: Callable[[], _Result], seconds: float) -> _Result:
    """The result of `action`, tried for `seconds`: SQLite itself does not wait for a file that
    is just being switched to write-ahead logging."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() >= deadline:
                raise
            time.sleep(_TRY_AGAIN_S)


def _keep_aside(path: Path) -> Path:
    """Move the file, and what SQLite has beside it, out of the way; where it went."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{count}")
    try:
        path.replace(aside)
        for ending in _BESIDE:
            beside = path.with_name(path.name + ending)
            if beside.exists():
                beside.replace(aside.with_name(aside.name + ending))
    except OSError as error:
        raise RecordsError(
            tr("The records in {path} are damaged and can't be moved away.", path=path),
            tr("Close other windows of ModelDesk, or move the file yourself."),
            str(error),
        ) from error
    return aside

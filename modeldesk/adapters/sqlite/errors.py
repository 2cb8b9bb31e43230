"""SQLite's errors in our own words."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modeldesk.core.errors import RecordsBusy, RecordsDamaged, RecordsError
from modeldesk.core.words import tr

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_NOT_WRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its extension; 0 where the error did not come from SQLite."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else holds what was asked for."""
    return primary_code(error) in _BUSY


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file can't be what SQLite wrote."""
    return primary_code(error) in _DAMAGED


def translated(error: sqlite3.Error, path: Path) -> RecordsError:
    """The error as the core knows it."""
    detail = str(error)
    if is_busy(error):
        return RecordsBusy(
            tr("The records in {path} are in use by another program.", path=path),
            tr("Close other windows of ModelDesk, or whatever has the file open, and try again."),
            detail,
        )
    if is_damaged(error):
        return RecordsDamaged(
            tr("The records in {path} are damaged.", path=path),
            tr("Start ModelDesk again: it keeps the damaged file aside and begins a new one."),
            detail,
        )
    code = primary_code(error)
    if code == sqlite3.SQLITE_FULL:
        return RecordsError(
            tr("The records could not be written: there is no room left for {path}.", path=path),
            tr("Free some space on that disk and try again."),
            detail,
        )
    if code in _NOT_WRITABLE:
        return RecordsError(
            tr("The records in {path} can't be written.", path=path),
            tr("Check that the file and its folder are yours and not read-only."),
            detail,
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return RecordsError(
            tr("The records in {path} can't be opened.", path=path),
            tr("Check that the folder exists and is yours."),
            detail,
        )
    return RecordsError(
        tr("The records in {path} can't be used.", path=path),
        tr("Check the disk, then start ModelDesk again."),
        detail,
    )


@contextmanager
def our_words(path: Path) -> Iterator[None]:
    """Errors of SQLite inside come out as `RecordsError`."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
            raise  # a bug of ours
        raise translated(error, path) from error


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Around reading what columns hold: SQLite does not notice damage inside of a value, which
    then is not what was packed. Comes out as `RecordsDamaged`."""
    try:
        yield
    except (zlib.error, ValueError, LookupError, TypeError, AssertionError) as error:
        raise RecordsDamaged(
            tr("A record in {path} is damaged.", path=path),
            tr("Move the file away to begin new records, or put back a copy of it."),
            repr(error),
        ) from error

"""One database file: connections, transactions, and their errors."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from modeldesk.adapters.sqlite.errors import our_words
from modeldesk.adapters.sqlite.owner import Owner

Value = str | int | float | bytes | None
"""What a column holds."""

BUSY_SECONDS = 5.0


def connect(path: Path, busy_seconds: float) -> sqlite3.Connection:
    """A connection that begins no transaction by itself, and that any thread may close."""
    connection = sqlite3.connect(
        path, timeout=busy_seconds, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        # With write-ahead logging NORMAL loses no more than the last moment when the power
        # fails, and never damages the file.
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Database:
    """A file whose schema is up to date. Every thread gets a connection of its own.

    Every method raises `RecordsBusy` when another process holds the file for longer than
    `busy_seconds`, `RecordsDamaged`, or `RecordsError`.
    """

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.busy_seconds = busy_seconds
        self.owner = Owner(path)
        """This program, as the owner of what it records as under way."""
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._closed = False

    def read(self, sql: str, parameters: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        """All rows of a query."""
        with our_words(self.path):
            return self._connection().execute(sql, parameters).fetchall()

    @contextmanager
    def writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction: all of what is done inside, or nothing of it. A durable one is on the
        disk when this returns, whatever happens to the machine then."""
        with our_words(self.path):
            connection = self._connection()
            if durable:
                connection.execute("PRAGMA synchronous = FULL")
            try:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            finally:
                if durable:
                    connection.execute("PRAGMA synchronous = NORMAL")

    def give_back_space(self) -> None:
        """Return what deleted rows took to the disk."""
        with our_words(self.path):
            # A script, because as a query it stops at the first page.
            self._connection().executescript("PRAGMA incremental_vacuum")

    def close(self) -> None:
        """Close every thread's connection and give up what is owned. Nothing may be read or
        written afterwards."""
        with self._lock:
            self._closed = True
            connections = list(self._connections.values())
            self._connections.clear()
        for connection in connections:
            connection.close()
        self.owner.close()

    def _connection(self) -> sqlite3.Connection:
        thread = threading.current_thread()
        with self._lock:
            found = self._connections.get(thread)
            if found is not None:
                return found
            if self._closed:
                raise sqlite3.ProgrammingError("the database was closed")
            for ended in [known for known in self._connections if not known.is_alive()]:
                self._connections.pop(ended).close()
            connection = self._connections[thread] = connect(self.path, self.busy_seconds)
            return connection

"""Which running program a record belongs to.

A process id alone says nothing: it is given again. So each program holds a lock of its own on a
small file beside the database, and the system lets go of it when the program ends, however it
ends. The lock is one of SQLite's, which knows how to lock on every platform.
"""

import logging
import sqlite3
import threading
import uuid
from contextlib import closing
from pathlib import Path

from modeldesk.adapters.sqlite.errors import is_busy, our_words

logger = logging.getLogger(__name__)


class Owner:
    """This program, as the owner of what it has under way. Costs nothing until it is asked."""

    def __init__(self, database: Path) -> None:
        self._folder = database.with_name(f"{database.name}-owners")
        self._lock = threading.Lock()
        self._held: sqlite3.Connection | None = None
        self._name = ""

    @property
    def name(self) -> str:
        """A name that no other program ever has, and that is alive from now on."""
        with self._lock:
            if self._held is None:
                self._name = uuid.uuid4().hex
                self._held = self._take(self._folder / self._name)
            return self._name

    def is_alive(self, name: str) -> bool:
        """Whether the program called `name` still runs. What a dead one left is cleared."""
        if self._held is not None and name == self._name:
            return True
        file = self._folder / name
        if not name or not file.exists():
            return False
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.DatabaseError as error:
                if is_busy(error):
                    return True
                logger.info("lock %s can't be read: %s", file, error)
                return False
            connection.execute("ROLLBACK")
        file.unlink(missing_ok=True)
        return False

    def close(self) -> None:
        """Own nothing any more."""
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None
                (self._folder / self._name).unlink(missing_ok=True)

    def _take(self, file: Path) -> sqlite3.Connection:
        with our_words(file):
            self._folder.mkdir(exist_ok=True)
            connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
            try:
                connection.execute("BEGIN EXCLUSIVE")
            except sqlite3.Error:
                connection.close()
                raise
            return connection

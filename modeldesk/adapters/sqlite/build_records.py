"""Every build that was started."""

from modeldesk.adapters.sqlite.build_rows import COLUMNS, RECENT, ROW, record_of, values_of
from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import pack, unpack
from modeldesk.core.build.model import BuildRecord, BuildState
from modeldesk.core.ids import BuildId, ModelName

MOST_LOG_BYTES = 64 << 20
"""On the disk, compressed: thousands of builds of the usual kind."""


class SqliteBuildRecords:
    """Implements the `BuildRecords` port. A build belongs to the program that added it, until
    that program closes its database or ends. The oldest logs make room for new ones."""

    def __init__(self, database: Database, most_log_bytes: int = MOST_LOG_BYTES) -> None:
        self._database = database
        self._owner = database.owner
        self._most_log_bytes = most_log_bytes

    def add_build(self, record: BuildRecord) -> None:
        """See `modeldesk.core.build.ports.BuildRecords`."""
        values = (*values_of(record), pack(record.log), self._owner.name)
        marks = ",".join("?" * len(values))
        with self._database.writing() as connection:
            connection.execute(
                f"INSERT INTO build ({COLUMNS}, log_packed, owner) VALUES ({marks})", values
            )

    def update_build(self, record: BuildRecord) -> None:
        """See `modeldesk.core.build.ports.BuildRecords`."""
        columns = ", ".join(f"{name.strip()} = ?" for name in COLUMNS.split(","))
        none = pack("")
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE build SET {columns}, log_packed = ? WHERE id = ?",
                (*values_of(record), pack(record.log), record.id),
            )
            connection.execute(
                """
                UPDATE build SET log_packed = ? WHERE length(log_packed) > ? AND id IN (
                    SELECT id FROM (
                        SELECT id, sum(length(log_packed))
                            OVER (ORDER BY started DESC, rowid DESC) AS with_newer
                        FROM build
                    ) WHERE with_newer > ?
                )
                """,
                (none, len(none), self._most_log_bytes),
            )

    def build(self, build: BuildId) -> BuildRecord | None:
        """See `modeldesk.core.build.ports.BuildRecords`."""
        rows = self._database.read(
            f"SELECT {COLUMNS}, log_packed FROM build WHERE id = ?", (build,)
        )
        with readable(self._database.path):
            return record_of(rows[0][:-1], unpack(rows[0][-1])) if rows else None

    def recent_builds(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        """See `modeldesk.core.build.ports.BuildRecords`."""
        rows = self._database.read(
            f"SELECT {RECENT} FROM build ORDER BY started DESC, rowid DESC LIMIT ?", (limit,)
        )
        with readable(self._database.path):
            return tuple(record_of(row) for row in rows)

    def build_history(self, model: ModelName | None = None) -> tuple[BuildRecord, ...]:
        """See `modeldesk.core.build.ports.BuildRecords`."""
        of_model, values = ("", ()) if model is None else ("WHERE model = ?", (model,))
        rows = self._database.read(
            f"SELECT {ROW} FROM build {of_model} ORDER BY started DESC, rowid DESC", values
        )
        with readable(self._database.path):
            return tuple(record_of(row) for row in rows)

    def mark_interrupted_builds(self) -> int:
        """See `modeldesk.core.build.ports.BuildRecords`."""
        running = BuildState.RUNNING.value
        rows = self._database.read("SELECT DISTINCT owner FROM build WHERE state = ?", (running,))
        dead = [owner for (owner,) in rows if not self._owner.is_alive(str(owner))]
        if not dead:
            return 0
        with self._database.writing() as connection:
            marks = ",".join("?" * len(dead))
            done = connection.execute(
                f"UPDATE build SET state = ? WHERE state = ? AND owner IN ({marks})",
                (BuildState.INTERRUPTED.value, running, *dead),
            )
            return done.rowcount

"""Every build that was started."""

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import (
    from_json,
    pack,
    pack_json,
    plain,
    to_json,
    to_text,
    to_time,
    unpack,
    unpack_json,
)
from modeldesk.core.build.model import BuildRecord, BuildState, BuildStep, StepState
from modeldesk.core.ids import BuildId, ImageId, ModelName
from modeldesk.core.references import Reference

_COLUMNS = (
    "id, model, folder_json, references_json, started, state, seconds, context_bytes, image, "
    "error, steps_packed"
)


class SqliteBuildRecords:
    """Implements the `BuildRecords` port. A build belongs to the program that added it, until
    that program closes its database or ends."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._owner = database.owner

    def add_build(self, record: BuildRecord) -> None:
        """See `modeldesk.core.ports.BuildRecords`."""
        values = (*_values(record), pack(record.log), self._owner.name)
        marks = ",".join("?" * len(values))
        with self._database.writing() as connection:
            connection.execute(
                f"INSERT INTO build ({_COLUMNS}, log_packed, owner) VALUES ({marks})", values
            )

    def update_build(self, record: BuildRecord) -> None:
        """See `modeldesk.core.ports.BuildRecords`."""
        columns = ", ".join(f"{name.strip()} = ?" for name in _COLUMNS.split(","))
        with self._database.writing() as connection:
            connection.execute(
                f"UPDATE build SET {columns}, log_packed = ? WHERE id = ?",
                (*_values(record), pack(record.log), record.id),
            )

    def build(self, build: BuildId) -> BuildRecord | None:
        """See `modeldesk.core.ports.BuildRecords`."""
        rows = self._database.read(
            f"SELECT {_COLUMNS}, log_packed FROM build WHERE id = ?", (build,)
        )
        with readable(self._database.path):
            return _record(rows[0][:-1], unpack(rows[0][-1])) if rows else None

    def recent_builds(self, limit: int = 100) -> tuple[BuildRecord, ...]:
        """See `modeldesk.core.ports.BuildRecords`."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM build ORDER BY started DESC, rowid DESC LIMIT ?", (limit,)
        )
        with readable(self._database.path):
            return tuple(_record(row) for row in rows)

    def mark_interrupted_builds(self) -> int:
        """See `modeldesk.core.ports.BuildRecords`."""
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


def _values(record: BuildRecord) -> tuple[Value, ...]:
    steps = [
        (
            step.id,
            step.name,
            step.state.value,
            step.cached,
            step.seconds,
            step.bytes_done,
            step.bytes_total,
            step.error,
        )
        for step in record.steps
    ]
    return (
        record.id,
        record.model,
        to_json(record.folder),
        to_json([(r.registry, r.repository, r.tag, r.digest) for r in record.references]),
        to_text(record.started),
        record.state.value,
        record.seconds,
        record.context_bytes,
        record.image,
        plain(record.error),
        pack_json(steps),
    )


def _record(row: tuple[Value, ...], log: str = "") -> BuildRecord:
    build, model, folder, references, started, state, seconds, size, image, error, steps = row
    assert isinstance(seconds, float)
    assert isinstance(size, int)
    return BuildRecord(
        id=BuildId(str(build)),
        model=ModelName(str(model)),
        folder=from_json(folder),
        references=tuple(Reference(*parts) for parts in from_json(references)),
        started=to_time(started),
        state=BuildState(state),
        seconds=seconds,
        context_bytes=size,
        image=None if image is None else ImageId(str(image)),
        steps=tuple(
            BuildStep(step, name, StepState(step_state), *rest)
            for step, name, step_state, *rest in unpack_json(steps)
        ),
        log=log,
        error=str(error),
    )

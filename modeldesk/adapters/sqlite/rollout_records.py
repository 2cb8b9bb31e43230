"""Rollouts, and what was seen of them. Everything written here is durable."""

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import plain, to_text, to_time
from modeldesk.adapters.sqlite.rollout_packing import (
    packed_check,
    packed_evaluation,
    rollout_of,
    rollout_row,
    unpacked_check,
    unpacked_evaluation,
)
from modeldesk.core.canary.model import (
    Evaluation,
    Phase,
    Rollout,
    RolloutChange,
    RolloutCheck,
)
from modeldesk.core.canary.ports import KEPT_CHECKS
from modeldesk.core.releases.model import DeploymentKey

_COLUMNS = (
    'engine, deployment, "release", target_json, stable_json, plan_json, salt, phase, step, since, '
    "started, failed_in_a_row, silent_windows, not_measured, why, who, finished, checked, "
    "paused_from, ending, ended_by"
)
_PLACES = ", ".join("?" for _ in _COLUMNS.split(","))
_SET = ", ".join(f"{name.strip()} = ?" for name in _COLUMNS.split(",")[2:])
_CHANGE = "time, phase, step, share, who, why"


class SqliteRolloutRecords:
    """Implements the `RolloutRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_rollout(self, rollout: Rollout, change: RolloutChange) -> int:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        with self._database.writing(durable=True) as connection:
            row = connection.execute(
                f"INSERT INTO rollout ({_COLUMNS}) VALUES ({_PLACES})", rollout_row(rollout)
            )
            number = int(row.lastrowid or 0)
            connection.execute(*_insert_change(number, change))
            return number

    def save_rollout(
        self,
        rollout: Rollout,
        check: RolloutCheck | None = None,
        change: RolloutChange | None = None,
    ) -> None:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        with self._database.writing(durable=True) as connection:
            # Which deployment it is of is not changed by who read it a while ago.
            saved = connection.execute(
                f"UPDATE rollout SET {_SET} WHERE id = ?", (*rollout_row(rollout)[2:], rollout.id)
            )
            if not saved.rowcount:
                return
            if change is not None:
                connection.execute(*_insert_change(rollout.id, change))
            if check is not None:
                connection.execute(
                    "INSERT INTO rollout_check (rollout, seen_json) VALUES (?, ?)",
                    (rollout.id, packed_check(check)),
                )
                connection.execute(
                    "DELETE FROM rollout_check WHERE rollout = ? AND id <= (SELECT id FROM "
                    "rollout_check WHERE rollout = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                    (rollout.id, rollout.id, KEPT_CHECKS),
                )

    def rollout(self, number: int) -> Rollout | None:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        return next(iter(self._read("WHERE id = ?", (number,))), None)

    def rollouts(self, key: DeploymentKey) -> tuple[Rollout, ...]:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        return self._read(
            "WHERE engine = ? AND deployment = ? ORDER BY id DESC", (key.engine, key.name)
        )

    def open_rollout(self, key: DeploymentKey) -> Rollout | None:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        found = self._read(
            "WHERE engine = ? AND deployment = ? AND finished IS NULL", (key.engine, key.name)
        )
        return next(iter(found), None)

    def open_rollouts(self) -> tuple[Rollout, ...]:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        return self._read("WHERE finished IS NULL ORDER BY id")

    def checks(self, number: int) -> tuple[RolloutCheck, ...]:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        rows = self._database.read(
            "SELECT seen_json FROM rollout_check WHERE rollout = ? ORDER BY id", (number,)
        )
        with readable(self._database.path):
            return tuple(unpacked_check(str(row[0])) for row in rows)

    def changes(self, number: int) -> tuple[RolloutChange, ...]:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        rows = self._database.read(
            f"SELECT {_CHANGE} FROM rollout_change WHERE rollout = ? ORDER BY id", (number,)
        )
        with readable(self._database.path):
            return tuple(map(_change, rows))

    def keep_evaluation(self, number: int, evaluation: Evaluation) -> None:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        with self._database.writing(durable=True) as connection:
            connection.execute(
                "UPDATE rollout SET evaluation_json = ? WHERE id = ?",
                (packed_evaluation(evaluation), number),
            )

    def evaluation(self, number: int) -> Evaluation | None:
        """See `modeldesk.core.canary.ports.RolloutRecords`."""
        rows = self._database.read("SELECT evaluation_json FROM rollout WHERE id = ?", (number,))
        if not rows or rows[0][0] is None:
            return None
        with readable(self._database.path):
            return unpacked_evaluation(str(rows[0][0]))

    def _read(self, where: str, parameters: tuple[Value, ...] = ()) -> tuple[Rollout, ...]:
        rows = self._database.read(f"SELECT id, {_COLUMNS} FROM rollout {where}", parameters)
        with readable(self._database.path):
            return tuple(map(rollout_of, rows))


def _insert_change(number: int, change: RolloutChange) -> tuple[str, tuple[Value, ...]]:
    values = (
        number,
        to_text(change.time),
        change.phase.value,
        change.step,
        change.share,
        plain(change.who),
        plain(change.why),
    )
    return f"INSERT INTO rollout_change (rollout, {_CHANGE}) VALUES (?, ?, ?, ?, ?, ?, ?)", values


def _change(row: tuple[Value, ...]) -> RolloutChange:
    time, phase, step, share, who, why = row
    return RolloutChange(
        to_time(time), Phase(phase), int(str(step)), int(str(share)), str(who), str(why)
    )

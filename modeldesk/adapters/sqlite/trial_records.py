"""Trials that came to their end."""

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import (
    from_json,
    pack_json,
    plain,
    to_json,
    to_text,
    to_time,
    unpack_json,
)
from modeldesk.adapters.sqlite.trial_packing import packed_trial, unpacked_trial
from modeldesk.core.ids import ModelName
from modeldesk.core.trial.model import Trial, TrialSummary

_COLUMNS = "id, started, folder_json, model, commit_name"


class SqliteTrialRecords:
    """Implements the `TrialRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_trial(self, trial: Trial) -> None:
        """See `modeldesk.core.trial.ports.TrialRecords`."""
        values = (
            trial.id,
            to_text(trial.started),
            to_json(trial.folder),
            plain(trial.model),
            plain(trial.commit),
            pack_json(packed_trial(trial)),
        )
        with self._database.writing() as connection:
            connection.execute(
                f"INSERT OR REPLACE INTO trial ({_COLUMNS}, measured_packed) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )

    def trial(self, trial: str) -> Trial | None:
        """See `modeldesk.core.trial.ports.TrialRecords`."""
        rows = self._database.read(
            f"SELECT {_COLUMNS}, measured_packed FROM trial WHERE id = ?", (trial,)
        )
        if not rows:
            return None
        with readable(self._database.path):
            return unpacked_trial(_summary(rows[0][:-1]), unpack_json(rows[0][-1]))

    def recent_trials(self, limit: int = 100) -> tuple[TrialSummary, ...]:
        """See `modeldesk.core.trial.ports.TrialRecords`."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM trial ORDER BY started DESC, rowid DESC LIMIT ?", (limit,)
        )
        with readable(self._database.path):
            return tuple(map(_summary, rows))


def _summary(row: tuple[Value, ...]) -> TrialSummary:
    trial, started, folder, model, commit = row
    return TrialSummary(
        str(trial), to_time(started), from_json(folder), ModelName(str(model)), str(commit)
    )

"""Events on their way to receivers. Everything written here is durable."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from modeldesk.adapters.sqlite.connections import Database
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.event_rows import (
    DELIVERY,
    FINDING,
    NEW_DELIVERY,
    NOTE,
    delivery_values,
    finding_values,
    read_delivery,
    read_finding,
    read_note,
)
from modeldesk.adapters.sqlite.packing import plain, to_text
from modeldesk.core.ids import EngineId
from modeldesk.core.release_events.model import Addressed, Delivery, Note, Standing
from modeldesk.core.release_events.ports import StandingFinding
from modeldesk.core.words import tr

MOST_WAITING, MOST_GIVEN_UP = 10_000, 1_000
"""For one receiver."""


class SqliteOutbox:
    """Implements the `Outbox` port."""

    def __init__(
        self,
        database: Database,
        most_waiting: int = MOST_WAITING,
        most_given_up: int = MOST_GIVEN_UP,
    ) -> None:
        """More for one receiver: of what waits, the oldest is given up; of that, forgotten."""
        self._database = database
        self._most_waiting = most_waiting
        self._most_given_up = most_given_up

    def take_notes(self, make: Callable[[Note], Addressed | None], most: int = 100) -> int:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        look = f"SELECT {NOTE} FROM event_note ORDER BY number LIMIT ?"
        if not self._database.read(look, (most,)):
            # Looked for every few seconds: no transaction for nothing.
            return 0
        with self._database.writing(durable=True) as connection:
            rows = connection.execute(look, (most,)).fetchall()
            with readable(self._database.path):
                notes = tuple(map(read_note, rows))
            self._add(connection, [made for note in notes if (made := make(note)) is not None])
            connection.executemany(
                "DELETE FROM event_note WHERE number = ?", [(row[0],) for row in rows]
            )
            return len(rows)

    def add(self, events: Sequence[Addressed]) -> None:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            self._add(connection, events)

    def head(self, receiver: str) -> Delivery | None:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        return next(iter(self.waiting(receiver, 1)), None)

    def waiting(self, receiver: str, most: int = 100) -> tuple[Delivery, ...]:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        rows = self._database.read(
            f"SELECT {DELIVERY} FROM event_delivery WHERE receiver = ? AND given_up IS NULL "
            "ORDER BY number LIMIT ?",
            (receiver, most),
        )
        with readable(self._database.path):
            return tuple(map(read_delivery, rows))

    def delivered(self, number: int) -> None:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            connection.execute("DELETE FROM event_delivery WHERE number = ?", (number,))

    def put_off(self, number: int, not_before: datetime, problem: str) -> None:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            connection.execute(
                "UPDATE event_delivery SET tries = tries + 1, not_before = ?, problem = ? "
                "WHERE number = ?",
                (to_text(not_before), plain(problem), number),
            )

    def give_up(self, number: int, at: datetime, problem: str) -> None:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            connection.execute(
                "UPDATE event_delivery SET tries = tries + 1, given_up = ?, problem = ? "
                "WHERE number = ?",
                (to_text(at), plain(problem), number),
            )
            receiver = "SELECT receiver FROM event_delivery WHERE number = ?"
            for (found,) in connection.execute(receiver, (number,)).fetchall():
                self._forget_oldest(connection, str(found))

    def give_up_older(self, receiver: str, than: datetime, at: datetime, problem: str) -> int:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            done = connection.execute(
                "UPDATE event_delivery SET given_up = ?, problem = ? "
                "WHERE receiver = ? AND given_up IS NULL AND queued <= ?",
                (to_text(at), plain(problem), receiver, to_text(than)),
            ).rowcount
            self._forget_oldest(connection, receiver)
            return done

    def given_up(self, receiver: str, most: int = 100) -> tuple[Delivery, ...]:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        rows = self._database.read(
            f"SELECT {DELIVERY} FROM event_delivery WHERE receiver = ? AND given_up IS NOT NULL "
            "ORDER BY number DESC LIMIT ?",
            (receiver, most),
        )
        with readable(self._database.path):
            return tuple(map(read_delivery, rows))

    def retry(self, receiver: str, at: datetime) -> int:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            done = connection.execute(
                "UPDATE event_delivery SET given_up = NULL, tries = 0, not_before = NULL, "
                "queued = ? WHERE receiver = ? AND given_up IS NOT NULL",
                (to_text(at), receiver),
            ).rowcount
            connection.execute(
                "UPDATE event_delivery SET not_before = NULL WHERE receiver = ?", (receiver,)
            )
            return done

    def standing(self, receivers: Sequence[str]) -> tuple[Standing, ...]:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        rows = self._database.read(
            "SELECT receiver, count(*), count(given_up) FROM event_delivery GROUP BY receiver"
        )
        counts = {str(name): (int(str(every)), int(str(up))) for name, every, up in rows}
        found = []
        for receiver in receivers:
            every, up = counts.get(receiver, (0, 0))
            head = self.head(receiver) if every > up else None
            found.append(Standing(receiver, every - up, up, head))
        return tuple(found)

    def keep_only(self, receivers: Collection[str]) -> None:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        marks = ",".join("?" * len(receivers))
        with self._database.writing(durable=True) as connection:
            connection.execute(
                f"DELETE FROM event_delivery WHERE receiver NOT IN ({marks})", tuple(receivers)
            )

    def findings(self, engine: EngineId) -> tuple[StandingFinding, ...]:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        rows = self._database.read(
            f"SELECT {FINDING} FROM standing_finding WHERE engine = ?", (engine,)
        )
        with readable(self._database.path):
            return tuple(map(read_finding, rows))

    def found(self, finding: StandingFinding, event: Addressed) -> bool:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            done = connection.execute(
                f"INSERT OR IGNORE INTO standing_finding ({FINDING}) VALUES (?, ?, ?, ?, ?)",
                finding_values(finding),
            ).rowcount
            if done:
                self._add(connection, (event,))
            return bool(done)

    def gone(self, finding: StandingFinding, event: Addressed) -> bool:
        """See `modeldesk.core.release_events.ports.Outbox`."""
        with self._database.writing(durable=True) as connection:
            done = connection.execute(
                "DELETE FROM standing_finding WHERE engine = ? AND deployment = ? AND problem = ?",
                (finding.engine, finding.deployment, finding.problem),
            ).rowcount
            if done:
                self._add(connection, (event,))
            return bool(done)

    def _add(self, connection: sqlite3.Connection, events: Sequence[Addressed]) -> None:
        for one in events:
            for receiver in one.receivers:
                connection.execute(
                    f"INSERT OR IGNORE INTO event_delivery ({NEW_DELIVERY}) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    delivery_values(one, receiver),
                )
        for receiver in {name for one in events for name in one.receivers}:
            self._give_up_oldest(connection, receiver)

    def _give_up_oldest(self, connection: sqlite3.Connection, receiver: str) -> None:
        row = connection.execute(
            "SELECT number FROM event_delivery WHERE receiver = ? AND given_up IS NULL "
            "ORDER BY number DESC LIMIT 1 OFFSET ?",
            (receiver, self._most_waiting),
        ).fetchone()
        if row is not None:
            connection.execute(
                "UPDATE event_delivery SET given_up = ?, problem = ? "
                "WHERE receiver = ? AND given_up IS NULL AND number <= ?",
                (to_text(datetime.now(UTC)), tr("Too many events waited."), receiver, row[0]),
            )
            self._forget_oldest(connection, receiver)

    def _forget_oldest(self, connection: sqlite3.Connection, receiver: str) -> None:
        connection.execute(
            "DELETE FROM event_delivery WHERE receiver = ? AND given_up IS NOT NULL AND "
            "number <= (SELECT number FROM event_delivery WHERE receiver = ? "
            "AND given_up IS NOT NULL ORDER BY number DESC LIMIT 1 OFFSET ?)",
            (receiver, receiver, self._most_given_up),
        )

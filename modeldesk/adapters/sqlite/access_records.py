"""Tokens and the audit log. Everything written here is durable."""

from collections.abc import Sequence
from datetime import datetime

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.access.audit import Act, AuditEntry, Outcome
from modeldesk.core.access.model import Grant, Role, Token
from modeldesk.core.access.ports import MOST_AUDIT
from modeldesk.core.ids import ModelName

_TOKEN = "id, name, grants_json, created, salt, hash, expires, revoked"
_AUDIT = "time, who, token, address, act, model, subject, outcome, digest, detail"


class SqliteAccessRecords:
    """Implements `TokenRecords` and `AuditRecords`."""

    def __init__(self, database: Database, most_audit: int = MOST_AUDIT) -> None:
        self._database = database
        self._most_audit = most_audit

    def add_token(self, token: Token) -> None:
        """See `modeldesk.core.access.ports.TokenRecords`."""
        values: tuple[Value, ...] = (
            token.id,
            plain(token.name),
            to_json([[one.role.value, one.pattern] for one in token.grants]),
            to_text(token.created),
            token.salt,
            token.hash,
            _text_or_none(token.expires),
            _text_or_none(token.revoked),
        )
        with self._database.writing(durable=True) as connection:
            connection.execute(
                f"INSERT INTO token ({_TOKEN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values
            )

    def token(self, number: str) -> Token | None:
        """See `modeldesk.core.access.ports.TokenRecords`."""
        rows = self._database.read(f"SELECT {_TOKEN} FROM token WHERE id = ?", (number,))
        with readable(self._database.path):
            return next(map(_token, rows), None)

    def tokens(self) -> tuple[Token, ...]:
        """See `modeldesk.core.access.ports.TokenRecords`."""
        rows = self._database.read(f"SELECT {_TOKEN} FROM token ORDER BY created, id")
        with readable(self._database.path):
            return tuple(map(_token, rows))

    def revoke_token(self, number: str, at: datetime) -> bool:
        """See `modeldesk.core.access.ports.TokenRecords`."""
        with self._database.writing(durable=True) as connection:
            done = connection.execute(
                "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL",
                (to_text(at), number),
            )
            return done.rowcount > 0

    def add_audit(self, entry: AuditEntry) -> int:
        """See `modeldesk.core.access.ports.AuditRecords`."""
        values: tuple[Value, ...] = (
            to_text(entry.time),
            plain(entry.who),
            entry.token,
            plain(entry.address),
            entry.act.value,
            plain(entry.model),
            plain(entry.subject),
            entry.outcome.value,
            entry.digest,
            plain(entry.detail),
        )
        with self._database.writing(durable=True) as connection:
            row = connection.execute(
                f"INSERT INTO audit ({_AUDIT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values
            )
            number = int(row.lastrowid or 0)
            connection.execute("DELETE FROM audit WHERE id <= ?", (number - self._most_audit,))
            return number

    def finish_audit(self, number: int, outcome: Outcome, digest: str, detail: str) -> None:
        """See `modeldesk.core.access.ports.AuditRecords`."""
        with self._database.writing(durable=True) as connection:
            connection.execute(
                "UPDATE audit SET outcome = ?, digest = ?, detail = ? WHERE id = ?",
                (outcome.value, digest, plain(detail), number),
            )

    def audit(self, most: int, before: int = 0) -> Sequence[AuditEntry]:
        """See `modeldesk.core.access.ports.AuditRecords`."""
        rows = self._database.read(
            f"SELECT id, {_AUDIT} FROM audit WHERE ? = 0 OR id < ? ORDER BY id DESC LIMIT ?",
            (before, before, most),
        )
        with readable(self._database.path):
            return tuple(map(_entry, rows))


def _text_or_none(time: datetime | None) -> str | None:
    return None if time is None else to_text(time)


def _time_or_none(value: Value) -> datetime | None:
    return None if value is None else to_time(value)


def _token(row: tuple[Value, ...]) -> Token:
    number, name, grants, created, salt, kept, expires, revoked = row
    if not isinstance(salt, bytes) or not isinstance(kept, bytes):
        raise ValueError("a token without its hash")
    return Token(
        str(number),
        str(name),
        tuple(Grant(Role(role), pattern) for role, pattern in from_json(grants)),
        to_time(created),
        salt,
        kept,
        _time_or_none(expires),
        _time_or_none(revoked),
    )


def _entry(row: tuple[Value, ...]) -> AuditEntry:
    number, time, who, token, address, act, model, subject, outcome, digest, detail = row
    return AuditEntry(
        to_time(time),
        str(who),
        str(token),
        str(address),
        Act(act),
        ModelName(str(model)),
        str(subject),
        Outcome(outcome),
        str(digest),
        str(detail),
        int(str(number)),
    )

"""What access asks of the records. Every method raises `RecordsError`; what is written is on the
disk when the call returns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.core.access.audit import AuditEntry, Outcome
from modeldesk.core.access.model import Token

MOST_AUDIT = 1_000_000
"""Lines of the audit log that are kept; the oldest go first."""


class TokenRecords(Protocol):
    """Tokens, by id."""

    def add_token(self, token: Token) -> None: ...

    def token(self, number: str) -> Token | None:
        """One that is kept, valid or not."""
        ...

    def tokens(self) -> tuple[Token, ...]:
        """All of them, oldest first."""
        ...

    def revoke_token(self, number: str, at: datetime) -> bool:
        """Whether there is one that was not revoked before."""
        ...


class AuditRecords(Protocol):
    """What was done, in the order it was begun."""

    def add_audit(self, entry: AuditEntry) -> int:
        """Store a new line (its `id` is ignored) and return its id."""
        ...

    def finish_audit(self, number: int, outcome: Outcome, digest: str, detail: str) -> None:
        """How a line ended."""
        ...

    def audit(self, most: int, before: int = 0) -> Sequence[AuditEntry]:
        """The newest lines; with `before` those older than that id."""
        ...

"""Tokens and the audit log, in memory."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from modeldesk.core.access.audit import AuditEntry, Outcome
from modeldesk.core.access.model import Token
from modeldesk.core.access.ports import MOST_AUDIT

if TYPE_CHECKING:
    from modeldesk.core.errors import RecordsError


class FakeAccessRecords:
    """Implements `TokenRecords` and `AuditRecords`. `failure` is raised by every call while it is
    set."""

    def __init__(self, most_audit: int = MOST_AUDIT) -> None:
        self.failure: RecordsError | None = None
        self._most_audit = most_audit
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}
        self._audit: dict[int, AuditEntry] = {}
        self._last = 0

    def add_token(self, token: Token) -> None:
        self._called()
        with self._lock:
            self._tokens[token.id] = token

    def token(self, number: str) -> Token | None:
        self._called()
        return self._tokens.get(number)

    def tokens(self) -> tuple[Token, ...]:
        self._called()
        with self._lock:
            return tuple(sorted(self._tokens.values(), key=lambda one: (one.created, one.id)))

    def revoke_token(self, number: str, at: datetime) -> bool:
        self._called()
        with self._lock:
            token = self._tokens.get(number)
            if token is None or token.revoked is not None:
                return False
            self._tokens[number] = replace(token, revoked=at)
            return True

    def add_audit(self, entry: AuditEntry) -> int:
        self._called()
        with self._lock:
            self._last += 1
            self._audit[self._last] = replace(entry, id=self._last)
            self._audit.pop(self._last - self._most_audit, None)
            return self._last

    def finish_audit(self, number: int, outcome: Outcome, digest: str, detail: str) -> None:
        self._called()
        with self._lock:
            if number in self._audit:
                self._audit[number] = replace(
                    self._audit[number], outcome=outcome, digest=digest, detail=detail
                )

    def audit(self, most: int, before: int = 0) -> Sequence[AuditEntry]:
        self._called()
        with self._lock:
            found = [one for one in reversed(self._audit.values()) if not before or one.id < before]
            return tuple(found[:most])

    def _called(self) -> None:
        if self.failure is not None:
            raise self.failure

"""Gives out tokens, knows who asks by them, and writes down what they did."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from modeldesk.core.access.audit import Act, AuditEntry, Outcome
from modeldesk.core.access.failures import Failures
from modeldesk.core.access.model import Caller, Grant, Role, Token
from modeldesk.core.access.patterns import check_pattern
from modeldesk.core.access.ports import AuditRecords, TokenRecords
from modeldesk.core.access.secrets import hashed, is_same, make_secret, read_given
from modeldesk.core.containers.told import check_told
from modeldesk.core.errors import (
    Cancelled,
    InvalidInput,
    ModelDeskError,
    NotAllowed,
    NotSignedIn,
    RecordsError,
    TooManyFailures,
)
from modeldesk.core.ids import ModelName
from modeldesk.core.words import tr

logger = logging.getLogger(__name__)

_LONGEST_NAME = 80
_NOBODY = b"\0" * 16


@dataclass(slots=True)
class Noted:
    """What is to be written when an act ends."""

    digest: str = ""
    detail: str = ""
    outcome: Outcome = Outcome.DONE


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and from where."""

    caller: Caller
    address: str


class Access:
    """Safe to call from several threads, and from several programs over one file."""

    def __init__(
        self,
        tokens: TokenRecords,
        audit: AuditRecords,
        failures: Failures,
        now: Callable[[], datetime],
    ) -> None:
        self._tokens = tokens
        self._audit = audit
        self._failures = failures
        self._now = now

    def add(
        self, name: str, grants: Sequence[Grant], lasts: timedelta | None = None
    ) -> tuple[Token, str]:
        """Make a token; what is kept of it, and its text, which is known nowhere else from now
        on. Raises `InvalidInput`, `RecordsError`."""
        title = check_told(name)
        if not title or len(title) > _LONGEST_NAME or not title.isprintable():
            raise InvalidInput(
                tr("“{name}” can’t be the name of a token.", name=title[:_LONGEST_NAME]),
                tr("Say who it is for, in up to {count} characters.", count=_LONGEST_NAME),
            )
        if not grants:
            raise InvalidInput(tr("A token without a role is of no use."))
        for grant in grants:
            check_pattern(grant.pattern)
        made, now = make_secret(), self._now()
        expires = None if lasts is None else now + lasts
        kept = tuple(dict.fromkeys(grants))
        token = Token(made.id, title, kept, now, made.salt, made.hash, expires)
        self._tokens.add_token(token)
        return token, made.text

    def tokens(self) -> tuple[Token, ...]:
        """All of them, oldest first, those that are no longer valid too."""
        return self._tokens.tokens()

    def revoke(self, name: str) -> tuple[Token, ...]:
        """From now on nobody gets in with the token of that id, or with any of that name; those
        that were valid. Raises `InvalidInput` for none."""
        now = self._now()
        found = [
            one
            for one in self._tokens.tokens()
            if name in (one.id, one.name) and one.revoked is None
        ]
        if not found:
            raise InvalidInput(
                tr("No token “{name}” can be revoked.", name=name),
                tr("“modeldesk serve token list” lists them."),
            )
        return tuple(
            replace(one, revoked=now) for one in found if self._tokens.revoke_token(one.id, now)
        )

    def who(self, given: str, address: str) -> Caller:
        """Who has the token `given` (empty for none). Raises `NotSignedIn`, and `TooManyFailures`
        once `address` has failed too often, whatever it gives then; `RecordsError`."""
        wait = self._failures.wait_s(address)
        if wait > 0:
            raise TooManyFailures(
                wait,
                tr("Too many tries without a valid token came from {address}.", address=address),
                tr("Wait {seconds} seconds, and give a valid one.", seconds=int(wait) + 1),
            )
        if not given:
            raise NotSignedIn(
                tr("No token was sent."),
                tr("Send a token: “Authorization: Bearer mdt_…”."),
            )
        token = self._known(given)
        if token is None or not token.is_valid(self._now()):
            self._failures.add(address)
            number = token.id if token else ""
            why = tr("expired or revoked") if token else tr("not known")
            self._write(
                AuditEntry(
                    self._now(),
                    token.name if token else "",
                    number,
                    address,
                    Act.SIGN_IN,
                    ModelName(""),
                    "",
                    Outcome.DENIED,
                    detail=why,
                )
            )
            raise NotSignedIn(
                tr("The token is not valid: {why}.", why=why),
                tr("Ask whoever runs this server for another: modeldesk serve token add"),
            )
        return Caller(token.name, token.grants, token.id)

    def check(self, asker: Asker, role: Role, act: Act, model: str, subject: str = "") -> None:
        """Raise `NotAllowed`, and write that down, unless they have the role for `model`; with
        the empty name: for every model."""
        caller = asker.caller
        if caller.may(role, model) if model else caller.may_everywhere(role):
            return
        entry = self._entry(asker, act, model, subject, Outcome.DENIED)
        self._write(replace(entry, detail=tr("needs {role}", role=role.value)))
        raise NotAllowed(
            tr(
                "{name} may not do that: it needs the role “{role}” for {model}.",
                name=caller.name,
                role=role.value,
                model=model or tr("every model"),
            ),
            tr("Ask whoever runs this server for a token that has it."),
        )

    @contextmanager
    def noting(self, asker: Asker, act: Act, model: str, subject: str = "") -> Iterator[Noted]:
        """While inside, an act is under way; it is written before it begins, and how it ended
        after that. Raises `RecordsError` where it can't be written: then nothing is done."""
        number = self._audit.add_audit(self._entry(asker, act, model, subject, Outcome.BEGUN))
        noted = Noted()
        try:
            yield noted
        except ModelDeskError as error:
            ended = Outcome.CANCELLED if isinstance(error, Cancelled) else Outcome.FAILED
            self._finish(number, ended, noted.digest, noted.detail or error.message)
            raise
        except GeneratorExit:
            self._finish(number, Outcome.CANCELLED, noted.digest, noted.detail)
            raise
        except BaseException:
            self._finish(number, Outcome.FAILED, noted.digest, noted.detail)
            raise
        self._finish(number, noted.outcome, noted.digest, noted.detail)

    def audit(self, most: int, before: int = 0) -> Sequence[AuditEntry]:
        """The newest lines; with `before` those older than that one. Raises `RecordsError`."""
        return self._audit.audit(most, before)

    def _known(self, given: str) -> Token | None:
        read = read_given(given)
        if read is None:
            return None
        token = self._tokens.token(read.id)
        if token is None:
            # As long as for one that is there.
            hashed(read.secret, _NOBODY)
            return None
        return token if is_same(read.secret, token.salt, token.hash) else None

    def _entry(
        self, asker: Asker, act: Act, model: str, subject: str, outcome: Outcome
    ) -> AuditEntry:
        caller = asker.caller
        return AuditEntry(
            self._now(),
            caller.name,
            caller.token,
            asker.address,
            act,
            ModelName(model),
            subject,
            outcome,
        )

    def _write(self, entry: AuditEntry) -> None:
        """Of what was refused: that stays so where it can't be written."""
        try:
            self._audit.add_audit(entry)
        except RecordsError as error:
            logger.error("the audit log can't be written: %s", error)

    def _finish(self, number: int, outcome: Outcome, digest: str, detail: str) -> None:
        # It is done, and its beginning is in the log.
        with suppress(RecordsError):
            self._audit.finish_audit(number, outcome, digest, detail)

"""How the command line tells of tokens and of the audit log."""

from collections.abc import Sequence

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.core.access.audit import AuditEntry
from modeldesk.core.access.model import Grant, Token
from modeldesk.core.ids import short
from modeldesk.core.text import printable
from modeldesk.core.words import tr


def new_token_answer(token: Token, text: str) -> Answer:
    """The only answer with the secret in it."""
    said = tr("Keep it: it is shown this once. Whoever has it is {name}.", name=token.name)
    return Answer({**_token_json(token), "token": text}, (text, said))


def tokens_answer(tokens: Sequence[Token]) -> Answer:
    """Every token, without its secret."""
    header = ("ID", "NAME", "MAY", "MADE", "EXPIRES", "")
    rows = [
        (
            one.id,
            one.name,
            ", ".join(map(_grant_text, one.grants)),
            f"{one.created:%Y-%m-%d}",
            f"{one.expires:%Y-%m-%d}" if one.expires else "",
            tr("revoked") if one.revoked else "",
        )
        for one in tokens
    ]
    lines = table(header, rows) if rows else [tr("There is no token.")]
    return Answer([_token_json(one) for one in tokens], tuple(lines))


def audit_answer(entries: Sequence[AuditEntry]) -> Answer:
    """The newest lines of the log, newest first."""
    header = ("TIME", "WHO", "FROM", "DID", "MODEL", "WHAT", "DIGEST", "OUTCOME", "")
    rows = [
        (
            f"{one.time:%Y-%m-%d %H:%M:%S}",
            one.who,
            one.address,
            one.act.value,
            one.model,
            printable(one.subject),
            short(one.digest),
            one.outcome.value,
            printable(one.detail),
        )
        for one in entries
    ]
    lines = table(header, rows) if rows else [tr("Nothing was done yet.")]
    return Answer([{**one.document} for one in entries], tuple(lines))


def _grant_text(grant: Grant) -> str:
    return f"{grant.role.value} {grant.pattern}"


def _token_json(one: Token) -> dict[str, Json]:
    return {
        "id": one.id,
        "name": one.name,
        "grants": [{"role": grant.role.value, "model": grant.pattern} for grant in one.grants],
        "created": one.created.isoformat(),
        "expires": one.expires.isoformat() if one.expires else None,
        "revoked": one.revoked.isoformat() if one.revoked else None,
    }

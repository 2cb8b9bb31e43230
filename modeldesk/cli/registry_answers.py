"""How the command line tells of registries, accounts and checks."""

from modeldesk.cli.answer import Answer, Json
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.core.errors import RegistryDenied, RegistryError
from modeldesk.core.registry.accounts import Account
from modeldesk.core.registry.check import CheckReport, CheckStep, Outcome, step_name
from modeldesk.core.registry.credentials import keeper_text
from modeldesk.core.registry.hosts import is_loopback
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_MARKS = {
    Outcome.GOOD: "ok",
    Outcome.NOTE: "note",
    Outcome.FAILED: "FAILED",
    Outcome.NOT_RUN: "-",
}


def registry_json(known: KnownRegistry, account: Account) -> dict[str, Json]:
    """A registry with who is signed in; no secret is known here."""
    return {
        "host": known.host,
        "name": known.name,
        "http": known.plain_http,
        "ca_file": known.ca_file,
        "repositories": list(known.repositories),
        **account_json(account),
    }


def account_json(account: Account) -> dict[str, Json]:
    return {"user": account.user, "signed_in": account.known, "kept_in": account.keeper}


def kept_text(account: Account) -> str:
    """Who is signed in, and where that is kept, for a table."""
    if not account.known:
        return ""
    return f"{account.user or tr('a token')} ({keeper_text(account.keeper)})"


def spoken_text(known: KnownRegistry) -> str:
    """How a registry is spoken to: encrypted first in any case."""
    if known.plain_http or is_loopback(known.host):
        return tr("https or http")
    return "https"


def step_line(step: CheckStep) -> str:
    """One step of a check on one line."""
    return f"{step_name(step.step)}: {_MARKS[step.outcome]}  {printable(step.text)}".rstrip()


def report_json(report: CheckReport) -> dict[str, Json]:
    """Every step with its outcome."""
    failed = report.failed
    return {
        "host": report.registry,
        "ok": failed is None,
        "accepted": report.accepted,
        "failed": failed.step.value if failed else "",
        "steps": [
            {
                "step": one.step.value,
                "outcome": one.outcome.value,
                "text": one.text,
                "hint": one.hint,
                "detail": one.detail,
            }
            for one in report.steps
        ],
    }


def checked(report: CheckReport, more: dict[str, Json], lines: tuple[str, ...]) -> Answer:
    """The answer after a check; the step that failed is its problem."""
    hints = [one.hint for one in report.steps if one.outcome is Outcome.NOTE and one.hint]
    failed = report.failed
    json = {**report_json(report), **more}
    if failed is None:
        return Answer(json, (*hints, *lines))
    kind = RegistryDenied if report.refused else RegistryError
    problem = kind(failed.text, failed.hint, failed.detail)
    return Answer(json, (), ExitCode.FAILED, problem)

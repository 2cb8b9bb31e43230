"""A registry as a row of a table."""

from dataclasses import dataclass

from modeldesk.core.own_registry.model import OwnState
from modeldesk.core.registry.accounts import Account, account_text
from modeldesk.core.registry.check import CheckReport, Outcome, step_name
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.words import tr
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import Cell, Column


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """`account` is None while it is not known who is signed in, `report` before a check."""

    known: KnownRegistry
    account: Account | None = None
    report: CheckReport | None = None
    own: OwnState | None = None
    """How it stands, where it is one's own on the engine in use."""


def columns() -> list[Column[RegistryRow]]:
    """The columns, left to right."""
    return [
        Column("registry", tr("Registry"), _registry, stretch=True),
        Column("name", tr("Name"), _name, least=80, gives_way=0),
        Column("account", tr("Signed in"), _account, least=90),
        Column("check", tr("Last check"), _check, least=128),
    ]


def check_text(report: CheckReport | None) -> str:
    """How a check ended, in a few words."""
    if report is None:
        return tr("not checked yet")
    if report.failed is None:
        return tr("all well")
    return tr("failed: {step}", step=step_name(report.failed.step))


def _registry(row: RegistryRow) -> Cell:
    known = row.known
    chips = [ChipSpec("HTTP", Tone.WARNING)] if known.plain_http else []
    if row.own is not None:
        chips.append(_own_chip(row.own))
    told = "\n".join(filter(None, (known.host, known.ca_file, *known.repositories)))
    return Cell(known.host, tuple(chips), mono=True, tooltip=printable_lines(told))


def _own_chip(state: OwnState) -> ChipSpec:
    match state:
        case OwnState.RUNNING:
            return ChipSpec(tr("runs here"), Tone.GOOD, dot=True)
        case OwnState.UNHEALTHY:
            return ChipSpec(tr("unhealthy"), Tone.BAD, dot=True)
        case OwnState.COLLECTING:
            return ChipSpec(tr("collects garbage"), Tone.ACCENT)
        case OwnState.UNFINISHED:
            return ChipSpec(tr("not whole"), Tone.WARNING)
        case _:
            return ChipSpec(tr("stopped"))


def _name(row: RegistryRow) -> Cell:
    name = printable(row.known.name)
    return Cell(name, tooltip=name, prose=True)


def _account(row: RegistryRow) -> Cell:
    if row.account is None:
        return Cell("…", muted=True)
    if not row.account.known:
        return Cell(tr("nobody"), muted=True)
    told = printable(account_text(row.account))
    return Cell(printable(row.account.user) or tr("a token"), tooltip=told)


def _check(row: RegistryRow) -> Cell:
    report = row.report
    text = check_text(report)
    if report is None:
        return Cell(text, muted=True, prose=True)
    if report.failed is not None:
        told = printable_lines(f"{report.failed.text}\n{report.failed.hint}")
        return Cell(text, tone=Tone.BAD, tooltip=told, prose=True)
    notes = [one.text for one in report.steps if one.outcome is Outcome.NOTE]
    return Cell(text, tone=Tone.GOOD, tooltip=printable_lines("\n".join(notes)), prose=True)


def printable_lines(text: str) -> str:
    """Several lines from outside, each as it can be shown."""
    return "\n".join(map(printable, text.splitlines()))

"""A receiver of events, and a delivery, as rows of tables."""

from dataclasses import dataclass

from modeldesk.core.event_kinds import GROUPS
from modeldesk.core.event_receiver import KEYRING, EventReceiver, ReceiverKind
from modeldesk.core.release_events.answers import Fate, Verdict
from modeldesk.core.release_events.model import Delivery, Standing
from modeldesk.core.release_events.service import kind_text, standing_text
from modeldesk.core.words import tr, trn
from modeldesk.ui.presentation import printable
from modeldesk.ui.theme.tokens import Tone
from modeldesk.ui.widgets.chip import ChipSpec
from modeldesk.ui.widgets.keyed_model import Cell, Column


@dataclass(frozen=True, slots=True)
class ReceiverRow:
    """`standing` is None before it was read, `tested` before a test."""

    receiver: EventReceiver
    standing: Standing | None = None
    tested: Verdict | None = None


def group_text(group: str) -> str:
    """A group of events, for people."""
    return {
        "release": tr("Deploys"),
        "rollback": tr("Rollbacks"),
        "canary": tr("Canaries"),
        "finding": tr("Findings"),
        "remedy": tr("Remedies"),
    }[group]


def receiver_columns() -> list[Column[ReceiverRow]]:
    """Left to right."""
    return [
        Column("receiver", tr("Receiver"), _receiver, stretch=True),
        Column("events", tr("Events"), _events, least=80, gives_way=0),
        Column("secret", tr("Secret"), _secret, least=70, gives_way=1),
        Column("state", tr("State"), _state, least=110),
    ]


def delivery_columns() -> list[Column[Delivery]]:
    """Left to right."""
    return [
        Column("time", tr("Time"), _time),
        Column("event", tr("Event"), lambda one: Cell(kind_text(one.event), mono=True)),
        Column("deployment", tr("Deployment"), _deployment, least=70),
        Column("tries", tr("Tries"), lambda one: Cell(str(one.tries)), align="right"),
        Column("why", tr("Why not"), _why, stretch=True),
    ]


def _receiver(row: ReceiverRow) -> Cell:
    one = row.receiver
    chips = [ChipSpec("Dapr", Tone.ACCENT)] if one.kind is ReceiverKind.DAPR else []
    if one.kind is ReceiverKind.WEBHOOK and one.address.startswith("http:"):
        chips.append(ChipSpec("HTTP", Tone.WARNING))
    place = one.shown_address
    if one.kind is ReceiverKind.DAPR:
        place = f"{place} → {one.pubsub}/{one.topic}"
    told = printable(place)
    if one.name:
        return Cell(printable(one.name), tuple(chips), tooltip=told)
    return Cell(told, tuple(chips), mono=True, tooltip=told)


def _events(row: ReceiverRow) -> Cell:
    chosen = row.receiver.events
    if not chosen or set(GROUPS) <= set(chosen):
        return Cell(tr("all"), prose=True)
    names = [group_text(one) if one in GROUPS else one for one in chosen]
    return Cell(", ".join(names), tooltip="\n".join(names), prose=True)


def _secret(row: ReceiverRow) -> Cell:
    where = row.receiver.secret
    if not where:
        return Cell(tr("none"), muted=True)
    text = tr("keyring") if where == KEYRING else printable(where.partition(":")[2])
    return Cell(text, tooltip=text)


def _state(row: ReceiverRow) -> Cell:
    standing, tested = row.standing, row.tested
    if standing is not None and (standing.given_up or standing.waiting):
        tone = Tone.BAD if standing.given_up else Tone.WARNING
        parts = []
        if standing.given_up:
            parts.append(tr("{count} failed", count=standing.given_up))
        if standing.waiting:
            parts.append(trn("{count} waiting", "{count} waiting", standing.waiting))
        told = printable(standing_text(standing))
        return Cell(", ".join(parts), tone=tone, tooltip=told, prose=True)
    if tested is None:
        return Cell(tr("nothing waits") if standing else "…", muted=True, prose=True)
    if tested.fate is Fate.DELIVERED:
        return Cell(tr("test received"), tone=Tone.GOOD, prose=True)
    return Cell(tr("test failed"), tone=Tone.BAD, tooltip=printable(tested.text), prose=True)


def _time(one: Delivery) -> Cell:
    return Cell(f"{one.event.time.astimezone():%Y-%m-%d %H:%M:%S}", muted=True)


def _deployment(one: Delivery) -> Cell:
    return Cell(printable(one.event.subject))


def _why(one: Delivery) -> Cell:
    told = printable(one.problem) or tr("not tried yet")
    return Cell(told, tooltip=told, prose=True, tone=Tone.BAD if one.given_up else None)

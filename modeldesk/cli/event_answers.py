"""Receivers of events, and what is on its way to them, as answers."""

from collections.abc import Sequence

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.core.event_receiver import EventReceiver, ReceiverKind
from modeldesk.core.release_events.model import Delivery, Standing
from modeldesk.core.release_events.service import kind_text, standing_text
from modeldesk.core.words import tr


def receiver_json(receiver: EventReceiver, standing: Standing | None = None) -> dict[str, Json]:
    """A receiver, without its secret."""
    told: dict[str, Json] = {
        "id": receiver.id,
        "name": receiver.name,
        "kind": receiver.kind.value,
        "address": receiver.shown_address,
        "events": list(receiver.events),
        "binary": receiver.binary,
        "secret": receiver.secret,
    }
    if receiver.kind is ReceiverKind.DAPR:
        told |= {"pubsub": receiver.pubsub, "topic": receiver.topic}
    if standing is not None:
        told |= {"waiting": standing.waiting, "failed": standing.given_up}
    return told


def receivers_answer(found: Sequence[tuple[EventReceiver, Standing]]) -> Answer:
    """All of them, and how things stand with each."""
    rows = [
        (
            one.id,
            one.name,
            _place(one),
            ", ".join(one.events) or tr("all"),
            one.secret or tr("none"),
            standing_text(standing),
        )
        for one, standing in found
    ]
    lines = table(("ID", "NAME", "ADDRESS", "EVENTS", "SECRET", "STATE"), rows) if rows else [
        tr("Nobody is told of releases. “modeldesk events add ADDRESS” names a receiver.")
    ]  # fmt: skip
    return Answer([receiver_json(*one) for one in found], tuple(lines))


def deliveries_answer(found: Sequence[tuple[EventReceiver, Sequence[Delivery]]]) -> Answer:
    """What waits, or what was given up."""
    every = [(receiver, one) for receiver, deliveries in found for one in deliveries]
    rows = [
        (
            f"{one.event.time.astimezone():%Y-%m-%d %H:%M:%S}",
            receiver.name or receiver.id,
            kind_text(one.event),
            one.event.subject,
            str(one.tries),
            one.problem,
        )
        for receiver, one in every
    ]
    head = ("TIME", "RECEIVER", "EVENT", "DEPLOYMENT", "TRIES", "WHY NOT")
    lines = table(head, rows, "    r") if rows else [tr("There is none.")]
    return Answer([_delivery_json(*one) for one in every], tuple(lines))


def _delivery_json(receiver: EventReceiver, one: Delivery) -> dict[str, Json]:
    return {
        "receiver": receiver.id,
        "event": one.event.id,
        "type": one.event.type,
        "time": one.event.time.isoformat(),
        "deployment": one.event.subject,
        "tries": one.tries,
        "not_before": one.not_before.isoformat() if one.not_before else None,
        "failed": one.given_up.isoformat() if one.given_up else None,
        "problem": one.problem,
    }


def _place(one: EventReceiver) -> str:
    if one.kind is ReceiverKind.DAPR:
        return f"{one.shown_address} ({one.pubsub}/{one.topic})"
    return one.shown_address

"""``modeldesk events …``: who is told of releases, and what is on its way to them."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace

from modeldesk.cli.answer import Answer
from modeldesk.cli.event_answers import deliveries_answer, receiver_json, receivers_answer
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.prompts import read_secret
from modeldesk.cli.session import Session
from modeldesk.core.errors import CredentialsError, InvalidInput, NotFound
from modeldesk.core.event_kinds import CHOICES
from modeldesk.core.event_receiver import (
    DAPR_ADDRESS,
    KEYRING,
    EventReceiver,
    ReceiverKind,
    receiver,
    with_receiver,
)
from modeldesk.core.release_events.answers import Fate
from modeldesk.core.release_events.model import Delivery
from modeldesk.core.release_events.sender import send_now
from modeldesk.core.release_events.signing import make_secret
from modeldesk.core.words import tr, trn

_EPILOG = f"""\
events: {", ".join(CHOICES)}
Each is a CloudEvent 1.0 with the deployment, its model and environment, digests, who, why and the
numbers; webhooks are signed as Standard Webhooks are, sidecars of Dapr publish to a topic. What is
not received is sent again for a day, in its order and with the same id, by whichever program of
ModelDesk runs; then it is kept as failed.
"""
_RETRY_S = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    acts = parser.add_subparsers(dest="act", metavar="ACT")
    _act(acts, "list", "the receivers, and how things stand with each; so without an ACT")
    _add_add(_act(acts, "add", "have a webhook or a sidecar of Dapr told of releases"))
    for name, summary in (
        ("remove", "tell a receiver no more; what waits for it and its secret are forgotten"),
        ("test", "send a receiver an event that tells of nothing"),
    ):
        _named(_act(acts, name, summary), optional=False)
    for name, summary in (
        ("waiting", "what is still to be sent"),
        ("failed", "what was given up, newest first"),
        ("retry", "send what was given up, and what waits, now"),
    ):
        _named(_act(acts, name, summary), optional=True)


def _add_add(add: argparse.ArgumentParser) -> None:
    add.add_argument(
        "address", metavar="ADDRESS", nargs="?", default="",
        help=f"https://host/path; of a sidecar {DAPR_ADDRESS} where it is left out",
    )  # fmt: skip
    add.add_argument("--name", default="", help="what to call it")
    add.add_argument(
        "--events",
        action="append",
        default=[],
        metavar="NAME",
        help="which events, else all; may be repeated, or separated by commas",
    )
    add.add_argument("--dapr", metavar="PUBSUB/TOPIC", help="a sidecar publishes them there")
    add.add_argument(
        "--binary", action="store_true", help="CloudEvents in headers, with the data as body"
    )
    secret = add.add_mutually_exclusive_group()
    secret.add_argument(
        "--secret", metavar="env:NAME|file:PATH", default="", help="where the secret is"
    )
    secret.add_argument(
        "--secret-stdin",
        action="store_true",
        help="take the secret from standard input, for the system's keyring",
    )
    secret.add_argument(
        "--make-secret",
        action="store_true",
        help="make one for the keyring; it is shown once, for the receiver",
    )


def _act(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=summary, description=summary.capitalize() + ".")
    # As the command's own, which stays as it was where this one is not given.
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON document"
    )
    return parser


def _named(parser: argparse.ArgumentParser, *, optional: bool) -> None:
    parser.add_argument(
        "receiver",
        metavar="RECEIVER",
        nargs="?" if optional else None,
        help="its id, name or address" + ("; else every one" if optional else ""),
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """Do the act. No engine is asked."""
    match arguments.act:
        case "list" | None:
            events = session.release_events()
            return receivers_answer(
                list(zip(session.parts.settings.event_receivers, events.standing(), strict=True))
            )
        case "add":
            return _add(arguments, session)
        case "remove":
            return _remove(_one(session, arguments.receiver), session)
        case "test":
            return _test(_one(session, arguments.receiver), session)
        case "waiting":
            return _deliveries(arguments, session, session.release_events().outbox.waiting)
        case "failed":
            return _deliveries(arguments, session, session.release_events().outbox.given_up)
        case _:
            return _retry(_some(session, arguments.receiver), session)


def _add(arguments: argparse.Namespace, session: Session) -> Answer:
    kind = ReceiverKind.WEBHOOK if arguments.dapr is None else ReceiverKind.DAPR
    pubsub, _, topic = (arguments.dapr or "").partition("/")
    kept = arguments.secret_stdin or arguments.make_secret
    if kind is ReceiverKind.DAPR and arguments.make_secret:
        raise InvalidInput(
            tr("A sidecar is given the API token that it was started with; none is made for it.")
        )
    new = receiver(
        arguments.address or (DAPR_ADDRESS if kind is ReceiverKind.DAPR else ""),
        name=arguments.name,
        kind=kind,
        events=[name for one in arguments.events for name in one.split(",") if name],
        binary=arguments.binary,
        secret=KEYRING if kept else arguments.secret,
        pubsub=pubsub,
        topic=topic,
    )
    lines = [tr("{name} is told of releases. “modeldesk events test {id}” tries it out.",
                name=new.title, id=new.id)]  # fmt: skip
    told = receiver_json(new)
    if kept:
        secret = make_secret() if arguments.make_secret else read_secret()
        session.release_events().keep_secret(new, secret, session.job.token)
        if arguments.make_secret:
            told["new_secret"] = secret
            lines.append(tr("Its secret, which is shown only now: {secret}", secret=secret))
    elif not new.secret and kind is ReceiverKind.WEBHOOK:
        lines.append(tr("It has no secret, so it can't tell who sends what it gets."))
    _save(session, with_receiver(session.parts.settings.event_receivers, new))
    return Answer(told, tuple(lines))


def _remove(gone: EventReceiver, session: Session) -> Answer:
    problem: CredentialsError | None = None
    events = session.release_events()
    try:
        events.forget(gone, session.job.token)
    except CredentialsError as error:
        problem = error
    left = (one for one in session.parts.settings.event_receivers if one.id != gone.id)
    _save(session, tuple(left))
    said = tr("{name} is told no more.", name=gone.title)
    return Answer({"id": gone.id, "removed": True}, (said,), problem=problem)


def _test(one: EventReceiver, session: Session) -> Answer:
    found = session.release_events().test(one, session.job.token)
    done = found.fate is Fate.DELIVERED
    return Answer(
        {"id": one.id, "received": done, "said": found.text},
        (found.text,),
        ExitCode.DONE if done else ExitCode.FAILED,
    )


def _deliveries(
    arguments: argparse.Namespace,
    session: Session,
    look: Callable[[str], Sequence[Delivery]],
) -> Answer:
    # What was noted a moment ago waits too.
    session.release_events().collect()
    return deliveries_answer([(one, look(one.id)) for one in _some(session, arguments.receiver)])


def _retry(chosen: Sequence[EventReceiver], session: Session) -> Answer:
    events = session.release_events()
    count = sum(events.retry(one) for one in chosen)
    send_now(events, _RETRY_S, session.job.token)
    session.job.token.raise_if_cancelled()
    answer = receivers_answer([(one, events.outbox.standing([one.id])[0]) for one in chosen])
    said = trn("{count} that had failed is sent again.",
               "{count} that had failed are sent again.", count)  # fmt: skip
    return replace(answer, lines=(said, *answer.lines))


def _some(session: Session, named: str | None) -> tuple[EventReceiver, ...]:
    if named is None:
        return session.parts.settings.event_receivers
    return (_one(session, named),)


def _one(session: Session, named: str) -> EventReceiver:
    """Raises `NotFound`, and `InvalidInput` where several are called so."""
    found = [
        one
        for one in session.parts.settings.event_receivers
        if named in (one.id, one.name, one.address)
    ]
    if len(found) > 1:
        raise InvalidInput(
            tr("Several receivers are called “{name}”.", name=named),
            tr("Say its id: {ids}", ids=", ".join(one.id for one in found)),
        )
    if not found:
        raise NotFound(
            tr("There is no receiver “{name}”.", name=named),
            tr("“modeldesk events list” lists them."),
        )
    return found[0]


def _save(session: Session, receivers: tuple[EventReceiver, ...]) -> None:
    parts = session.parts
    after = replace(parts.settings, event_receivers=receivers)
    parts.settings = parts.settings_file.change(parts.settings, after)

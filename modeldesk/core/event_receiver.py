"""Who is told of what happens to deployments, as the settings keep it. No secret is in here."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from modeldesk.core.errors import InvalidInput
from modeldesk.core.event_kinds import CHOICES
from modeldesk.core.words import tr

KEYRING = "keyring"
FROM_VARIABLE, FROM_FILE = "env:", "file:"
DAPR_ADDRESS = "http://127.0.0.1:3500"
_LONGEST_ADDRESS, _LONGEST_NAME = 2000, 80


class ReceiverKind(StrEnum):
    """How a receiver is spoken to. The values are kept in the settings."""

    WEBHOOK = "webhook"
    DAPR = "dapr"
    """A sidecar publishes what it gets."""


@dataclass(frozen=True, slots=True)
class EventReceiver:
    """One receiver. Make it with `receiver`, which checks it."""

    id: str
    """Made once; what waits for the receiver is known by it."""
    name: str
    address: str
    """Of a sidecar: without what is published to."""
    kind: ReceiverKind = ReceiverKind.WEBHOOK
    events: tuple[str, ...] = ()
    """Some of the `CHOICES`; none: all."""
    binary: bool = False
    """CloudEvents in headers beside the data, rather than all of it as one JSON document."""
    secret: str = ""
    """Where it is: `KEYRING`, ``env:NAME``, ``file:/path``; empty for none. Webhooks are signed
    with it; a sidecar is given it as its API token."""
    pubsub: str = ""
    topic: str = ""

    @property
    def title(self) -> str:
        return self.name or self.shown_address

    @property
    def shown_address(self) -> str:
        """Without its query."""
        return self.address.partition("?")[0]

    @property
    def target(self) -> str:
        """Where a request goes to."""
        if self.kind is ReceiverKind.WEBHOOK:
            return self.address
        names = "/".join(quote(one, safe="") for one in (self.pubsub, self.topic))
        return f"{self.address.rstrip('/')}/v1.0/publish/{names}"


def new_id() -> str:
    """One that no other receiver has."""
    return secrets.token_hex(6)


def receiver(
    address: str,
    *,
    id: str = "",  # noqa: A002 - as the field is called
    name: str = "",
    kind: ReceiverKind = ReceiverKind.WEBHOOK,
    events: Iterable[str] = (),
    binary: bool = False,
    secret: str = "",
    pubsub: str = "",
    topic: str = "",
) -> EventReceiver:
    """A receiver as a person describes it. Raises `InvalidInput` with a sentence on what is
    wrong."""
    title = name.strip()
    if len(title) > _LONGEST_NAME or not title.isprintable():
        raise InvalidInput(
            tr("“{name}” can't be a name here.", name=title[:_LONGEST_NAME]),
            tr("Use at most {count} printable characters.", count=_LONGEST_NAME),
        )
    chosen = tuple(dict.fromkeys(events))
    for one in chosen:
        if one not in CHOICES:
            raise InvalidInput(
                tr("There are no events called “{name}”.", name=one),
                tr("There are: {names}", names=", ".join(CHOICES)),
            )
    if kind is ReceiverKind.DAPR:
        _check_published(pubsub, topic)
    return EventReceiver(
        id or new_id(),
        title,
        check_address(address),
        kind,
        chosen,
        binary and kind is ReceiverKind.WEBHOOK,
        check_secret(secret),
        pubsub.strip() if kind is ReceiverKind.DAPR else "",
        topic.strip() if kind is ReceiverKind.DAPR else "",
    )


def check_address(text: str) -> str:
    """The address, without what is around it. Raises `InvalidInput`."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or len(address) > _LONGEST_ADDRESS or not _is_plain(address) or parts.fragment:
        raise InvalidInput(
            tr("“{address}” is no address that events could be sent to.", address=address[:200]),
            tr("Give it as https://host/path."),
        )
    if "@" in parts.netloc or _has_secret(parts.query):
        raise InvalidInput(
            tr("A password or token in the address would be kept in the settings file."),
            tr("Leave it out, and give the receiver a secret instead: what is sent is signed with "
               "it."),
        )  # fmt: skip
    return address


def check_secret(text: str) -> str:
    """Where a secret is. Raises `InvalidInput` for the secret itself and anything else."""
    where = text.strip()
    if where in ("", KEYRING):
        return where
    if where.startswith(FROM_VARIABLE) and where.removeprefix(FROM_VARIABLE).isidentifier():
        return where
    path = where.removeprefix(FROM_FILE)
    if where.startswith(FROM_FILE) and path.isprintable() and Path(path).is_absolute():
        return where
    raise InvalidInput(
        tr("That does not say where a secret is."),
        tr("Name a variable (env:NAME) or a file (file:/path); or have the keyring keep it."),
    )


def with_receiver(
    receivers: Iterable[EventReceiver], one: EventReceiver
) -> tuple[EventReceiver, ...]:
    """The list with `one` in the place of the one with its id, or at its end."""
    kept = tuple(receivers)
    if any(other.id == one.id for other in kept):
        return tuple(one if other.id == one.id else other for other in kept)
    return (*kept, one)


def read_receivers(given: object) -> tuple[EventReceiver, ...]:
    """Receivers as they were saved; what can't be one is passed over."""
    found: dict[str, EventReceiver] = {}
    for one in given if isinstance(given, list) else []:
        read = _read_one(one)
        if read is not None:
            found.setdefault(read.id, read)
    return tuple(found.values())


def _read_one(given: object) -> EventReceiver | None:
    if not isinstance(given, dict) or not _text(given, "id").isalnum():
        return None
    events = given.get("events")
    listed = events if isinstance(events, list) else []
    known = [one for one in listed if isinstance(one, str) and one in CHOICES]
    if listed and not known:
        # Nothing chosen would mean all.
        return None
    try:
        return receiver(
            _text(given, "address"),
            id=_text(given, "id"),
            name=_text(given, "name"),
            kind=ReceiverKind(_text(given, "kind")),
            events=known,
            binary=given.get("binary") is True,
            secret=_text(given, "secret"),
            pubsub=_text(given, "pubsub"),
            topic=_text(given, "topic"),
        )
    except (InvalidInput, ValueError):
        return None


def _check_published(pubsub: str, topic: str) -> None:
    for one in (pubsub.strip(), topic.strip()):
        if not one or not one.isprintable() or len(one) > _LONGEST_NAME:
            raise InvalidInput(
                tr("A sidecar has to be told what to publish to."),
                tr("Name the pub/sub component and the topic, as in orders/releases."),
            )


def _has_secret(query: str) -> bool:
    if not query:
        return False
    # Settings are read before the first paint, and hardly any receiver has a query.
    from modeldesk.core.containers.secrets import looks_secret

    return any(looks_secret(key, value) for key, value in parse_qsl(query))


def _is_plain(text: str) -> bool:
    """Whether it can stand in a request as it is."""
    return text.isascii() and text.isprintable() and not any(c in ' "<>\\^`{|}' for c in text)


def _text(given: dict[object, object], key: str) -> str:
    value = given.get(key)
    return value if isinstance(value, str) else ""

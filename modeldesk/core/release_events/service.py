"""Has events told: takes what the records noted, addresses it, and sends what waits."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from modeldesk.core.errors import EventNotSent
from modeldesk.core.event_kinds import TYPE_PREFIX, EventKind, wants
from modeldesk.core.event_receiver import KEYRING, EventReceiver
from modeldesk.core.ids import NO_ENGINE, DeploymentName
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import DeploymentLocks
from modeldesk.core.release_events import answers
from modeldesk.core.release_events.answers import Fate, Verdict, pause_s, verdict
from modeldesk.core.release_events.cloud_events import cloud_event, message
from modeldesk.core.release_events.making import event_of
from modeldesk.core.release_events.model import (
    Addressed,
    CloudEvent,
    Delivery,
    Note,
    ReleaseEvent,
    Standing,
)
from modeldesk.core.release_events.ports import EventPoster, Known, Outbox, SecretKeeper
from modeldesk.core.release_events.secrets import check_typed, secret_of
from modeldesk.core.words import tr

_AT_ONCE = 100
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Means:
    """What events are told by."""

    poster: EventPoster
    keeper: SecretKeeper
    locks: DeploymentLocks
    clock: Callable[[], datetime]


class ReleaseEvents:
    """Safe to call from several threads. What waits for one receiver is sent by one caller at a
    time, over all running programs, and in its order."""

    def __init__(
        self,
        outbox: Outbox,
        receivers: Callable[[], Sequence[EventReceiver]],
        known: Known,
        means: Means,
    ) -> None:
        """`receivers` gives them as the settings have them by now."""
        self.outbox = outbox
        self.receivers = receivers
        self._known = known
        self._means = means

    def collect(self) -> int:
        """Put what the records have noted into the outbox; how many notes there were. Raises
        `RecordsError`."""
        taken = 0
        while True:
            found = self.outbox.take_notes(self._made, _AT_ONCE)
            taken += found
            if found < _AT_ONCE:
                return taken

    def tell(self, event: ReleaseEvent) -> None:
        """Have an event sent to whoever wants it. It is in the outbox when this returns. Raises
        `RecordsError`."""
        self.outbox.add((self.addressed(event),))

    def addressed(self, event: ReleaseEvent) -> Addressed:
        """The event, for those who want it now."""
        ids = tuple(one.id for one in self.receivers() if wants(one.events, event.kind))
        return Addressed(cloud_event(event), ids, self._means.clock())

    def due(self) -> dict[str, float]:
        """In how many seconds each receiver that something waits for is to be tried; 0 or less
        for now. Raises `RecordsError`."""
        now = self._means.clock()
        standing = self.outbox.standing([one.id for one in self.receivers()])
        return {one.receiver: _due_s(one.head, now) for one in standing if one.head is not None}

    def deliver(self, receiver: EventReceiver, token: CancelToken) -> int:
        """Send what waits for a receiver, until one has to be waited for; how many it got. Raises
        `AlreadyRunning` where that is being done, `RecordsError`, `Cancelled`."""
        sent = 0
        with self._means.locks.hold(f"events for {receiver.id}"):
            while True:
                token.raise_if_cancelled()
                head = self.outbox.head(receiver.id)
                if head is None or _due_s(head, self._means.clock()) > 0:
                    return sent
                sent += self._send(head, receiver, token)

    def test(
        self, receiver: EventReceiver, token: CancelToken, secret: str | None = None
    ) -> Verdict:
        """Send an event that tells of nothing, past the outbox; with `secret` in the place of
        what is kept. Raises `EventNotSent`, `Cancelled`."""
        now = self._means.clock()
        event = ReleaseEvent(
            new_event_id(), EventKind.TEST, now, NO_ENGINE, DeploymentName("test"), why="test"
        )
        return self._posted(cloud_event(event), receiver, token, secret)

    def standing(self) -> tuple[Standing, ...]:
        """How things stand with each receiver. Raises `RecordsError`."""
        return self.outbox.standing([one.id for one in self.receivers()])

    def retry(self, receiver: EventReceiver) -> int:
        """Have what was given up sent again; how many there are. Raises `RecordsError`."""
        return self.outbox.retry(receiver.id, self._means.clock())

    def keep_secret(self, receiver: EventReceiver, secret: str, token: CancelToken) -> None:
        """Have the keyring keep the secret of a receiver. Raises `InvalidInput`,
        `CredentialsError`, `Cancelled`."""
        self._means.keeper.keep(receiver.id, check_typed(secret), token)

    def forget(self, receiver: EventReceiver, token: CancelToken) -> None:
        """A receiver is gone from the settings: forget its secret, and what waits for it. Raises
        `CredentialsError`, `RecordsError`, `Cancelled`."""
        left = [one.id for one in self.receivers() if one.id != receiver.id]
        self.outbox.keep_only(left)
        if receiver.secret == KEYRING:
            self._means.keeper.forget(receiver.id, token)

    def _made(self, note: Note) -> Addressed | None:
        event = event_of(note, self._known)
        return self.addressed(event) if event is not None else None

    def _send(self, delivery: Delivery, receiver: EventReceiver, token: CancelToken) -> bool:
        """Whether the receiver got it."""
        try:
            found = self._posted(delivery.event, receiver, token)
        except EventNotSent as error:
            found = Verdict(Fate.AGAIN, str(error))
        now = self._means.clock()
        match found.fate:
            case Fate.DELIVERED:
                self.outbox.delivered(delivery.number)
                return True
            case Fate.REFUSED:
                self.outbox.give_up(delivery.number, now, found.text)
            case Fate.AGAIN:
                self._again(delivery, found, now)
        return False

    def _again(self, delivery: Delivery, found: Verdict, now: datetime) -> None:
        tries = delivery.tries + 1
        oldest = now - answers.GIVE_UP_AFTER_S * _SECOND
        if tries >= answers.LEAST_TRIES and delivery.queued <= oldest:
            # Those behind it would wait for a day more, one after the other.
            self.outbox.give_up_older(delivery.receiver, oldest, now, found.text)
            return
        until = now + pause_s(tries, found.pause_s) * _SECOND
        self.outbox.put_off(delivery.number, until, found.text)

    def _posted(
        self,
        event: CloudEvent,
        receiver: EventReceiver,
        token: CancelToken,
        given: str | None = None,
    ) -> Verdict:
        secret = secret_of(receiver, self._means.keeper, token) if given is None else given
        post = message(event, receiver, secret, self._means.clock())
        return verdict(self._means.poster.post(post, token), self._means.clock())


def new_event_id() -> str:
    """One that no other event has."""
    return secrets.token_hex(16)


def kind_text(event: CloudEvent) -> str:
    """What an event is called where receivers choose."""
    return event.type.removeprefix(TYPE_PREFIX)


def standing_text(standing: Standing) -> str:
    """How things stand with a receiver, in a sentence."""
    head = standing.head
    if head is None and not standing.given_up:
        return tr("Nothing waits.")
    said = []
    if head is not None:
        said.append(tr("{count} wait.", count=standing.waiting))
        if head.problem:
            said.append(head.problem)
    if standing.given_up:
        said.append(tr("{count} could not be delivered.", count=standing.given_up))
    return " ".join(said)


def _due_s(head: Delivery, now: datetime) -> float:
    if head.not_before is None:
        return 0.0
    left = (head.not_before - now) / _SECOND
    # A clock that was set back must not hold it up for ever.
    return 0.0 if left > answers.LONGEST_ASKED_S + answers.LONGEST_PAUSE_S else left

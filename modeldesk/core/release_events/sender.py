"""Sends what waits in the outbox, for as long as a program runs."""

import logging
import threading
import time
from contextlib import suppress

from modeldesk.core.errors import AlreadyRunning, Cancelled, ModelDeskError, RecordsError
from modeldesk.core.event_receiver import EventReceiver
from modeldesk.core.jobs import CancelToken
from modeldesk.core.release_events.service import ReleaseEvents

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often the outbox is looked into for what another program put there."""


class EventSender:
    """A thread that looks, and one for each receiver that is being sent to, so that a slow one
    holds up no other. Nothing is lost by an end in the middle: what was not received is sent
    again, with the same id."""

    def __init__(self, events: ReleaseEvents, look_s: float = LOOK_SECONDS) -> None:
        self._events = events
        self._look_s = look_s
        self._token = CancelToken()
        self._news = threading.Condition()
        """Guards all that follows."""
        self._nudged = True
        self._looked = False
        self._busy: dict[str, threading.Thread] = {}
        self._thread = threading.Thread(target=self._run, name="event-sender")

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def nudge(self) -> None:
        """There may be something to send; look now."""
        with self._news:
            self._nudged = True
            self._looked = False
            self._news.notify_all()

    def wait_idle(self, seconds: float, token: CancelToken) -> bool:
        """Wait until nothing is left that could be sent now; False when that took longer."""
        deadline = time.monotonic() + seconds
        with self._news, token.closing(self._wake):
            while not (self._looked and not self._busy):
                left = deadline - time.monotonic()
                if left <= 0 or token.cancelled or not self._news.wait(left):
                    return False
            return True

    def stop(self, timeout: float = 1.0) -> None:
        """End, and wait for the end for `timeout` seconds at most."""
        self._token.cancel()
        self._wake()
        deadline = time.monotonic() + timeout
        if self._thread.is_alive():
            self._thread.join(timeout)
        with self._news:
            busy = tuple(self._busy.values())
        for thread in busy:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()

    def _run(self) -> None:
        while not self._token.cancelled:
            with self._news:
                self._nudged = False
            pause = self._look()
            with self._news:
                self._news.wait_for(lambda: self._nudged or self._token.cancelled, pause)

    def _look(self) -> float:
        """Begin what is to be sent now; how long there will be nothing more."""
        try:
            self._events.collect()
            due = self._events.due()
            receivers = {one.id: one for one in self._events.receivers()}
        except RecordsError as error:
            logger.info("the outbox can't be looked into: %s", error)
            return self._look_s
        with self._news:
            for receiver_id in [one for one, left in due.items() if left <= 0]:
                if receiver_id not in self._busy and not self._token.cancelled:
                    self._begin(receivers[receiver_id])
            self._looked = not self._nudged
            self._news.notify_all()
        later = [left for left in due.values() if left > 0]
        return min([self._look_s, *later])

    def _begin(self, receiver: EventReceiver) -> None:
        name = f"event-sender-{receiver.id}"
        thread = threading.Thread(target=self._deliver, args=(receiver,), name=name)
        self._busy[receiver.id] = thread
        thread.start()

    def _deliver(self, receiver: EventReceiver) -> None:
        done = False
        try:
            # Another program that sends to it goes on with it.
            with suppress(AlreadyRunning, Cancelled):
                self._events.deliver(receiver, self._token)
                done = True
        except ModelDeskError as error:
            logger.info("events for %s wait: %s", receiver.shown_address, error)
        finally:
            with self._news:
                del self._busy[receiver.id]
                # It may be known now when the next try is.
                self._nudged |= done
                self._news.notify_all()


def send_now(events: ReleaseEvents, seconds: float, token: CancelToken) -> None:
    """Send what waits, for `seconds` at most; what is left then waits for the next program. For a
    command that is about to end. Raises `RecordsError`."""
    events.collect()
    if not any(left <= 0 for left in events.due().values()):
        return
    sender = EventSender(events)
    sender.start()
    try:
        sender.wait_idle(seconds, token)
    finally:
        sender.stop()

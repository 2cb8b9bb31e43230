"""What is shown of receivers, and what is done with them, away from the window's thread."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import EventNotSent, ModelDeskError
from modeldesk.core.event_receiver import EventReceiver, with_receiver
from modeldesk.core.jobs import Job
from modeldesk.core.release_events.answers import Fate, Verdict
from modeldesk.core.release_events.model import Delivery, Standing
from modeldesk.core.release_events.sender import send_now
from modeldesk.core.release_events.service import ReleaseEvents
from modeldesk.core.settings import Settings
from modeldesk.core.words import tr, trn
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.events.rows import ReceiverRow
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone

T = TypeVar("T")
_RETRY_S = 30.0


class EventsStore(QObject):
    """Receivers as the settings have them, with how things stand."""

    changed = Signal()
    """There are other rows, or something in them is new."""

    def __init__(
        self,
        context: Context,
        events: Callable[[], ReleaseEvents],
        parent: QObject | None = None,
    ) -> None:
        """`events` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self._events = events
        self._standing: dict[str, Standing] = {}
        self._tested: dict[str, Verdict] = {}
        self._latest = Latest(context.tasks, self)
        self._known = context.settings.current.event_receivers
        context.settings.changed.connect(self._follow)

    def rows(self) -> tuple[ReceiverRow, ...]:
        """One for each receiver, in the settings' order."""
        return tuple(
            ReceiverRow(one, self._standing.get(one.id), self._tested.get(one.id))
            for one in self._known
        )

    def receiver(self, receiver_id: str) -> EventReceiver | None:
        """None where it is known no more."""
        return next((one for one in self._known if one.id == receiver_id), None)

    def read(self) -> None:
        """Ask how things stand."""
        if not self._known:
            return
        self._latest.submit(
            lambda _: self._events().standing(),
            title=tr("What waits for receivers"),
            on_result=self._stands,
            on_error=self._say,
        )

    def save(self, one: EventReceiver, secret: str) -> None:
        """Know `one` from now on; a `secret` that is not empty goes to the keyring first."""

        def kept(_: None) -> None:
            self._tested.pop(one.id, None)
            self._save(with_receiver(self._known, one))
            self.read()

        if not secret:
            kept(None)
            return
        self._do(
            one,
            tr("Keep a secret"),
            lambda job: self._events().keep_secret(one, secret, job.token),
            kept,
        )

    def test(self, one: EventReceiver) -> None:
        """Send it an event that tells of nothing, and say what became of it."""

        def work(job: Job) -> Verdict:
            try:
                return self._events().test(one, job.token)
            except EventNotSent as error:
                return Verdict(Fate.AGAIN, str(error))

        def tested(found: Verdict) -> None:
            self._tested[one.id] = found
            tone = Tone.GOOD if found.fate is Fate.DELIVERED else Tone.BAD
            self._context.say(f"{printable(one.title)}: {printable(found.text)}", tone)
            self.changed.emit()

        self._do(one, tr("Test {name}", name=printable(one.title)), work, tested)

    def retry(self, one: EventReceiver) -> None:
        """Send what failed and what waits, now."""

        def work(job: Job) -> int:
            events = self._events()
            count = events.retry(one)
            send_now(events, _RETRY_S, job.token)
            return count

        def sent(count: int) -> None:
            self._context.say(
                trn("{count} that had failed was sent again.",
                    "{count} that had failed were sent again.", count)
            )  # fmt: skip
            self.read()

        self._do(one, tr("Send again to {name}", name=printable(one.title)), work, sent)

    def forget(self, one: EventReceiver) -> None:
        """Tell it no more; a secret that can't be erased is said."""

        def gone(_: None) -> None:
            self._save(tuple(other for other in self._known if other.id != one.id))

        def failed(error: ModelDeskError) -> None:
            gone(None)
            self._say(error)

        self._do(
            one,
            tr("Forget {name}", name=printable(one.title)),
            lambda job: self._events().forget(one, job.token),
            gone,
            failed,
        )

    def deliveries(
        self, one: EventReceiver, on_result: Callable[[tuple[Delivery, ...]], None]
    ) -> None:
        """What failed, newest first, then what waits."""

        def work(_: Job) -> tuple[Delivery, ...]:
            outbox = self._events().outbox
            return (*outbox.given_up(one.id), *outbox.waiting(one.id))

        self._do(one, tr("What waits for receivers"), work, on_result)

    def _do(
        self,
        one: EventReceiver,
        title: str,
        work: Callable[[Job], T],
        on_result: Callable[[T], None],
        on_error: Callable[[ModelDeskError], None] | None = None,
    ) -> None:
        self._context.tasks.submit(
            work,
            lane=serial(f"events {one.id}"),
            title=title,
            owner=self,
            on_result=on_result,
            on_error=on_error or self._say,
            show_in_activity=False,
        )

    def _stands(self, found: tuple[Standing, ...]) -> None:
        self._standing = {one.receiver: one for one in found}
        self.changed.emit()

    def _save(self, receivers: tuple[EventReceiver, ...]) -> None:
        settings = self._context.settings
        settings.change(replace(settings.current, event_receivers=receivers))

    def _follow(self, settings: Settings) -> None:
        if settings.event_receivers != self._known:
            self._known = settings.event_receivers
            self.changed.emit()
            self.read()

    def _say(self, error: ModelDeskError) -> None:
        self._context.say(str(error), Tone.BAD)

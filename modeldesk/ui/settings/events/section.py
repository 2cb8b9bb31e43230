"""Who is told of releases: a table in the settings, and what can be done with each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from modeldesk.core.event_receiver import EventReceiver
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.events.deliveries_dialog import DeliveriesDialog
from modeldesk.ui.settings.events.receiver_dialog import ReceiverDialog
from modeldesk.ui.settings.events.rows import ReceiverRow, receiver_columns
from modeldesk.ui.settings.events.store import EventsStore
from modeldesk.ui.settings.table_card import TableCard
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask

if TYPE_CHECKING:
    from modeldesk.core.release_events.service import ReleaseEvents


class EventsSection(TableCard[ReceiverRow]):
    """Who is told, and how that went."""

    def __init__(
        self,
        context: Context,
        events: "Callable[[], ReleaseEvents]",
        parent: QWidget | None = None,
    ) -> None:
        """`events` is called in worker threads."""
        super().__init__(
            context,
            tr("Events"),
            receiver_columns(),
            lambda row: row.receiver.id,
            empty=tr("Nobody is told yet. Every release, rollback, canary step and finding can be "
                     "sent as a CloudEvent to webhooks of yours, or be published by a sidecar of "
                     "Dapr."),
            note=tr("What is not received is sent again for a day, in its order. Secrets are kept "
                    "by the system’s keyring, or read from a variable or a file."),
            parent=parent,
        )  # fmt: skip
        self._context = context
        self.store = EventsStore(context, events, self)
        self.test_button = PlainButton(tr("Test"))
        self.change_button = PlainButton(tr("Change…"))
        self.deliveries_button = PlainButton(tr("Not delivered…"))
        self.add.clicked.connect(lambda _=False: self.describe())
        self._offer(self._with(self.store.test), self.test_button)
        self._offer(self._with(self.describe), self.change_button)
        self._offer(self._with(self.show_deliveries), self.deliveries_button)
        self._buttons.addStretch(1)
        self._offer(self._with(self.forget), self.remove)
        self.table.row_activated.connect(self._with(self.describe))
        self.store.changed.connect(self._show)
        self._show()

    def shown(self) -> None:
        """The page comes into view."""
        self.store.read()

    def describe(self, known: EventReceiver | None = None) -> ReceiverDialog:
        """Ask what there is to know of a receiver; without one, of a new one."""
        dialog = ReceiverDialog(known, self._described, self)
        dialog.open()
        return dialog

    def show_deliveries(self, one: EventReceiver) -> DeliveriesDialog:
        """What failed, and what waits."""
        dialog = DeliveriesDialog(self._context, self.store, one, self)
        dialog.open()
        return dialog

    def forget(self, one: EventReceiver) -> ConfirmDialog:
        """Ask whether it is to be told no more."""
        question = Question(
            tr("Remove {name}?", name=printable(one.title)),
            tr("What waits for it, and a secret that was kept from here, are forgotten."),
            tr("Remove"),
            command=f"modeldesk events remove {one.id}",
            dangerous=True,
        )
        return ask(question, self, lambda: self.store.forget(one))

    def _described(self, one: EventReceiver, secret: str) -> None:
        self.store.save(one, secret)
        self.table.select_key(one.id)
        self._show_acts()

    def _with(self, act: Callable[[EventReceiver], object]) -> Callable[[str], None]:
        """`act`, by the receiver's key."""

        def do(key: str) -> None:
            one = self.store.receiver(key)
            if one is not None:
                act(one)

        return do

    def _show(self) -> None:
        self._show_rows(self.store.rows())

"""Who is told of releases: a table in the settings, and what can be done with each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.event_receiver import EventReceiver
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.events.deliveries_dialog import DeliveriesDialog
from modeldesk.ui.settings.events.receiver_dialog import ReceiverDialog
from modeldesk.ui.settings.events.rows import ReceiverRow, receiver_columns
from modeldesk.ui.settings.events.store import EventsStore
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table

if TYPE_CHECKING:
    from modeldesk.core.release_events.service import ReleaseEvents

_MOST_ROWS = 6
"""More are scrolled."""


class EventsSection(Card):
    """Every act is for the row that is selected."""

    def __init__(
        self,
        context: Context,
        events: "Callable[[], ReleaseEvents]",
        parent: QWidget | None = None,
    ) -> None:
        """`events` is called in worker threads."""
        super().__init__(tr("Events"), parent=parent)
        self._context = context
        self.store = EventsStore(context, events, self)
        self.empty = Label(
            tr("Nobody is told yet. Every release, rollback, canary step and finding can be sent "
               "as a CloudEvent to webhooks of yours, or be published by a sidecar of Dapr."),
            color="muted", wrap=True,
        )  # fmt: skip
        self._model = KeyedModel[ReceiverRow](receiver_columns(), lambda row: row.receiver.id)
        self.table = Table(context.theme, self._model, name=tr("Events"))
        self._model.setParent(self.table)
        self.add = PlainButton(tr("Add…"))
        self.test_button = PlainButton(tr("Test"))
        self.change_button = PlainButton(tr("Change…"))
        self.deliveries_button = PlainButton(tr("Not delivered…"))
        self.remove = DangerButton(tr("Remove…"), filled=False)
        self._lay_out()
        self._connect()
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

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for button in (self.add, self.test_button, self.change_button, self.deliveries_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.remove)
        self.body.setSpacing(Space.M)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.table)
        self.body.addLayout(row)
        self.body.addWidget(
            Label(
                tr("What is not received is sent again for a day, in its order. Secrets are kept "
                   "by the system’s keyring, or read from a variable or a file."),
                TextStyle.LABEL, "muted", wrap=True,
            )
        )  # fmt: skip

    def _connect(self) -> None:
        self.add.clicked.connect(lambda _=False: self.describe())
        for button, act in (
            (self.test_button, self.store.test),
            (self.change_button, self.describe),
            (self.deliveries_button, self.show_deliveries),
            (self.remove, self.forget),
        ):
            button.clicked.connect(lambda _=False, act=act: self._act(act))
        self.table.row_selected.connect(lambda _: self._show_acts())
        self.table.row_activated.connect(lambda _: self._act(self.describe))
        self.store.changed.connect(self._show)

    def _act(self, act: Callable[[EventReceiver], object]) -> None:
        one = self.store.receiver(self.table.current_key())
        if one is not None:
            act(one)

    def _show(self) -> None:
        rows = self.store.rows()
        self._model.set_rows(rows)
        if rows and not self.table.current_key():
            self.table.select_key(rows[0].receiver.id)
        self.empty.setVisible(not rows)
        self.table.setVisible(bool(rows))
        head = self.table.header().sizeHint().height()
        self.table.setFixedHeight(head + ROW_HEIGHT * min(len(rows), _MOST_ROWS) + 2)
        self._show_acts()

    def _show_acts(self) -> None:
        chosen = self.store.receiver(self.table.current_key())
        for button in (
            self.test_button,
            self.change_button,
            self.deliveries_button,
            self.remove,
        ):
            button.setVisible(bool(self._model.rows()))
            button.setEnabled(chosen is not None)

"""What could not be delivered to a receiver, and what still waits."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from modeldesk.core.event_receiver import EventReceiver
from modeldesk.core.release_events.model import Delivery
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.events.rows import delivery_columns
from modeldesk.ui.settings.events.store import EventsStore
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import Table

_WIDTH, _HEIGHT = 760, 420


class DeliveriesDialog(QDialog):
    """Filled as soon as it is read."""

    def __init__(
        self, context: Context, store: EventsStore, one: EventReceiver, parent: QWidget
    ) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(tr("Events"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_WIDTH, _HEIGHT)
        self._model = KeyedModel[Delivery](delivery_columns(), lambda row: str(row.number))
        self.table = Table(context.theme, self._model, name=tr("Events"))
        self._model.setParent(self.table)
        self.retry = PrimaryButton(tr("Send again now"))
        self.retry.setEnabled(False)
        self.close_button = PlainButton(tr("Close"))
        self.empty = Label("", color="muted", wrap=True)
        title = tr("What did not reach {name}", name=printable(one.title))
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        column.setSpacing(Space.M)
        column.addWidget(Label(title, TextStyle.SUBTITLE, wrap=True))
        column.addWidget(self.empty)
        column.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.retry)
        column.addLayout(row)
        self.close_button.clicked.connect(self.reject)
        self.retry.clicked.connect(lambda: self._retry(store, one))
        self.empty.hide()
        store.deliveries(one, self._show)

    def _retry(self, store: EventsStore, one: EventReceiver) -> None:
        store.retry(one)
        self.accept()

    def _show(self, found: tuple[Delivery, ...]) -> None:
        self._model.set_rows(found)
        self.retry.setEnabled(bool(found))
        self.empty.setText(tr("All was delivered."))
        self.empty.setVisible(not found)

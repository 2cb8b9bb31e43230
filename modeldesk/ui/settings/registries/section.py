"""The registries in the settings: a table, and what can be done with each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from modeldesk.core.registry.accounts import Accounts
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.registries.check_dialog import CheckDialog, SignInDialog
from modeldesk.ui.settings.registries.describe_dialog import DescribeDialog
from modeldesk.ui.settings.registries.own_panel import OwnPanel
from modeldesk.ui.settings.registries.own_store import OwnStore
from modeldesk.ui.settings.registries.remove_own_dialog import RemoveOwnDialog
from modeldesk.ui.settings.registries.rows import RegistryRow, columns
from modeldesk.ui.settings.registries.store import RegistryStore
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.buttons import DangerButton, PlainButton
from modeldesk.ui.widgets.card import Card
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask
from modeldesk.ui.widgets.keyed_model import KeyedModel
from modeldesk.ui.widgets.label import Label
from modeldesk.ui.widgets.table import ROW_HEIGHT, Table

if TYPE_CHECKING:
    from modeldesk.core.own_registry.service import OwnRegistries

_MOST_ROWS = 8
"""More are scrolled."""


class RegistriesSection(Card):
    """Every act is for the row that is selected."""

    def __init__(
        self,
        context: Context,
        accounts: Callable[[], Accounts],
        own: "Callable[[], OwnRegistries]",
        parent: QWidget | None = None,
    ) -> None:
        """`accounts` and `own` are called in worker threads."""
        super().__init__(tr("Registries"), parent=parent)
        self._context = context
        self.own_store = OwnStore(context, own, self)
        self.store = RegistryStore(context, accounts, self.own_store, self)
        self.own = OwnPanel(context, self.own_store)
        self.empty = Label(
            tr("None is known yet. Name the registries you push to and pull from: sign in, and "
               "see at once which step fails. Or start one of your own here."),
            color="muted", wrap=True,
        )  # fmt: skip
        self._model = KeyedModel[RegistryRow](columns(), lambda row: row.known.host)
        self.table = Table(context.theme, self._model, name=tr("Registries"))
        self._model.setParent(self.table)
        self.table.row_selected.connect(lambda _: self._show_acts())
        self.table.row_activated.connect(self.check)
        self.add = PlainButton(tr("Add…"))
        self.sign_in_button = PlainButton(tr("Sign in…"))
        self.check_button = PlainButton(tr("Check"))
        self.change_button = PlainButton(tr("Change…"))
        self.sign_out_button = PlainButton(tr("Sign out"))
        self.remove = DangerButton(tr("Remove…"), filled=False)
        self._lay_out()
        self._connect()
        self._show()

    def shown(self) -> None:
        """The page comes into view."""
        self.store.read_accounts()
        self.own_store.look()

    def sign_in(self, host: str) -> SignInDialog:
        """Ask for name and password."""
        dialog = SignInDialog(self._context, self.store, self.store.known(host), self)
        self._open(dialog)
        return dialog

    def check(self, host: str) -> CheckDialog:
        """Try the registry out, at once."""
        dialog = CheckDialog(self._context, self.store, self.store.known(host), self)
        self._open(dialog)
        dialog.start()
        return dialog

    def describe(self, host: str = "") -> DescribeDialog:
        """Ask what there is to know of a registry; without a host, of a new one."""
        taken = [row.known.host for row in self._model.rows()]
        known = self.store.known(host) if host else None
        dialog = DescribeDialog(known, taken, self._described, self)
        dialog.open()
        return dialog

    def forget(self, host: str) -> ConfirmDialog | RemoveOwnDialog:
        """Ask whether it is to be known no more; of one's own, whether it is to go."""
        own = self.own_store.own
        if own is not None and own.host == host:
            return self.own.ask_removal()
        question = Question(
            tr("Remove {host}?", host=host),
            tr("A password that was kept from here is erased. What is in the registry stays as "
               "it is."),
            tr("Remove"),
            command=f"modeldesk registry remove {host}",
            dangerous=True,
        )  # fmt: skip
        return ask(question, self, lambda: self.store.forget(host))

    def _open(self, dialog: CheckDialog) -> None:
        dialog.sign_in_wanted.connect(self.sign_in)
        dialog.change_wanted.connect(self.describe)
        dialog.open()

    def _described(self, one: KnownRegistry) -> None:
        self.store.describe(one)
        self.table.select_key(one.host)
        self._show_acts()
        self.check(one.host)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for button in (self.add, self.sign_in_button, self.check_button, self.change_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.sign_out_button)
        row.addWidget(self.remove)
        self.body.setSpacing(Space.M)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.table)
        self.body.addLayout(row)
        self.body.addWidget(
            Label(
                tr("Passwords are kept by docker’s credential helper where it has one, else in "
                   "the system’s keyring."),
                TextStyle.LABEL, "muted", wrap=True,
            )
        )  # fmt: skip
        self.body.addWidget(self.own)

    def _connect(self) -> None:
        self.add.clicked.connect(lambda _=False: self.describe())
        for button, act in (
            (self.sign_in_button, self.sign_in),
            (self.check_button, self.check),
            (self.change_button, self.describe),
            (self.sign_out_button, self.store.sign_out),
            (self.remove, self.forget),
        ):
            button.clicked.connect(lambda _=False, act=act: self._act(act))
        self.store.changed.connect(self._show)

    def _act(self, act: Callable[[str], object]) -> None:
        host = self.table.current_key()
        if host:
            act(host)

    def _show(self) -> None:
        rows = self.store.rows()
        self._model.set_rows(rows)
        if rows and not self.table.current_key():
            self.table.select_key(rows[0].known.host)
        self.empty.setVisible(not rows)
        self.table.setVisible(bool(rows))
        head = self.table.header().sizeHint().height()
        self.table.setFixedHeight(head + ROW_HEIGHT * min(len(rows), _MOST_ROWS) + 2)
        self._show_acts()

    def _show_acts(self) -> None:
        rows = {row.known.host: row for row in self._model.rows()}
        row = rows.get(self.table.current_key())
        for button in (
            self.sign_in_button,
            self.check_button,
            self.change_button,
            self.sign_out_button,
            self.remove,
        ):
            button.setVisible(bool(rows))
            button.setEnabled(row is not None)
            if row is not None:
                button.setToolTip(printable(row.known.host))
        signed_in = row is not None and row.account is not None and row.account.known
        self.sign_out_button.setEnabled(signed_in)

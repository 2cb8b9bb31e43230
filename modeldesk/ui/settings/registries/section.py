"""The registries in the settings: a table, and what can be done with each."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

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
from modeldesk.ui.settings.table_card import TableCard
from modeldesk.ui.widgets.buttons import PlainButton
from modeldesk.ui.widgets.confirm import ConfirmDialog, Question, ask

if TYPE_CHECKING:
    from modeldesk.core.own_registry.service import OwnRegistries


class RegistriesSection(TableCard[RegistryRow]):
    """What is known, and one's own below it."""

    most_rows = 8

    def __init__(
        self,
        context: Context,
        accounts: Callable[[], Accounts],
        own: "Callable[[], OwnRegistries]",
        parent: QWidget | None = None,
    ) -> None:
        """`accounts` and `own` are called in worker threads."""
        super().__init__(
            context,
            tr("Registries"),
            columns(),
            lambda row: row.known.host,
            empty=tr("None is known yet. Name the registries you push to and pull from: sign in, "
                     "and see at once which step fails. Or start one of your own here."),
            note=tr("Passwords are kept by docker’s credential helper where it has one, else in "
                    "the system’s keyring."),
            parent=parent,
        )  # fmt: skip
        self._context = context
        self.own_store = OwnStore(context, own, self)
        self.store = RegistryStore(context, accounts, self.own_store, self)
        self.own = OwnPanel(context, self.own_store)
        self.sign_in_button = PlainButton(tr("Sign in…"))
        self.check_button = PlainButton(tr("Check"))
        self.change_button = PlainButton(tr("Change…"))
        self.sign_out_button = PlainButton(tr("Sign out"))
        self.add.clicked.connect(lambda _=False: self.describe())
        self._offer(self.sign_in, self.sign_in_button)
        self._offer(self.check, self.check_button)
        self._offer(self.describe, self.change_button)
        self._buttons.addStretch(1)
        self._offer(self.store.sign_out, self.sign_out_button)
        self._offer(self.forget, self.remove)
        self.body.addWidget(self.own)
        self.table.row_activated.connect(self.check)
        self.store.changed.connect(self._show)
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

    def _show(self) -> None:
        self._show_rows(self.store.rows())

    def _show_acts(self) -> None:
        super()._show_acts()
        row = self._chosen
        if row is not None:
            for button in self._acts:
                button.setToolTip(printable(row.known.host))
        signed_in = row is not None and row.account is not None and row.account.known
        self.sign_out_button.setEnabled(signed_in)

"""Tries a registry out, step by step: as whoever is signed in, or with what is typed, which is kept
once it was accepted."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from modeldesk.core.errors import InvalidInput, ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.registry.accounts import Account, SignedIn, account_text
from modeldesk.core.registry.check import CheckReport, CheckStep, OnStep, Step
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.registries.check_view import CheckView
from modeldesk.ui.settings.registries.store import RegistryStore
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.theme.fonts import TextStyle
from modeldesk.ui.theme.tokens import Space
from modeldesk.ui.widgets.banner import Notice
from modeldesk.ui.widgets.buttons import PlainButton, PrimaryButton
from modeldesk.ui.widgets.field import Field
from modeldesk.ui.widgets.fit_height import fit_height
from modeldesk.ui.widgets.label import Label

if TYPE_CHECKING:
    from modeldesk.ui.mailbox import Feed
    from modeldesk.ui.tasks.handle import TaskHandle

_WIDTH = 560
_BEFORE_SIGN_IN = (Step.ENCRYPTION,)
"""What changing the registry's settings may mend."""


class CheckDialog(QDialog):
    """Closing it ends the check."""

    sign_in_wanted = Signal(str)
    change_wanted = Signal(str)

    def __init__(
        self, context: Context, store: RegistryStore, known: KnownRegistry, parent: QWidget
    ) -> None:
        super().__init__(parent.window())
        self._context = context
        self._store = store
        self._known = known
        self._handle: TaskHandle[Any] | None = None
        self._feed: Feed[CheckStep] | None = None
        self._actions: list[tuple[str, Callable[[], None]]] = []
        self.setWindowTitle(printable(known.title))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self.title = Label(self._title(), TextStyle.SUBTITLE, wrap=True)
        self.view = CheckView(context.theme)
        self.view.banner.action_chosen.connect(lambda number: self._actions[number][1]())
        self.go = self._go_button()
        self.go.clicked.connect(self.start)
        self.close_button = PlainButton(tr("Cancel"))
        self.close_button.clicked.connect(self.close)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.L)
        self._column.setSpacing(Space.M)
        self._column.addWidget(self.title)
        self._column.addWidget(self.view, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.go)
        self._column.addLayout(buttons)

    def done(self, result: int) -> None:
        if self._handle is not None:
            self._handle.abandon()
        super().done(result)

    def start(self) -> None:
        """Take the steps, from the first."""
        known, accounts = self._known, self._store.accounts
        self._submit(lambda job, on_step: accounts().check(known, on_step, job.token), self._ended)

    def _title(self) -> str:
        return tr("Can {host} be used?", host=self._known.host)

    def _go_button(self) -> PlainButton:
        return PlainButton(tr("Check again"))

    def _submit(self, work: Callable[[Job, OnStep], Any], on_result: Callable[[Any], None]) -> None:
        tasks = self._context.tasks
        feed = self._feed = tasks.feed(self, self._taken)
        self.go.setEnabled(False)
        self.view.begin()
        self._handle = tasks.submit(
            lambda job: work(job, feed),
            lane=serial(f"registry {self._known.host}"),
            title=tr("Check {host}", host=self._known.host),
            owner=self,
            on_result=on_result,
            on_error=self._failed,
            show_in_activity=False,
        )

    def _taken(self, steps: list[CheckStep]) -> None:
        self.view.add(steps)

    def _ended(self, report: CheckReport) -> None:
        self._tell_rest()
        self._store.checked(report)
        self._show(report, tr("{host} can be used.", host=self._known.host))

    def _show(self, report: CheckReport, well: str) -> None:
        failed = report.failed
        self._actions = []
        if report.refused:
            self._actions = self._after_refusal()
        elif failed is not None and failed.step in _BEFORE_SIGN_IN:
            self._actions = [(tr("Change…"), self._want_change)]
        self.view.end(report, well, [name for name, _ in self._actions])
        self._stopped()

    def _after_refusal(self) -> list[tuple[str, Callable[[], None]]]:
        return [(tr("Sign in…"), self._want_sign_in)]

    def _failed(self, error: ModelDeskError) -> None:
        self._tell_rest()
        self.view.stop(Notice(printable(error.message), printable(error.hint), closable=False))
        self._stopped()

    def _tell_rest(self) -> None:
        """No step comes after the end."""
        if self._feed is not None:
            self._context.tasks.flush(self._feed)

    def _stopped(self) -> None:
        self.go.setEnabled(True)
        self.close_button.set_text(tr("Close"))
        self.close_button.setFocus()
        fit_height(self)

    def _want_sign_in(self) -> None:
        self.close()
        self.sign_in_wanted.emit(self._known.host)

    def _want_change(self) -> None:
        self.close()
        self.change_wanted.emit(self._known.host)


class SignInDialog(CheckDialog):
    """Asks for name and password first. The password is forgotten as soon as it is sent."""

    def __init__(
        self, context: Context, store: RegistryStore, known: KnownRegistry, parent: QWidget
    ) -> None:
        super().__init__(context, store, known, parent)
        self.user = QLineEdit(known.user)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.user_field = Field(tr("User name"), self.user)
        self.password_field = Field(
            tr("Password or access token"),
            self.password,
            tr("Kept by docker’s credential helper or the system’s keyring, never in a file of "
               "ModelDesk"),
        )  # fmt: skip
        for place, field in enumerate((self.user_field, self.password_field), 1):
            self._column.insertWidget(place, field)
        self.go.setDefault(True)
        (self.password if known.user else self.user).setFocus()

    def start(self) -> None:
        """Sign in with what was typed."""
        typed = Credentials(self.user.text().strip(), self.password.text())
        known, accounts = self._known, self._store.accounts
        self.password_field.clear_error()
        self._submit(
            lambda job, on_step: accounts().sign_in(known, typed, on_step, job.token),
            self._signed_in,
        )

    def _title(self) -> str:
        return tr("Sign in to {host}", host=self._known.host)

    def _go_button(self) -> PlainButton:
        return PrimaryButton(tr("Sign in"))

    def _signed_in(self, done: SignedIn) -> None:
        self._tell_rest()
        self._store.signed_in(done)
        if done.kept:
            well = account_text(Account(done.known.user, done.known.keeper))
        else:
            well = tr("{host} can be used without signing in.", host=self._known.host)
        self._show(done.report, well)
        if done.report.failed is None:
            self.password.clear()
            self.go.hide()
        elif done.report.refused:
            self.password.selectAll()
            self.password.setFocus()

    def _failed(self, error: ModelDeskError) -> None:
        if not isinstance(error, InvalidInput):
            super()._failed(error)
            return
        self.view.clear()
        self._stopped()
        self.password_field.set_error(str(error))
        fit_height(self)
        (self.password if self.user.text().strip() else self.user).setFocus()

    def _after_refusal(self) -> list[tuple[str, Callable[[], None]]]:
        return []

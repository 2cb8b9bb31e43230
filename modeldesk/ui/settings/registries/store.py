"""What is shown of the registries, and what is done with them, away from the window's thread."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from modeldesk.core.errors import ModelDeskError
from modeldesk.core.jobs import Job
from modeldesk.core.own_registry.model import OwnState
from modeldesk.core.registry.accounts import Account, Accounts, SignedIn, SignedOut, sign_out_text
from modeldesk.core.registry.check import CheckReport
from modeldesk.core.registry.known import KnownRegistry, known_as, with_registry, without_registry
from modeldesk.core.settings import Settings
from modeldesk.core.words import tr
from modeldesk.ui.context import Context
from modeldesk.ui.presentation import printable
from modeldesk.ui.settings.registries.own_store import OwnStore
from modeldesk.ui.settings.registries.rows import RegistryRow
from modeldesk.ui.tasks.lanes import serial
from modeldesk.ui.tasks.latest import Latest
from modeldesk.ui.theme.tokens import Tone

_Told = tuple[str, Account]


class RegistryStore(QObject):
    """Registries as the settings have them, with what was found out since the program began."""

    changed = Signal()
    """There are other rows, or something in them is new."""

    def __init__(
        self,
        context: Context,
        accounts: Callable[[], Accounts],
        own: OwnStore,
        parent: QObject | None = None,
    ) -> None:
        """`accounts` is called in worker threads."""
        super().__init__(parent)
        self._context = context
        self.accounts = accounts
        self._who: dict[str, Account] = {}
        self._newer: set[str] = set()
        """Of whom more is known than an answer that is on its way can tell."""
        self._reports: dict[str, CheckReport] = {}
        self._latest = Latest(context.tasks, self)
        self._known = context.settings.current.registries
        self._own = own
        own.changed.connect(self.changed)
        context.settings.changed.connect(self._follow)

    def rows(self) -> tuple[RegistryRow, ...]:
        """One for each registry, in the settings' order."""
        return tuple(
            RegistryRow(
                one, self._who.get(one.host), self._reports.get(one.host), self._state(one.host)
            )
            for one in self._known
        )

    def _state(self, host: str) -> OwnState | None:
        own = self._own.own
        return own.state if own is not None and own.host == host else None

    def known(self, host: str) -> KnownRegistry:
        """What is known of `host`."""
        return known_as(self._known, host)

    def read_accounts(self) -> None:
        """Ask who is signed in where; each is shown as soon as it is known."""
        self._newer.clear()
        hosts = tuple(one.host for one in self._known)
        if not hosts:
            return
        feed, accounts = self._context.tasks.feed(self, self._told), self.accounts

        def work(job: Job) -> None:
            service = accounts()
            for host in hosts:
                feed((host, service.who(host, job.token)))

        self._latest.submit(
            work, title=tr("Who is signed in"), on_result=lambda _: None, on_error=self._say
        )

    def describe(self, one: KnownRegistry) -> None:
        """Know `one` from now on, in the place of what was known of its host."""
        before = self.known(one.host)
        if replace(one, name="") != replace(before, name=""):
            self._reports.pop(one.host, None)
        self._save(with_registry(self._known, one))
        self.read_accounts()

    def checked(self, report: CheckReport) -> None:
        """Show how a check went."""
        self._reports[report.registry] = report
        self.changed.emit()

    def signed_in(self, done: SignedIn) -> None:
        """Show how a sign-in went, and remember who it was."""
        self._reports[done.report.registry] = done.report
        if done.kept:
            one = done.known
            self._know(one.host, Account(one.user, one.keeper))
            now = replace(self.known(one.host), user=one.user, keeper=one.keeper)
            self._save(with_registry(self._known, now))
        self.changed.emit()

    def sign_out(self, host: str) -> None:
        """Have the password erased that was kept, and say what is left."""
        self._sign_out(host, self._signed_out, self._say)

    def forget(self, host: str) -> None:
        """Sign out and know the registry no more; a password that can't be erased is said."""

        def forgotten(done: SignedOut) -> None:
            self._drop(host)
            self._context.say(tr("{host} is forgotten.", host=host))
            if done.still.known:
                self._context.say(printable(sign_out_text(host, done)))

        def failed(error: ModelDeskError) -> None:
            self._drop(host)
            self._say(error)

        self._sign_out(host, forgotten, failed)

    def _sign_out(
        self,
        host: str,
        on_result: Callable[[SignedOut], None],
        on_error: Callable[[ModelDeskError], None],
    ) -> None:
        known, accounts = self.known(host), self.accounts
        self._context.tasks.submit(
            lambda job: accounts().sign_out(known, job.token),
            lane=serial(f"registry {host}"),
            title=tr("Sign out of {host}", host=host),
            owner=self,
            on_result=on_result,
            on_error=on_error,
            show_in_activity=False,
        )

    def _signed_out(self, done: SignedOut) -> None:
        host = done.known.host
        self._know(host, done.still)
        self._reports.pop(host, None)
        now = replace(self.known(host), user="", keeper="")
        if any(one.host == host for one in self._known):
            self._save(with_registry(self._known, now))
        self.changed.emit()
        self._context.say(printable(sign_out_text(host, done)))

    def _drop(self, host: str) -> None:
        self._who.pop(host, None)
        self._reports.pop(host, None)
        self._save(without_registry(self._known, host))

    def _save(self, registries: tuple[KnownRegistry, ...]) -> None:
        settings = self._context.settings
        settings.change(replace(settings.current, registries=registries))

    def _follow(self, settings: Settings) -> None:
        if settings.registries != self._known:
            new = {one.host for one in settings.registries} - {one.host for one in self._known}
            self._known = settings.registries
            self.changed.emit()
            if new:
                self.read_accounts()

    def _know(self, host: str, account: Account) -> None:
        self._who[host] = account
        self._newer.add(host)

    def _told(self, told: list[_Told]) -> None:
        self._who.update({host: one for host, one in told if host not in self._newer})
        self.changed.emit()

    def _say(self, error: ModelDeskError) -> None:
        self._context.say(str(error), Tone.BAD)

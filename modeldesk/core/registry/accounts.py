"""Signing in to registries and out of them, and who is signed in where."""

from dataclasses import dataclass, replace

from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.check import CheckReport, OnStep, RegistryChecker
from modeldesk.core.registry.credentials import (
    DOCKER_FILE,
    KEYRING,
    Credentials,
    CredentialStore,
    Found,
    keeper_text,
)
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in at a registry, and what keeps the password; both empty for nobody. A token
    stands for somebody without a name."""

    user: str = ""
    keeper: str = ""

    @property
    def known(self) -> bool:
        return bool(self.keeper)

    def at(self, registry: KnownRegistry) -> KnownRegistry:
        """The registry, with who this is."""
        return replace(registry, user=self.user, keeper=self.keeper)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How a sign-in went. `known` is the registry as it is to be remembered from now on; it is
    the one given where nothing was kept."""

    report: CheckReport
    known: KnownRegistry

    @property
    def kept(self) -> bool:
        return bool(self.known.keeper) and self.report.accepted


@dataclass(frozen=True, slots=True)
class SignedOut:
    """How a sign-out went. `known` is the registry as it is to be remembered from now on;
    `erased` what was made to forget the password (empty where nothing of ours was kept); `still`
    who docker signs in as all the same."""

    known: KnownRegistry
    erased: str
    still: Account


class Accounts:
    """Any thread may ask."""

    def __init__(self, store: CredentialStore, checker: RegistryChecker) -> None:
        self._store = store
        self._checker = checker

    def who(self, registry: str, token: CancelToken) -> Account:
        """Who is signed in there now. Raises `Cancelled`."""
        return _account(self._store.find(registry, token))

    def check(self, known: KnownRegistry, on_step: OnStep, token: CancelToken) -> CheckReport:
        """Try the registry out as whoever is signed in. Raises `Cancelled`."""
        found = self._store.find(known.host, token)
        return self._checker.check(known, found.credentials if found else None, on_step, token)

    def sign_in(
        self, known: KnownRegistry, typed: Credentials, on_step: OnStep, token: CancelToken
    ) -> SignedIn:
        """Try the registry out with what was typed, and keep that once it was accepted. Raises
        `InvalidInput` for what can't be sent, `CredentialsError`, `Cancelled`."""
        _check_typed(typed)
        report = self._checker.check(known, typed, on_step, token)
        if not report.accepted:
            return SignedIn(report, known)
        keeper = self._store.keep(known.host, typed, token)
        return SignedIn(report, replace(known, user=typed.user, keeper=keeper))

    def sign_out(self, known: KnownRegistry, token: CancelToken) -> SignedOut:
        """Erase what was kept by `sign_in`. What docker was told by others stays, and is said.
        Raises `CredentialsError`, `Cancelled`."""
        keeper = self._ours(known, self._store.find(known.host, token))
        if keeper:
            self._store.forget(known.host, keeper, token)
        still = _account(self._store.find(known.host, token))
        return SignedOut(replace(known, user="", keeper=""), keeper, still)

    def _ours(self, known: KnownRegistry, found: Found | None) -> str:
        """What keeps a password that came from here; empty for none."""
        if found is not None and found.keeper == KEYRING:
            return KEYRING
        if known.keeper == DOCKER_FILE:
            return ""
        if found is not None and found.keeper == known.keeper:
            # Docker may have signed in as somebody else since, with the same helper.
            return known.keeper if found.credentials.user == known.user else ""
        return known.keeper


def account_text(account: Account) -> str:
    """Who is signed in, in a sentence."""
    if not account.known:
        return tr("Nobody is signed in.")
    if not account.user:
        return tr("Signed in with a token, kept in {keeper}.", keeper=keeper_text(account.keeper))
    return tr("Signed in as {user}, kept in {keeper}.", user=account.user,
              keeper=keeper_text(account.keeper))  # fmt: skip


def sign_out_text(host: str, signed_out: SignedOut) -> str:
    """What was erased, and what is left, in sentences."""
    said = []
    if signed_out.erased:
        said.append(tr("Signed out; {keeper} has forgotten the password.",
                       keeper=keeper_text(signed_out.erased)))  # fmt: skip
    else:
        said.append(tr("ModelDesk keeps no sign-in for {host}.", host=host))
    if signed_out.still.known:
        said.append(
            tr("Docker itself still signs in as {user}, kept in {keeper}: “docker logout {host}” "
               "ends that.", user=signed_out.still.user or tr("a token"),
               keeper=keeper_text(signed_out.still.keeper), host=host)
        )  # fmt: skip
    return " ".join(said)


def _account(found: Found | None) -> Account:
    return Account(found.credentials.user, found.keeper) if found else Account()


def _check_typed(typed: Credentials) -> None:
    """What basic authentication and the helpers' own form can carry."""
    if not typed.user or ":" in typed.user or not typed.user.isprintable():
        raise InvalidInput(
            tr("That can't be a user name."), tr("A user name is not empty and has no colon.")
        )
    if not typed.password or any(sign in typed.password for sign in "\0\r\n"):
        raise InvalidInput(
            tr("That can't be a password."), tr("A password is one line and not empty.")
        )

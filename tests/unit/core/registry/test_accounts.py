"""Signing in and out, on fakes."""

from dataclasses import replace

import pytest

from modeldesk.core.errors import CredentialsError, InvalidInput, NoKeyring
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.accounts import Account, Accounts, account_text, sign_out_text
from modeldesk.core.registry.check import CheckStep, Step
from modeldesk.core.registry.credentials import DOCKER_FILE, KEYRING, Credentials, keeper_of
from modeldesk.core.registry.known import KnownRegistry
from tests.fakes.credentials import FakeCredentialStore
from tests.fakes.registry_checker import FakeRegistryChecker, FakeSite

HOST = "r.lan"
KNOWN = KnownRegistry(HOST, name="Team")
MIA, ADA = Credentials("mia", "s3cret"), Credentials("ada", "other")
ON = CancelToken()


def ignore(_: CheckStep) -> None: ...


class Bench:
    def __init__(self, helper: str = "", *, has_keyring: bool = True) -> None:
        self.store = FakeCredentialStore(helper, has_keyring=has_keyring)
        self.checker = FakeRegistryChecker()
        self.checker.sites[HOST] = FakeSite(users={"mia": "s3cret", "ada": "other"})
        self.accounts = Accounts(self.store, self.checker)

    def sign_in(self, typed: Credentials = MIA) -> KnownRegistry:
        return self.accounts.sign_in(KNOWN, typed, ignore, ON).known


@pytest.mark.parametrize("helper", ["", "pass"])
def test_there_and_back(helper: str) -> None:
    bench = Bench(helper)
    keeper = keeper_of(helper) if helper else KEYRING
    assert bench.accounts.who(HOST, ON) == Account()
    told: list[CheckStep] = []
    done = bench.accounts.sign_in(KNOWN, MIA, told.append, ON)
    assert done.kept
    assert done.known == replace(KNOWN, user="mia", keeper=keeper)
    assert [one.step for one in told] == list(Step)
    assert bench.accounts.who(HOST, ON) == Account("mia", keeper)
    assert bench.accounts.check(done.known, ignore, ON).accepted
    assert bench.checker.asked[-1] == (done.known, "mia")
    out = bench.accounts.sign_out(done.known, ON)
    assert (out.known, out.erased, out.still) == (KNOWN, keeper, Account())
    assert bench.store.kept == {}


def test_what_was_refused_is_not_kept() -> None:
    bench = Bench()
    done = bench.accounts.sign_in(KNOWN, Credentials("mia", "guess"), ignore, ON)
    assert done.report.refused
    assert (done.kept, done.known) == (False, KNOWN)
    assert bench.store.kept == {}


def test_where_nobody_has_to_sign_in_nothing_is_kept() -> None:
    bench = Bench()
    bench.checker.sites[HOST] = FakeSite(scheme="")
    done = bench.accounts.sign_in(KNOWN, MIA, ignore, ON)
    assert done.report.failed is None
    assert (done.kept, done.known) == (False, KNOWN)
    assert bench.store.kept == {}


def test_a_machine_that_can_keep_nothing() -> None:
    with pytest.raises(NoKeyring):
        Bench(has_keyring=False).sign_in()


def test_signing_out_leaves_what_docker_was_told_by_others() -> None:
    bench = Bench("pass")
    bench.store.kept[keeper_of("pass"), HOST] = MIA
    out = bench.accounts.sign_out(KNOWN, ON)
    assert (out.erased, out.still) == ("", Account("mia", keeper_of("pass")))
    assert "docker logout r.lan" in sign_out_text(HOST, out)
    bench.store.docker_file["s.lan"] = MIA
    out = bench.accounts.sign_out(KnownRegistry("s.lan", user="mia", keeper=DOCKER_FILE), ON)
    assert (out.erased, out.still) == ("", Account("mia", DOCKER_FILE))


def test_signing_out_leaves_who_signed_in_with_docker_since() -> None:
    bench = Bench("pass")
    known = bench.sign_in()
    bench.store.kept[keeper_of("pass"), HOST] = ADA
    out = bench.accounts.sign_out(known, ON)
    assert (out.erased, out.still) == ("", Account("ada", keeper_of("pass")))


def test_what_the_keyring_has_is_ours_even_when_the_settings_are_lost() -> None:
    bench = Bench()
    bench.sign_in()
    out = bench.accounts.sign_out(KNOWN, ON)
    assert out.erased == KEYRING
    assert bench.store.kept == {}


def test_what_was_kept_before_docker_named_a_helper_is_erased() -> None:
    bench = Bench()
    known = bench.sign_in()
    bench.store.helper = "pass"
    bench.store.kept[keeper_of("pass"), HOST] = ADA
    out = bench.accounts.sign_out(known, ON)
    assert (out.erased, out.still.user) == (KEYRING, "ada")
    assert list(bench.store.kept) == [(keeper_of("pass"), HOST)]


def test_a_keyring_that_refuses_is_said() -> None:
    bench = Bench()
    known = bench.sign_in()
    bench.store.failing = "The keyring refused."
    with pytest.raises(CredentialsError):
        bench.accounts.sign_out(known, ON)


@pytest.mark.parametrize(
    "typed",
    [("", "x"), ("a:b", "x"), ("a\nb", "x"), ("mia", ""), ("mia", "a\nb"), ("mia", "a\0b")],
)
def test_what_can_not_be_sent_is_asked_of_nobody(typed: tuple[str, str]) -> None:
    bench = Bench()
    with pytest.raises(InvalidInput):
        bench.sign_in(Credentials(*typed))
    assert bench.checker.asked == []


def test_who_is_signed_in_in_words() -> None:
    assert account_text(Account()) == "Nobody is signed in."
    assert "mia" in account_text(Account("mia", KEYRING))
    assert "unencrypted" in account_text(Account("mia", DOCKER_FILE))
    assert "token" in account_text(Account("", keeper_of("pass")))

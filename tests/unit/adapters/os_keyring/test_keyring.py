"""The keyring of the system: what goes wrong with one, and what is said of it."""

import threading
import time

import pytest
from keyring.core import load_keyring

from modeldesk.adapters.os_keyring import OsKeyring
from modeldesk.core.errors import Cancelled, CredentialsError, NoKeyring
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from tests.support.credentials import BrokenKeyring, MemoryKeyring

MIA = Credentials("mia", "s3cret")


class LockedKeyring(MemoryKeyring):
    """Waits for a person who never comes, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.let_go.wait(10)
        return None


def test_names_stand_beside_passwords_and_registries_apart() -> None:
    backend = MemoryKeyring()
    keyring = OsKeyring(backend)
    keyring.keep("r.lan", MIA, CancelToken())
    keyring.keep("s.lan", Credentials("", "", "token"), CancelToken())
    assert keyring.find("r.lan", CancelToken()) == MIA
    assert keyring.find("s.lan", CancelToken()) == Credentials("", "", "token")
    assert [service for service, _ in backend.kept] == ["ModelDesk r.lan", "ModelDesk s.lan"]


@pytest.mark.parametrize("kept", ["", "no json", "[]", "{}", '{"user": 1}'])
def test_what_somebody_else_wrote_there_is_nobody(kept: str) -> None:
    backend = MemoryKeyring()
    keyring = OsKeyring(backend)
    keyring.keep("r.lan", MIA, CancelToken())
    (where,) = backend.kept
    backend.kept[where] = kept
    assert keyring.find("r.lan", CancelToken()) is None


def test_one_that_keeps_nothing_is_none() -> None:
    forgetful = load_keyring("keyring.backends.null.Keyring")
    with pytest.raises(NoKeyring):
        OsKeyring(forgetful).keep("r.lan", MIA, CancelToken())


def test_one_that_fails_knows_nobody_and_gives_nothing_away() -> None:
    keyring = OsKeyring(BrokenKeyring())
    assert keyring.find("r.lan", CancelToken()) is None
    with pytest.raises(CredentialsError, match="refused") as caught:
        keyring.keep("r.lan", MIA, CancelToken())
    assert "s3cret" not in f"{caught.value} {caught.value.detail}"
    assert caught.value.__cause__ is None
    with pytest.raises(CredentialsError):
        keyring.forget("r.lan", CancelToken())


def test_one_that_waits_for_its_own_password_is_not_waited_for_without_end() -> None:
    backend = LockedKeyring()
    keyring = OsKeyring(backend, 0.1)
    assert keyring.find("r.lan", CancelToken()) is None
    with pytest.raises(CredentialsError, match="does not answer"):
        keyring.forget("r.lan", CancelToken())
    backend.let_go.set()


def test_a_cancel_does_not_wait_for_it() -> None:
    backend = LockedKeyring()
    token = CancelToken()
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        OsKeyring(backend).find("r.lan", token)
    assert time.monotonic() - begun < 0.6
    backend.let_go.set()
    timer.join()

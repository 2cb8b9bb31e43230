"""Credential helpers as programs: what goes where, and what happens when they misbehave."""

import os
import threading
import time
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.credential_helper import CredentialHelper
from modeldesk.core.errors import Cancelled, CredentialsError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from tests.support.credentials import write_helper

MIA = Credentials("mia", "s3cret")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the helper ``test`` keeps what it is given."""
    write_helper("test", tmp_path / "bin", tmp_path / "kept")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "kept"


def test_the_secret_goes_by_standard_input_alone(place: Path) -> None:
    helper = CredentialHelper("test")
    helper.store("r.lan", MIA, CancelToken())
    assert helper.get("r.lan", CancelToken()) == MIA
    helper.erase("r.lan", CancelToken())
    assert (place / "asked").read_text().split() == ["store", "get", "erase"]


def test_one_that_fails_tells_nothing_of_what_it_printed(place: Path) -> None:
    (place / "fail").touch()
    helper, token = CredentialHelper("test"), CancelToken()
    for act in (helper.get, helper.erase, lambda key, token: helper.store(key, MIA, token)):
        with pytest.raises(CredentialsError, match="failed") as caught:
            act("r.lan", token)
        assert "out of order" not in f"{caught.value} {caught.value.detail}"


def test_one_that_is_not_there(place: Path) -> None:
    for name in ("none", "../test", "", "-test", "te st"):
        with pytest.raises(CredentialsError, match="not on this machine"):
            CredentialHelper(name).get("r.lan", CancelToken())


def test_one_that_hangs_is_ended_with_all_it_started(place: Path) -> None:
    (place / "hang").touch()
    begun = time.monotonic()
    with pytest.raises(CredentialsError) as caught:
        CredentialHelper("test", 0.5).get("r.lan", CancelToken())
    assert "too long" in caught.value.detail
    assert time.monotonic() - begun < 5


def test_a_cancel_ends_it_at_once(place: Path) -> None:
    (place / "hang").touch()
    token = CancelToken()
    cancelled: list[float] = []

    def cancel() -> None:
        deadline = time.monotonic() + 10
        while not (place / "asked").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        cancelled.append(time.monotonic())
        token.cancel()

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(Cancelled):
        CredentialHelper("test").get("r.lan", token)
    assert time.monotonic() - cancelled[0] < 0.5
    thread.join()

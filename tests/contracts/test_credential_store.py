"""What every `CredentialStore` promises, held against the fake and the machine's own ways: a
credential helper as a program, docker's file, and a keyring."""

import base64
import json
import os
from pathlib import Path
from typing import Protocol

import pytest
from keyring.core import load_keyring

from modeldesk.adapters.oci_registry.credentials import SystemCredentials
from modeldesk.adapters.os_keyring import OsKeyring
from modeldesk.core.errors import Cancelled, CredentialsError, NoKeyring
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import (
    DOCKER_FILE,
    KEYRING,
    Credentials,
    CredentialStore,
    Found,
    keeper_of,
)
from tests.fakes.credentials import FakeCredentialStore
from tests.support.credentials import MemoryKeyring, write_helper

HOST = "registry.lan:5000"
MIA = Credentials("mia", "s3cret")
ADA = Credentials("ada", "öther:9")
ON = CancelToken()


class World(Protocol):
    """A store on a machine where docker names the helper ``test`` or none."""

    def store(self, *, helper: bool = False, keyring: bool = True) -> CredentialStore: ...
    def docker_writes(self, registry: str, credentials: Credentials) -> None: ...


class FakeWorld:
    def __init__(self) -> None:
        self._written: dict[str, Credentials] = {}

    def store(self, *, helper: bool = False, keyring: bool = True) -> CredentialStore:
        made = FakeCredentialStore("test" if helper else "", has_keyring=keyring)
        made.docker_file = self._written
        return made

    def docker_writes(self, registry: str, credentials: Credentials) -> None:
        self._written[registry] = credentials


class RealWorld:
    def __init__(self, folder: Path) -> None:
        self._config = folder / "docker" / "config.json"
        self._config.parent.mkdir()
        self._content: dict[str, object] = {"auths": {}}
        write_helper("test", folder / "bin", folder / "kept")

    def store(self, *, helper: bool = False, keyring: bool = True) -> CredentialStore:
        if helper:
            self._content["credsStore"] = "test"
        self._config.write_text(json.dumps(self._content))
        none = "keyring.backends.fail.Keyring"
        backend = MemoryKeyring() if keyring else load_keyring(none)
        return SystemCredentials(self._config.parent, OsKeyring(backend))

    def docker_writes(self, registry: str, credentials: Credentials) -> None:
        pair = f"{credentials.user}:{credentials.password}".encode()
        self._content["auths"] = {registry: {"auth": base64.b64encode(pair).decode()}}


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    if request.param == "fake":
        return FakeWorld()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return RealWorld(tmp_path)


@pytest.mark.parametrize("helper", [False, True])
@pytest.mark.parametrize("registry", [HOST, "docker.io"])
def test_what_is_kept_is_found_until_it_is_forgotten(
    world: World, helper: bool, registry: str
) -> None:
    store = world.store(helper=helper)
    keeper = keeper_of("test") if helper else KEYRING
    assert store.find(registry, ON) is None
    assert store.keep(registry, MIA, ON) == keeper
    assert store.find(registry, ON) == Found(MIA, keeper)
    assert store.find("elsewhere.lan", ON) is None
    assert store.keep(registry, ADA, ON) == keeper
    assert store.find(registry, ON) == Found(ADA, keeper)
    store.forget(registry, keeper, ON)
    assert store.find(registry, ON) is None
    store.forget(registry, keeper, ON)


@pytest.mark.parametrize("helper", [False, True])
def test_a_token_stands_for_somebody(world: World, helper: bool) -> None:
    store = world.store(helper=helper)
    token = Credentials("", "", "long-lived")
    store.keep(HOST, token, ON)
    found = store.find(HOST, ON)
    assert found is not None
    assert found.credentials == token


def test_what_docker_wrote_down_is_found_and_not_forgotten(world: World) -> None:
    world.docker_writes(HOST, MIA)
    store = world.store()
    assert store.find(HOST, ON) == Found(MIA, DOCKER_FILE)
    assert store.keep(HOST, MIA, ON) == DOCKER_FILE
    store.forget(HOST, DOCKER_FILE, ON)
    assert store.find(HOST, ON) == Found(MIA, DOCKER_FILE)


def test_nothing_is_kept_where_docker_knows_somebody_else(world: World) -> None:
    world.docker_writes(HOST, MIA)
    store = world.store()
    with pytest.raises(CredentialsError) as caught:
        store.keep(HOST, ADA, ON)
    assert "docker logout" in caught.value.hint
    assert store.find(HOST, ON) == Found(MIA, DOCKER_FILE)


def test_a_helper_comes_before_what_docker_wrote_down(world: World) -> None:
    world.docker_writes(HOST, MIA)
    store = world.store(helper=True)
    assert store.keep(HOST, ADA, ON) == keeper_of("test")
    assert store.find(HOST, ON) == Found(ADA, keeper_of("test"))


def test_a_machine_without_a_keyring_says_so(world: World) -> None:
    store = world.store(keyring=False)
    assert store.find(HOST, ON) is None
    with pytest.raises(NoKeyring) as caught:
        store.keep(HOST, MIA, ON)
    assert caught.value.hint
    assert "s3cret" not in f"{caught.value} {caught.value.detail}"


def test_a_cancelled_token_asks_nobody(world: World) -> None:
    store = world.store(helper=True)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        store.find(HOST, token)
    with pytest.raises(Cancelled):
        store.keep(HOST, MIA, token)
    with pytest.raises(Cancelled):
        store.forget(HOST, keeper_of("test"), token)

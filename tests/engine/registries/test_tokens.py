"""Signing in with tokens at Docker's own registry, which looks at each of them closely."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import RegistryDenied
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.model import Blob
from tests.contracts.registry_contract import LARGE, Sent, push, put_bytes
from tests.engine.registries.conftest import USER, RegistrySite, run_registry
from tests.fakes.registry_contents import digest_of
from tests.support.faulty_proxy import Drop, Rule, faulty_proxy
from tests.support.token_server import TokenServer, serve_tokens

NAME = "team/model"
SECONDS = 4
"""How long tokens are good for that shall end: long enough to be used once on any machine."""


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[TokenServer]:
    with serve_tokens(TokenServer(tmp_path / "tokens", USER.user, USER.password)) as tokens:
        yield tokens


@pytest.fixture
def site(tmp_path: Path, tokens: TokenServer) -> Iterator[RegistrySite]:
    with run_registry(tmp_path / "registry", more=tokens.configuration()) as site:
        site.user = USER
        yield site


@pytest.fixture
def client(site: RegistrySite) -> Iterator[RegistryClient]:
    client = site.client()
    yield client
    client.close()


def test_only_what_is_needed_is_asked_for(client: RegistryClient, tokens: TokenServer) -> None:
    token = CancelToken()
    image = push(client, NAME, "v1", [b"layer"])
    client.mount("team/other", digest_of(b"layer"), NAME, token)
    client.repositories(token)
    client.delete_manifest(NAME, image.digest, token)
    assert [sorted(scopes) for scopes in tokens.asked] == [
        ["repository:team/model:pull"],
        ["repository:team/model:pull,push"],
        ["repository:team/model:pull", "repository:team/other:pull,push"],
        ["registry:catalog:*"],
        ["repository:team/model:delete"],
    ]


def test_a_token_that_ends_while_a_blob_is_sent(
    site: RegistrySite, tokens: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not told how long tokens are good for, and they are for a few seconds."""
    tokens.seconds, tokens.tells_seconds = SECONDS, False
    client, token = site.client(), CancelToken()

    def read(first: int) -> Iterator[bytes]:
        for place in range(first, len(LARGE), 500_000):
            token.wait(0.6 * SECONDS)
            yield LARGE[place : place + 500_000]

    client.put_blob(NAME, Blob(digest_of(LARGE), len(LARGE), read), Sent(), token)
    assert b"".join(client.blob(NAME, digest_of(LARGE), token)) == LARGE
    client.close()
    assert len(tokens.asked) >= 3


def test_a_token_that_ends_before_a_broken_upload_goes_on(
    site: RegistrySite, tokens: TokenServer
) -> None:
    tokens.seconds, tokens.tells_seconds = SECONDS, False
    with faulty_proxy(site.address) as proxy:
        client = RegistryClient(proxy.address, lambda _: USER)
        proxy.rules.append(Rule("^PATCH ", Drop(sent=1_000_000), times=2))
        token = CancelToken()

        def read(first: int) -> Iterator[bytes]:
            token.wait(1.2 * SECONDS)
            yield LARGE[first:]

        client.put_blob(NAME, Blob(digest_of(LARGE), len(LARGE), read), Sent(), token)
        assert client.has_blob(NAME, digest_of(LARGE), token)
        client.close()


def test_tokens_that_are_told_to_end_are_had_anew_in_time(
    client: RegistryClient, tokens: TokenServer
) -> None:
    tokens.seconds = SECONDS
    token = CancelToken()
    for _ in range(4):
        assert not client.has_blob(NAME, digest_of(b"x"), token)
        token.wait(0.6 * SECONDS)
    assert len(tokens.asked) >= 3


def test_an_identity_token_in_the_place_of_a_password(
    site: RegistrySite, tokens: TokenServer
) -> None:
    site.user = Credentials("", "", tokens.refresh_token)
    client = site.client()
    put_bytes(client, NAME, b"weights")
    assert client.has_blob(NAME, digest_of(b"weights"), CancelToken())
    client.close()


def test_who_may_only_read(client: RegistryClient, tokens: TokenServer) -> None:
    image = push(client, NAME, "v1", [b"layer"])
    tokens.forbidden = ("push", "delete", "*")
    other = RegistryClient(client.name, lambda _: USER)
    assert other.manifest(NAME, "v1", CancelToken()) == image
    for question in (
        lambda: put_bytes(other, NAME, b"new"),
        lambda: put_bytes(other, NAME, LARGE),
        lambda: other.put_manifest(NAME, "v2", image, CancelToken()),
        lambda: other.delete_manifest(NAME, image.digest, CancelToken()),
    ):
        with pytest.raises(RegistryDenied) as caught:
            question()
        assert caught.value.hint
    assert not other.mount("team/other", digest_of(b"layer"), NAME, CancelToken())
    other.close()


def test_a_wrong_password_is_told_and_in_no_log(
    site: RegistrySite, tokens: TokenServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = RegistryClient(site.address, lambda _: Credentials("mia", "wrong-pass-word"))
    with pytest.raises(RegistryDenied) as caught:
        put_bytes(client, NAME, b"weights")
    client.close()
    client = site.client()
    put_bytes(client, NAME, b"weights")
    client.close()
    told = caplog.text + repr(caught.value) + caught.value.detail + str(caught.value)
    issued = tokens.token(()).split(".")[0]
    for secret in ("wrong-pass-word", USER.password, "Bearer ", "Basic ", issued):
        assert secret not in told

"""The client against answers that registries, and those who pretend to be one, really give."""

import hashlib
import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.reading import LARGEST_DOCUMENT
from modeldesk.core.errors import (
    Cancelled,
    NotInRegistry,
    RegistryDenied,
    RegistryError,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials

MANIFEST = json.dumps({"schemaVersion": 2}).encode()
DIGEST = f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"
Handler = Callable[[httpx.Request], httpx.Response]


def client(
    handler: Handler, credentials: Credentials | None = None, registry: str = "r.lan"
) -> RegistryClient:
    return RegistryClient(registry, lambda _: credentials, httpx.MockTransport(handler))


def read(handler: Handler, reference: str = "v1", credentials: Credentials | None = None) -> bytes:
    one = client(handler, credentials)
    try:
        return one.manifest("team/model", reference, CancelToken()).content
    finally:
        one.close()


def blob(handler: Handler, digest: str = DIGEST) -> bytes:
    one = client(handler)
    try:
        return b"".join(one.blob("team/model", digest, CancelToken()))
    finally:
        one.close()


def streamed(content: bytes, _: httpx.Request) -> httpx.Response:
    """As from the network: what is given whole can't be read raw."""
    return httpx.Response(200, content=iter([content]))


class Rude:
    """Reads what it is asked in plain HTTP, says `answer`, and leaves."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "Rude":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    if connection.recv(65536).startswith(b"GET "):
                        connection.sendall(self._answer)


def test_a_manifest_by_tag_and_by_digest() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert "application/vnd.oci.image.index.v1+json" in request.headers["accept"]
        return httpx.Response(200, content=MANIFEST)

    assert read(answer) == MANIFEST
    assert read(answer, DIGEST) == MANIFEST
    one = client(answer)
    assert one.manifest("a", "v1", CancelToken()).digest == DIGEST
    one.close()


def test_another_manifest_than_the_digest_says() -> None:
    with pytest.raises(RegistryLied, match="something else"):
        read(lambda _: httpx.Response(200, content=b"{}"), DIGEST)


def test_a_blob_that_is_changed_or_cut_short() -> None:
    assert blob(partial(streamed, MANIFEST)) == MANIFEST
    for content in (MANIFEST[:-1], MANIFEST + b" ", b""):
        with pytest.raises(RegistryLied):
            blob(partial(streamed, content))


def test_a_digest_of_an_unknown_kind() -> None:
    with pytest.raises(RegistryError, match="not an image registry"):
        blob(lambda _: httpx.Response(200, content=MANIFEST), f"md5:{'0' * 32}")


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, RegistryDenied), (403, RegistryDenied), (404, NotInRegistry), (418, RegistryError)],
)
def test_refusals(status: int, error: type[RegistryError]) -> None:
    with pytest.raises(error) as caught:
        read(lambda _: httpx.Response(status, content=b"<b>why</b>"))
    assert caught.value.hint
    assert "why" in caught.value.detail


def test_what_a_tag_names_is_held_against_what_the_registry_says_of_it() -> None:
    def answer(_: httpx.Request, says: str) -> httpx.Response:
        return httpx.Response(200, content=MANIFEST, headers={"docker-content-digest": says})

    assert read(partial(answer, says=DIGEST)) == MANIFEST
    longer = f"sha512:{hashlib.sha512(MANIFEST).hexdigest()}"
    assert read(partial(answer, says=longer)) == MANIFEST
    with pytest.raises(RegistryLied):
        read(partial(answer, says="sha256:" + "0" * 64))
    with pytest.raises(RegistryError, match="not an image registry"):
        read(partial(answer, says="md5:0"))


def test_html_is_not_a_registry() -> None:
    with pytest.raises(RegistryError, match="not an image registry"):
        read(lambda _: httpx.Response(200, html="<html>sign in</html>"))


def test_a_manifest_without_end() -> None:
    with pytest.raises(RegistryError, match="not an image registry"):
        read(lambda _: httpx.Response(200, content=bytes(LARGEST_DOCUMENT + 1)))


def test_redirects_without_end_and_without_the_authorization() -> None:
    with pytest.raises(RegistryError, match="without end"):
        read(lambda request: httpx.Response(307, headers={"location": str(request.url)}))

    def moved(request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.lan":
            assert "authorization" not in request.headers
            return httpx.Response(200, content=MANIFEST)
        if "authorization" not in request.headers:
            return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})
        return httpx.Response(307, headers={"location": "https://storage.lan/x?signed=1"})

    assert read(moved, credentials=Credentials("mia", "secret")) == MANIFEST


def test_basic_sign_in_is_tried_once() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("authorization", ""))
        return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})

    with pytest.raises(RegistryDenied, match="sign-in"):
        read(answer, credentials=Credentials("mia", "wrong"))
    assert asked[0] == ""
    assert asked[1].startswith("Basic ")
    assert len(asked) == 2


@pytest.mark.parametrize("known", [None, Credentials("mia", "secret"), Credentials("", "", "id")])
def test_a_token_is_fetched_for_the_scope(known: Credentials | None) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.lan":
            asked = dict(request.url.params) or dict(
                part.split("=") for part in request.content.decode().split("&")
            )
            assert "team" in asked["scope"]
            assert ("authorization" in request.headers) == bool(known and known.user)
            assert request.method == ("POST" if known and known.identity_token else "GET")
            return httpx.Response(200, json={"token": "t0k"})
        if request.headers.get("authorization") == "Bearer t0k":
            return httpx.Response(200, content=MANIFEST)
        challenge = 'Bearer realm="https://auth.lan/token",service="r"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    assert read(answer, credentials=known) == MANIFEST


def test_each_resource_is_asked_for_once() -> None:
    """Whatever order a registry names its actions in."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.lan":
            asked.extend(request.url.params.get_list("scope"))
            return httpx.Response(200, json={"token": "t0k"})
        if "authorization" in request.headers:
            return httpx.Response(200, content=MANIFEST)
        scopes = "repository:team/model:push,pull repository:team/other:pull"
        challenge = f'Bearer realm="https://auth.lan/token",service="r",scope="{scopes}"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    read(answer)
    assert sorted(asked) == ["repository:team/model:pull,push", "repository:team/other:pull"]


def test_an_identity_token_goes_nowhere_else() -> None:
    """It is in the form, which a redirect would take along."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if request.url.host == "auth.lan":
            return httpx.Response(307, headers={"location": "https://thief.lan/token"})
        challenge = 'Bearer realm="https://auth.lan/token",service="r"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    with pytest.raises(RegistryError) as caught:
        read(answer, credentials=Credentials("", "", "identity"))
    assert "thief.lan" in caught.value.detail
    assert set(asked) == {"r.lan", "auth.lan"}


@pytest.mark.parametrize("seconds", [10**400, 1e308, -(10**400), True, "soon", None])
def test_how_long_a_token_lasts_may_be_anything(seconds: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.lan":
            return httpx.Response(200, json={"token": "t0k", "expires_in": seconds})
        if request.headers.get("authorization") == "Bearer t0k":
            return httpx.Response(200, content=MANIFEST)
        challenge = 'Bearer realm="https://auth.lan/token"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    assert read(answer) == MANIFEST


def test_a_password_is_not_sent_in_the_clear() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        challenge = 'Bearer realm="http://thief.lan/token",service="r"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    with pytest.raises(RegistryError):
        read(answer, credentials=Credentials("mia", "secret"))


def test_answers_worth_trying_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [httpx.Response(503), httpx.Response(429, headers={"retry-after": "0"}),
               httpx.Response(200, content=MANIFEST)]  # fmt: skip
    monkeypatch.setattr(CancelToken, "wait", lambda *_: False)
    assert read(lambda _: answers.pop(0)) == MANIFEST
    with pytest.raises(RegistryError, match="too many requests"):
        read(lambda _: httpx.Response(429))


def test_nobody_answers_and_plain_http_stays_at_home() -> None:
    asked: list[str] = []

    def refused(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        raise httpx.ConnectError("refused")

    with pytest.raises(RegistryUnavailable):
        read(refused)
    assert [url.partition(":")[0] for url in asked] == ["https"]
    asked.clear()
    one = client(refused, registry="127.0.0.1:5000")
    with pytest.raises(RegistryUnavailable):
        one.manifest("a", "v1", CancelToken())
    one.close()
    assert [url.partition(":")[0] for url in asked] == ["https", "http"]


def test_a_silent_registry_is_not_waited_for_as_long_as_a_large_blob() -> None:
    patience: list[float] = []

    def silent(request: httpx.Request) -> httpx.Response:
        patience.append(request.extensions["timeout"]["read"])
        raise httpx.ReadTimeout("timed out", request=request)

    with pytest.raises(RegistryUnavailable, match="does not answer"):
        read(silent)
    with pytest.raises(RegistryUnavailable, match="does not answer"):
        blob(silent)
    assert patience == [15.0, 60.0]


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"],
    ids=["before an answer", "within one"],
)
def test_a_registry_that_breaks_the_connection_is_not_called_silent(answer: bytes) -> None:
    with Rude(answer) as rude:
        one = RegistryClient(rude.address, lambda _: None)
        with pytest.raises(RegistryUnavailable, match="broke the connection") as caught:
            one.manifest("team/model", "v1", CancelToken())
        one.close()
    assert caught.value.hint


def test_a_cancelled_token_asks_nobody() -> None:
    token = CancelToken()
    token.cancel()
    one = client(lambda _: pytest.fail("asked"))
    with pytest.raises(Cancelled):
        one.manifest("a", "v1", token)
    one.close()

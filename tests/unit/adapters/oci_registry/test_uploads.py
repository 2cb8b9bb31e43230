"""Uploads to registries that do as the specification says, and to those that do not."""

import secrets
import threading
from collections.abc import Iterator

import httpx
import pytest

from modeldesk.adapters.oci_registry import asking, uploads
from modeldesk.core.errors import (
    Cancelled,
    FolderError,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.model import Blob
from tests.contracts.registry_contract import LARGE, Sent, blob_of
from tests.fakes.registry_contents import digest_of
from tests.unit.adapters.oci_registry.upload_registry import Answer, UploadRegistry

KEPT = {digest_of(LARGE): LARGE}


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long would have been waited."""
    waited: list[float] = []

    def wait(token: CancelToken, seconds: float) -> bool:
        waited.append(seconds)
        return token.cancelled

    monkeypatch.setattr(CancelToken, "wait", wait)
    return waited


@pytest.fixture
def registry() -> UploadRegistry:
    return UploadRegistry()


def send(
    registry: UploadRegistry,
    content: bytes = LARGE,
    user: Credentials | None = None,
    token: CancelToken | None = None,
) -> list[int]:
    """What was told of how far it is."""
    client, sent = registry.client(user), Sent()
    try:
        client.put_blob("team/model", blob_of(content), sent, token or CancelToken())
    finally:
        client.close()
    return sent.said


def answer_once(registry: UploadRegistry, method: str, *answers: httpx.Response) -> None:
    """To the next requests of that method, one each."""
    left = list(answers)

    def before(request: httpx.Request) -> Answer:
        if request.method == method and left:
            return left.pop(0)
        return None

    registry.before = before


def test_one_request_sends_it_all(registry: UploadRegistry) -> None:
    send(registry)
    assert registry.blobs == KEPT
    assert registry.asked == {"HEAD": 1, "POST": 1, "PATCH": 1, "PUT": 1}
    assert registry.ranges[0] == ""


def test_what_is_small_comes_with_the_last_request(registry: UploadRegistry) -> None:
    send(registry, b"{}")
    assert registry.asked == {"HEAD": 1, "POST": 1, "PUT": 1}


def test_an_upload_goes_on_from_where_the_registry_is(registry: UploadRegistry) -> None:
    registry.breaks = [1_000_001, 500_000]
    said = send(registry)
    assert registry.blobs == KEPT
    assert registry.sent == [1_000_001, 500_000, 1_499_999]
    assert registry.ranges[1:3] == ["1000001-2999999", "1500001-2999999"]
    assert registry.asked["POST"] == 1
    assert 1_000_001 in said
    assert said[-1] == len(LARGE)


def test_one_that_has_nothing_or_forgot_is_begun_anew(registry: UploadRegistry) -> None:
    registry.breaks = [0]
    send(registry)
    assert registry.blobs == KEPT
    assert registry.asked["POST"] == 2
    assert not registry.sessions
    other = UploadRegistry()
    other.breaks = [2_000_000]
    answer_once(other, "GET", httpx.Response(404))
    said = send(other)
    assert other.blobs == KEPT
    assert other.sent == [2_000_000, 3_000_000]
    assert 0 in said[1:]
    assert not other.sessions


def test_one_that_does_not_say_where_it_is(registry: UploadRegistry) -> None:
    registry.tells_range = False
    registry.breaks = [2_000_000]
    send(registry)
    assert registry.blobs == KEPT


def test_one_that_breaks_always_at_the_same_place_ends(registry: UploadRegistry) -> None:
    registry.breaks = [1_000_000] * 50
    registry.tells_range = False
    with pytest.raises(RegistryUnavailable):
        send(registry)
    assert 4 <= registry.asked["PATCH"] <= 10
    assert not registry.sessions
    assert not registry.blobs


def test_one_that_breaks_often_but_comes_on_does_not(registry: UploadRegistry) -> None:
    registry.breaks = [100_000] * 25
    send(registry)
    assert registry.blobs == KEPT


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_failure_in_the_middle(
    registry: UploadRegistry, status: int, pauses: list[float]
) -> None:
    answer_once(registry, "PATCH", httpx.Response(status, headers={"Retry-After": "7"}))
    send(registry)
    assert registry.blobs == KEPT
    assert 7.0 in pauses


def test_one_that_always_fails(registry: UploadRegistry) -> None:
    answer_once(registry, "PATCH", *(httpx.Response(503) for _ in range(50)))
    with pytest.raises(RegistryBusy):
        send(registry)
    assert not registry.sessions


@pytest.mark.parametrize("content", [LARGE, b"small"])
def test_the_last_answer_is_lost(registry: UploadRegistry, content: bytes) -> None:
    def before(request: httpx.Request) -> Answer:
        if request.method == "PUT":
            registry.before = lambda _: None
            registry.answer(request)
            raise httpx.ReadError("reset", request=request)
        return None

    registry.before = before
    send(registry, content)
    assert registry.blobs == {digest_of(content): content}
    assert registry.asked["POST"] == 1


def test_what_is_damaged_on_its_way_is_sent_again_once(registry: UploadRegistry) -> None:
    bad = httpx.Response(400, json={"errors": [{"code": "DIGEST_INVALID"}]})
    answer_once(registry, "PUT", bad)
    send(registry)
    assert registry.blobs == KEPT
    assert registry.asked["PATCH"] == 2
    other = UploadRegistry()
    answer_once(other, "PUT", bad, bad)
    with pytest.raises(RegistryError, match="received is not"):
        send(other)
    assert not other.sessions


def test_smaller_pieces_for_who_finds_it_too_large(
    registry: UploadRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SMALLER_PIECES", (2_000_000, 900_000))

    def before(request: httpx.Request) -> Answer:
        length = int(request.headers.get("content-length", len(LARGE)))
        if request.method == "PATCH" and length > 1_000_000:
            return httpx.Response(413, html="<html>too large</html>")
        return None

    registry.before = before
    send(registry)
    assert registry.blobs == KEPT
    assert registry.sent == [900_000, 900_000, 900_000, 300_000]
    answer_once(registry, "PATCH", *(httpx.Response(413) for _ in range(9)))
    registry.blobs.clear()
    with pytest.raises(RegistryError, match="too large") as caught:
        send(registry)
    assert "client_max_body_size" in caught.value.hint


@pytest.mark.parametrize(
    "location",
    [
        "/v2/team/model/blobs/uploads/{name}?_state=a%2Bb%3D",
        "https://r.lan/v2/team/model/blobs/uploads/{name}?_state=a%2Bb%3D",
        "http://r.lan:5000/v2/team/model/blobs/uploads/{name}?_state=a%2Bb%3D",
        "{name}?_state=a%2Bb%3D",
    ],
)
def test_where_an_upload_goes_on(registry: UploadRegistry, location: str) -> None:
    asked: list[str] = []

    def before(request: httpx.Request) -> Answer:
        asked.append(f"{request.url.scheme}://{request.url.netloc.decode()}")
        return None

    registry.before = before
    registry.location = location
    send(registry)
    assert registry.blobs == KEPT
    assert set(asked) == {"https://r.lan"}


def test_no_other_host_gets_the_token(registry: UploadRegistry) -> None:
    shown: dict[str, set[bool]] = {}

    def before(request: httpx.Request) -> Answer:
        has = "authorization" in request.headers
        shown.setdefault(request.url.host, set()).add(has)
        if request.url.host == "r.lan" and not has:
            return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})
        return None

    registry.before = before
    registry.location = "https://storage.lan/uploads/{name}?_state=a%2Bb%3D"
    send(registry, user=Credentials("mia", "secret"))
    assert registry.blobs == KEPT
    assert shown == {"r.lan": {True, False}, "storage.lan": {False}}


def test_an_upload_is_not_sent_on_in_the_clear(registry: UploadRegistry) -> None:
    registry.location = "http://storage.lan/uploads/{name}"
    with pytest.raises(RegistryError, match="not an image registry"):
        send(registry)


def test_an_upload_is_redirected(registry: UploadRegistry) -> None:
    moved: list[str] = []

    def before(request: httpx.Request) -> Answer:
        if request.method in ("POST", "PATCH", "PUT") and request.url.host == "r.lan":
            moved.append(request.method)
            return httpx.Response(
                307, headers={"location": f"https://eu.r.lan{request.url.raw_path.decode()}"}
            )
        return None

    registry.before = before
    send(registry)
    assert registry.blobs == KEPT
    assert moved[0] == "POST"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_lose_what_is_sent(registry: UploadRegistry, status: int) -> None:
    answer_once(registry, "POST", httpx.Response(status, headers={"location": "/elsewhere"}))
    with pytest.raises(RegistryError):
        send(registry)
    assert registry.asked["POST"] == 1


def test_a_page_is_not_a_success(registry: UploadRegistry) -> None:
    for method in ("POST", "PATCH", "PUT"):
        answer_once(registry, method, httpx.Response(200, html="<html>sign in</html>"))
        with pytest.raises(RegistryError, match="not an image registry"):
            send(registry)
    assert not registry.blobs


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_write(registry: UploadRegistry, status: int) -> None:
    answer_once(registry, "POST", *(httpx.Response(status) for _ in range(3)))
    with pytest.raises(RegistryDenied) as caught:
        send(registry)
    assert caught.value.hint


class Tokens:
    """A registry's tokens: each opens one scope, and ends after some uses of PATCH and PUT."""

    def __init__(self, registry: UploadRegistry) -> None:
        self.given: list[list[str]] = []
        self.ended: set[str] = set()
        self.ends_at = 1
        self.seconds: float | None = None
        registry.before = self.check

    def check(self, request: httpx.Request) -> Answer:
        if request.url.host == "auth.lan":
            self.given.append(request.url.params.get_list("scope"))
            found: dict[str, object] = {"token": f"t{len(self.given)}"}
            if self.seconds is not None:
                found["expires_in"] = self.seconds
            return httpx.Response(200, json=found)
        sent = request.headers.get("authorization", "")
        writes = request.method not in ("HEAD", "GET")
        if not sent or sent in self.ended:
            wanted = "pull,push" if writes else "pull"
            challenge = (
                'Bearer realm="https://auth.lan/token",service="r",'
                f'scope="repository:team/model:{wanted}"'
            )
            return httpx.Response(401, headers={"www-authenticate": challenge})
        if request.method == "PATCH" and self.ends_at:
            self.ends_at -= 1
            self.ended.add(sent)
            return self.check(request)
        return None


def test_a_token_that_ends_in_the_middle(registry: UploadRegistry) -> None:
    tokens = Tokens(registry)
    send(registry, user=Credentials("mia", "secret"))
    assert registry.blobs == KEPT
    assert tokens.given == [
        ["repository:team/model:pull"],
        ["repository:team/model:pull,push"],
        ["repository:team/model:pull,push"],
    ]


def test_a_token_is_renewed_before_it_ends(
    registry: UploadRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("modeldesk.adapters.oci_registry.sign_in.time.monotonic", lambda: now[0])
    tokens = Tokens(registry)
    tokens.ends_at, tokens.seconds = 0, 60
    client = registry.client(Credentials("mia", "secret"))
    for moment, given in ((0, 1), (54, 1), (56, 2), (100, 2)):
        now[0] = moment
        assert not client.has_blob("team/model", digest_of(b""), CancelToken())
        assert len(tokens.given) == given
    client.close()


def test_a_source_that_fails_is_told_as_it_is(registry: UploadRegistry) -> None:
    def read(first: int) -> Iterator[bytes]:
        yield LARGE[first : first + 1_000_000]
        raise FolderError("gone")

    registry.breaks = [500_000]
    client = registry.client()
    blob = Blob(digest_of(LARGE), len(LARGE), read)
    with pytest.raises(FolderError, match="gone"):
        client.put_blob("team/model", blob, Sent(), CancelToken())
    client.close()
    assert not registry.sessions


@pytest.mark.parametrize("size", [1000, 1_000_000])
def test_a_source_that_is_found_damaged_at_its_end_is_told_as_it_is(
    registry: UploadRegistry, size: int
) -> None:
    """It is the one that is copied from, and not who receives it, that is to be looked after."""
    content = bytes(size)

    def read(first: int) -> Iterator[bytes]:
        yield b"X" + content[first + 1 :]
        raise RegistryLied("the other registry sent something else")

    client = registry.client()
    with pytest.raises(RegistryLied, match="the other registry"):
        client.put_blob(
            "team/model", Blob(digest_of(content), size, read), lambda _: None, CancelToken()
        )
    client.close()
    assert not registry.blobs
    assert not registry.sessions


def test_nothing_stays_of_what_is_cancelled(registry: UploadRegistry) -> None:
    token = CancelToken()

    def before(request: httpx.Request) -> Answer:
        if request.method == "PATCH":
            token.cancel()
        return None

    registry.before = before
    with pytest.raises(Cancelled):
        send(registry, token=token)
    assert not registry.sessions
    assert not registry.blobs


def test_mounts(registry: UploadRegistry) -> None:
    client, content = registry.client(), secrets.token_bytes(10)
    for status, there in ((201, True), (401, False), (403, False), (404, False), (405, False)):
        answer_once(registry, "POST", *(httpx.Response(status) for _ in range(2)))
        assert client.mount("a/b", digest_of(content), "a/c", CancelToken()) is there
    # It begins an upload instead, which is given up.
    registry.before = lambda _: None
    assert not client.mount("a/b", digest_of(content), "a/c", CancelToken())
    assert not registry.sessions
    answer_once(registry, "POST", *(httpx.Response(503) for _ in range(asking.TRIES)))
    with pytest.raises(RegistryBusy):
        client.mount("a/b", digest_of(content), "a/c", CancelToken())
    client.close()


def test_what_two_send_at_once_is_sent_once(registry: UploadRegistry) -> None:
    client = registry.client()
    begun = threading.Event()

    def read(first: int) -> Iterator[bytes]:
        begun.set()
        # The other one asks for it meanwhile.
        threading.Event().wait(0.2)
        yield LARGE[first:]

    def put(blob: Blob) -> None:
        client.put_blob("team/model", blob, Sent(), CancelToken())

    first = threading.Thread(target=put, args=(Blob(digest_of(LARGE), len(LARGE), read),))
    first.start()
    assert begun.wait(10)
    put(blob_of(LARGE))
    first.join()
    client.close()
    assert registry.asked == {"HEAD": 2, "POST": 1, "PATCH": 1, "PUT": 1}

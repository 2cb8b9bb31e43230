"""Catalogs, ranges and referrers as registries of several kinds answer for them."""

import json
from collections.abc import Callable

import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.core.errors import (
    InvalidReference,
    NotInRegistry,
    RegistryDenied,
    RegistryError,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.registry.model import Manifest
from tests.contracts.registry_contract import LARGE
from tests.fakes.registry_contents import digest_of, image_document, manifest_of

Handler = Callable[[httpx.Request], httpx.Response]
DIGEST = digest_of(LARGE)
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CancelToken, "wait", lambda token, _: token.cancelled)


def client(handler: Handler, user: Credentials | None = None) -> RegistryClient:
    return RegistryClient("r.lan", lambda _: user, httpx.MockTransport(handler))


def repositories(handler: Handler, user: Credentials | None = None) -> tuple[str, ...]:
    one = client(handler, user)
    try:
        return one.repositories(CancelToken())
    finally:
        one.close()


def test_a_catalog_page_by_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/v2/_catalog"
        if "last" not in request.url.params:
            link = '</v2/_catalog?last=b&n=2>; rel="next"'
            found = {"repositories": ["b", "a", "Bad", "../x", 7]}
            return httpx.Response(200, json=found, headers={"link": link})
        return httpx.Response(200, json={"repositories": ["c/d"]})

    assert repositories(answer) == ("a", "b", "c/d")
    assert repositories(lambda _: httpx.Response(200, json={"repositories": None})) == ()


def test_a_registry_with_smaller_pages_than_are_asked_for() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        if "n" in request.url.params:
            return httpx.Response(400, json={"errors": [{"code": "PAGINATION_NUMBER_INVALID"}]})
        return httpx.Response(200, json={"repositories": ["a"]})

    assert repositories(answer) == ("a",)
    assert asked == ["n=1000", ""]
    with pytest.raises(RegistryError):
        repositories(lambda _: httpx.Response(400))


def test_registries_that_tell_nobody() -> None:
    for status in (404, 405):
        with pytest.raises(NotInRegistry, match="does not tell"):
            repositories(lambda _, status=status: httpx.Response(status))  # type: ignore[misc]

    def hub(request: httpx.Request) -> httpx.Response:
        if request.url.host == "auth.lan":
            assert request.url.params["scope"] == "registry:catalog:*"
            return httpx.Response(200, json={"token": "t"})
        challenge = 'Bearer realm="https://auth.lan/token",service="r",scope="registry:catalog:*"'
        return httpx.Response(401, headers={"www-authenticate": challenge})

    with pytest.raises(NotInRegistry, match="does not tell"):
        repositories(hub)


def test_a_catalog_behind_a_password() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "authorization" in request.headers:
            return httpx.Response(200, json={"repositories": ["a"]})
        return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})

    with pytest.raises(RegistryDenied):
        repositories(answer)
    assert repositories(answer, Credentials("mia", "secret")) == ("a",)


class Ranges:
    """Sends a blob, and breaks off after so many bytes, for each answer one."""

    def __init__(self, *breaks: int, heeds: bool = True) -> None:
        self.breaks = list(breaks)
        self.heeds = heeds
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        said = request.headers.get("range", "")
        self.asked.append(said)
        first = int(said.removeprefix("bytes=").rstrip("-")) if said and self.heeds else 0
        status, headers = 200, {}
        if said and self.heeds:
            status, headers = 206, {"content-range": f"bytes {first}-{len(LARGE) - 1}/{len(LARGE)}"}
        limit = self.breaks.pop(0) if self.breaks else None

        def content(left: bytes = LARGE[first:]) -> object:
            yield left[:limit]
            if limit is not None:
                raise httpx.ReadError("reset", request=request)

        return httpx.Response(status, headers=headers, content=content())  # type: ignore[arg-type]


def test_what_breaks_off_is_taken_up_where_it_broke() -> None:
    for heeds in (True, False):
        answer = Ranges(1_000_000, 2_500_000 if not heeds else 500_000, heeds=heeds)
        one = client(answer)
        assert b"".join(one.blob("team/model", DIGEST, CancelToken())) == LARGE
        assert answer.asked[:2] == ["", "bytes=1000000-"]
        assert len(answer.asked) == 3
        one.close()


def test_what_breaks_off_again_and_again_ends() -> None:
    answer = Ranges(1_000_000, *(0 for _ in range(50)))
    one = client(answer)
    with pytest.raises(RegistryUnavailable):
        list(one.blob("team/model", DIGEST, CancelToken()))
    one.close()
    assert 3 <= len(answer.asked) <= 8


def test_another_range_than_was_asked_for() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(
            206, headers={"content-range": "bytes 70-80/99"}, content=iter([b"x"])
        )

    one = client(answer)
    with pytest.raises(RegistryError, match="not an image registry"):
        list(one.blob("team/model", DIGEST, CancelToken(), 50))
    one.close()


def test_the_registrys_own_list_of_referrers() -> None:
    entries = [
        {"mediaType": "m", "digest": f"sha256:{number:064x}", "size": number,
         "artifactType": "a", "annotations": {"k": "v", "n": 1},
         "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}
        for number in range(3)
    ]  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/v2/team/model/referrers/{DIGEST}"
        if "last" in request.url.params:
            return httpx.Response(200, json={"manifests": entries[2:]})
        link = '<?last=x>; rel="next"'
        return httpx.Response(200, json={"manifests": entries[:2]}, headers={"link": link})

    one = client(answer)
    found = one.referrers("team/model", DIGEST, CancelToken())
    one.close()
    assert [item.size for item in found] == [0, 1, 2]
    assert found[0].annotations == {"k": "v"}
    assert (found[0].artifact_type, found[0].platform) == ("a", "linux/arm64/v8")


@pytest.mark.parametrize("content", [b"[]", b"{}", b"<html>", b'{"manifests": 7}', b"\xff"])
def test_a_list_of_referrers_that_is_none(content: bytes) -> None:
    one = client(lambda _: httpx.Response(200, content=content))
    with pytest.raises(RegistryError):
        one.referrers("team/model", DIGEST, CancelToken())
    one.close()


def test_a_list_of_referrers_without_end() -> None:
    link = '<?last=x>; rel="next"'
    one = client(lambda _: httpx.Response(200, json={"manifests": []}, headers={"link": link}))
    with pytest.raises(RegistryError, match="not an image registry"):
        one.referrers("team/model", DIGEST, CancelToken())
    one.close()


def test_where_the_registry_keeps_the_list_nothing_else_is_written() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.method} {request.url.path}")
        return httpx.Response(201, headers={"OCI-Subject": DIGEST})

    one = client(answer)
    one.put_manifest("team/model", "m-1", _artifact(), CancelToken())
    one.close()
    assert asked == ["PUT /v2/team/model/manifests/m-1"]


def test_a_list_that_others_change_between() -> None:
    """Another program's write is not lost, and neither is ours."""
    kept = {"list": b'{"manifests": []}'}
    other = {"digest": f"sha256:{7:064x}", "mediaType": "m", "size": 1}
    lost = [True]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/m-1"):
            return httpx.Response(201)
        if request.method == "GET":
            return httpx.Response(200, content=kept["list"], headers={"content-type": INDEX})
        kept["list"] = request.read()
        if lost:
            lost.pop()
            kept["list"] = json.dumps({"manifests": [other]}).encode()
        return httpx.Response(201)

    one, artifact = client(answer), _artifact()
    one.put_manifest("team/model", "m-1", artifact, CancelToken())
    one.close()
    digests = [item["digest"] for item in json.loads(kept["list"])["manifests"]]
    assert digests == [other["digest"], artifact.digest]


def test_a_manifest_that_the_registry_calls_by_another_digest() -> None:
    headers = {"docker-content-digest": DIGEST}
    one = client(lambda _: httpx.Response(201, headers=headers))
    with pytest.raises(RegistryLied):
        one.put_manifest("team/model", "v1", _artifact(), CancelToken())
    one.close()


def test_what_lies_about_a_digest() -> None:
    one = client(lambda _: httpx.Response(200, headers={"docker-content-digest": DIGEST}))
    with pytest.raises(RegistryLied):
        one.digest("team/model", digest_of(b"other"), CancelToken())
    one.close()
    bad = client(lambda _: httpx.Response(200, headers={"docker-content-digest": "sha256:\x07"}))
    with pytest.raises(RegistryError, match="not an image registry"):
        bad.digest("team/model", "v1", CancelToken())
    bad.close()


@pytest.mark.parametrize(
    ("status", "body", "error", "word"),
    [
        (400, "MANIFEST_BLOB_UNKNOWN", RegistryError, "lacks parts"),
        (400, "MANIFEST_INVALID", RegistryError, "refused to take"),
        (403, "DENIED", RegistryDenied, "does not allow you to write"),
        (404, "NAME_UNKNOWN", NotInRegistry, "no place"),
        (405, "UNSUPPORTED", RegistryDenied, "takes nothing"),
        (413, "", RegistryError, "too large"),
    ],
)
def test_manifests_that_are_not_taken(
    status: int, body: str, error: type[RegistryError], word: str
) -> None:
    one = client(lambda _: httpx.Response(status, text=body))
    with pytest.raises(error, match=word) as caught:
        one.put_manifest("team/model", "v1", _artifact(), CancelToken())
    one.close()
    assert caught.value.hint
    assert body in caught.value.detail


@pytest.mark.parametrize(
    ("status", "there"), [(400, True), (400, False), (404, True), (405, True), (405, False)]
)
def test_registries_that_delete_nothing(status: int, there: bool) -> None:
    kept = _artifact()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(status)
        return httpx.Response(200, content=kept.content) if there else httpx.Response(404)

    one = client(answer)
    with pytest.raises(RegistryDenied, match="deletes nothing") as caught:
        one.delete_manifest("team/model", kept.digest, CancelToken())
    one.close()
    assert "storage.delete.enabled" in caught.value.hint


def test_tags_that_a_lost_answer_left_behind_go_too() -> None:
    """As Docker's own registry from 3.0 on, which removes them once the manifest is gone, unless
    nobody waits any more."""
    kept = manifest_of(image_document(b"{}", []))
    manifests, tags = {kept.digest}, {"v1"}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            manifests.add(kept.digest)
            return httpx.Response(201)
        if not manifests:
            return httpx.Response(404)
        if request.method != "DELETE":
            return httpx.Response(200, content=kept.content)
        manifests.clear()
        if not lost:
            lost.append(True)
            raise httpx.RemoteProtocolError("gone", request=request)
        tags.clear()
        return httpx.Response(202)

    lost: list[bool] = []
    one = client(answer)
    one.delete_manifest("team/model", kept.digest, CancelToken())
    one.close()
    assert lost
    assert not manifests
    assert not tags


def test_the_hubs_own_images() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "registry-1.docker.io"
        assert request.url.path == "/v2/library/python/tags/list"
        return httpx.Response(200, json={"tags": ["3.11"]})

    one = RegistryClient("docker.io", lambda _: None, httpx.MockTransport(answer))
    assert one.tags("python", CancelToken()) == ("3.11",)
    one.close()


def test_one_client_for_each_host() -> None:
    registries = RegistryClients(
        lambda host: RegistryClient(
            host, lambda _: None, httpx.MockTransport(lambda _: httpx.Response(404))
        )
    )
    assert registries.at("r.lan") is registries.at("r.lan")
    assert registries.at("index.docker.io") is registries.at("docker.io")
    assert registries.at("r.lan:5000").name == "r.lan:5000"
    with pytest.raises(InvalidReference):
        registries.at("team")
    registries.close()


def _artifact() -> Manifest:
    return manifest_of(image_document(b"{}", [], subject={"digest": DIGEST}))

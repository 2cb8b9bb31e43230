"""The digest a tag names, as registries tell it or do not."""

import hashlib
import threading
from collections.abc import Callable

import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.digests import RegistryDigests
from modeldesk.core.errors import Cancelled, NotInRegistry, RegistryError, RegistryUnavailable
from modeldesk.core.jobs import CancelToken
from modeldesk.core.references import Reference

DIGEST = f"sha256:{'ab' * 32}"
MANIFEST = b'{"schemaVersion": 2}'
Handler = Callable[[httpx.Request], httpx.Response]


def asked(
    handler: Handler, name: str, seconds: float = 30, token: CancelToken | None = None
) -> str:
    def connect(registry: str) -> RegistryClient:
        return RegistryClient(registry, lambda _: None, httpx.MockTransport(handler))

    digests = RegistryDigests(connect, seconds)
    return digests.digest(Reference.parse(name), token or CancelToken())


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("python:3.11-slim", "/v2/library/python/manifests/3.11-slim"),
        ("nvidia/cuda:12", "/v2/nvidia/cuda/manifests/12"),
        ("r.lan/python", "/v2/python/manifests/latest"),
    ],
)
def test_it_is_asked_for_by_head(name: str, path: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("HEAD", path)
        return httpx.Response(200, headers={"docker-content-digest": DIGEST})

    assert asked(answer, name) == DIGEST


def test_where_it_is_not_said_the_manifest_tells() -> None:
    found = asked(lambda _: httpx.Response(200, content=MANIFEST), "r.lan/x:1")
    assert found == f"sha256:{hashlib.sha256(MANIFEST).hexdigest()}"


@pytest.mark.parametrize("said", ["sha256:short", f"{DIGEST} AS x", "md5:" + "0" * 32])
def test_what_is_no_digest_is_written_nowhere(said: str) -> None:
    with pytest.raises(RegistryError):
        asked(lambda _: httpx.Response(200, headers={"docker-content-digest": said}), "r.lan/x:1")


def test_no_such_tag() -> None:
    with pytest.raises(NotInRegistry):
        asked(lambda _: httpx.Response(404), "r.lan/x:1")


def test_one_that_keeps_failing_is_not_waited_for() -> None:
    busy = httpx.Response(503, headers={"retry-after": "15"})
    with pytest.raises(RegistryUnavailable, match="in time"):
        asked(lambda _: busy, "r.lan/x:1", seconds=0.2)


def test_a_cancel_is_no_failure_of_the_registry() -> None:
    token = CancelToken()
    busy = httpx.Response(503, headers={"retry-after": "15"})
    timer = threading.Timer(0.1, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        asked(lambda _: busy, "r.lan/x:1", token=token)
    timer.join()

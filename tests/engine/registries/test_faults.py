"""Docker's own registry behind a proxy that spoils the traffic: what is kept is right, or it is
said clearly what is wrong."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.core.errors import (
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryError,
    RegistryLied,
    RegistryUnavailable,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.tagging import untag
from tests.contracts.registry_contract import LARGE, Sent, blob_of, push, put_bytes
from tests.engine.registries.conftest import RegistrySite, run_registry
from tests.fakes.registry_contents import digest_of, image_document, manifest_of
from tests.support.faulty_proxy import (
    Answer,
    Cut,
    Damage,
    Delay,
    Drop,
    FaultyProxy,
    Rule,
    Swallow,
    faulty_proxy,
)

HTML = Answer(200, b"<html>please sign in</html>", "text/html; charset=utf-8")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistrySite]:
    with run_registry(tmp_path_factory.mktemp("registry")) as site:
        yield site


@pytest.fixture
def proxy(site: RegistrySite) -> Iterator[FaultyProxy]:
    with faulty_proxy(site.address) as proxy:
        yield proxy


@pytest.fixture
def client(proxy: FaultyProxy) -> Iterator[RegistryClient]:
    client = RegistryClient(proxy.address, lambda _: None)
    client.has_blob("team/model", digest_of(b""), CancelToken())
    yield client
    client.close()


@pytest.fixture
def name() -> str:
    return f"faults/{secrets.token_hex(6)}"


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("^HEAD .*/blobs/", Drop(answered=0)),
        ("^POST ", Drop(sent=0)),
        ("^POST ", Swallow()),
        ("^POST ", Answer(500)),
        ("^POST ", Answer(429, headers=(("Retry-After", "0"),))),
        ("^PATCH ", Drop(sent=0)),
        ("^PATCH ", Drop(sent=1_000_000)),
        ("^PATCH ", Swallow()),
        ("^PATCH ", Answer(502, b"<html>bad gateway</html>", "text/html")),
        ("^PATCH ", Answer(429, headers=(("Retry-After", "0"),))),
        ("^PATCH ", Answer(401)),
        ("^PATCH ", Damage(sent=True)),
        ("^PATCH ", Delay(0.3)),
        ("^PUT .*/uploads/", Drop(sent=0)),
        ("^PUT .*/uploads/", Swallow()),
        ("^PUT .*/uploads/", Answer(503)),
    ],
    ids=str,
)
def test_one_fault_does_not_hinder_a_blob(
    client: RegistryClient, proxy: FaultyProxy, site: RegistrySite, name: str, pattern: str,
    fault: Drop,
) -> None:  # fmt: skip
    proxy.rules.append(Rule(pattern, fault))
    sent = Sent()
    client.put_blob(name, blob_of(LARGE), sent, CancelToken())
    assert sent.said[-1] == len(LARGE)
    assert b"".join(client.blob(name, digest_of(LARGE), CancelToken())) == LARGE
    assert proxy.rules[0].times == 0


@pytest.mark.parametrize(
    "fault", [Drop(sent=5), Swallow(), Answer(503), Damage(sent=True)], ids=str
)
def test_one_fault_does_not_hinder_what_is_small(
    client: RegistryClient, proxy: FaultyProxy, name: str, fault: Drop
) -> None:
    proxy.rules.append(Rule("^PUT .*/uploads/", fault))
    digest = put_bytes(client, name, b"configuration")
    assert client.document(name, digest, CancelToken()) == b"configuration"


@pytest.mark.parametrize("fault", [Drop(sent=0), Swallow(), Answer(500), Answer(429)], ids=str)
def test_one_fault_does_not_hinder_a_manifest_nor_its_removal(
    client: RegistryClient, proxy: FaultyProxy, name: str, fault: Drop
) -> None:
    proxy.rules.append(Rule("^PUT .*/manifests/", fault))
    image = push(client, name, "v1", [b"layer"])
    assert client.manifest(name, "v1", CancelToken()) == image
    proxy.rules.append(Rule("^DELETE .*/manifests/", fault))
    client.delete_manifest(name, image.digest, CancelToken())
    assert client.tags(name, CancelToken()) == ()


def test_a_cancel_lets_a_removal_end(client: RegistryClient, proxy: FaultyProxy, name: str) -> None:
    image = push(client, name, "v1", [b"layer"])
    proxy.rules.append(Rule("^DELETE .*/manifests/", Delay(0.2)))
    token = CancelToken()

    def cancel() -> None:
        while not any(one.startswith("DELETE") for one in proxy.asked):
            time.sleep(0.01)
        token.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    client.delete_manifest(name, image.digest, token)
    canceller.join()
    assert client.tags(name, CancelToken()) == ()


def test_where_nothing_is_deleted_no_tag_is_touched(tmp_path: Path, name: str) -> None:
    with (
        run_registry(tmp_path, deletes=False) as site,
        faulty_proxy(site.address) as proxy,
        closing(RegistryClient(proxy.address, lambda _: None)) as client,
    ):
        image = push(client, name, "v1", [b"layer"])
        proxy.asked.clear()
        with pytest.raises(RegistryDenied):
            untag(client, name, "v1", CancelToken())
        assert not [one for one in proxy.asked if one.startswith(("PUT", "POST"))]
        assert client.digest(name, "v1", CancelToken()) == image.digest


@pytest.mark.parametrize(
    "fault", [Drop(answered=1_000_000), Drop(answered=0), Answer(503), Delay(0.2)], ids=str
)
def test_one_fault_does_not_hinder_reading(
    client: RegistryClient, proxy: FaultyProxy, name: str, fault: Drop
) -> None:
    digest = put_bytes(client, name, LARGE)
    proxy.rules.append(Rule("^GET .*/blobs/", fault))
    assert b"".join(client.blob(name, digest, CancelToken())) == LARGE


def test_what_broke_is_read_from_there_on(
    client: RegistryClient, proxy: FaultyProxy, name: str
) -> None:
    digest = put_bytes(client, name, LARGE)
    proxy.rules.append(Rule("^GET .*/blobs/", Drop(answered=1_000_000), times=3))
    assert b"".join(client.blob(name, digest, CancelToken())) == LARGE


@pytest.mark.parametrize("fault", [Damage(), Cut(1_000_000), Cut(0)], ids=str)
def test_what_is_not_what_its_digest_says_is_not_used(
    client: RegistryClient, proxy: FaultyProxy, name: str, fault: Damage
) -> None:
    digest = put_bytes(client, name, LARGE)
    image = push(client, name, "v1", [])
    proxy.rules.append(Rule("^GET ", fault, times=9))
    with pytest.raises(RegistryLied):
        list(client.blob(name, digest, CancelToken()))
    proxy.rules[:] = [Rule("^GET ", Damage(), times=9)]
    with pytest.raises(RegistryLied):
        client.manifest(name, image.digest, CancelToken())
    config = json.loads(image.content)["config"]["digest"]
    with pytest.raises(RegistryLied):
        client.document(name, config, CancelToken())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (HTML, RegistryError),
        (Answer(500), RegistryBusy),
        (Answer(429, headers=(("Retry-After", "0"),)), RegistryBusy),
        (Answer(403), RegistryDenied),
        (Answer(401), RegistryDenied),
        (Drop(sent=0), RegistryUnavailable),
    ],
    ids=str,
)
def test_what_does_not_go_away_is_told(
    client: RegistryClient, proxy: FaultyProxy, site: RegistrySite, name: str, fault: Drop,
    error: type[RegistryError],
) -> None:  # fmt: skip
    for pattern in ("^POST ", "^PUT .*/uploads/"):
        proxy.rules[:] = [Rule(pattern, fault, times=999)]
        with pytest.raises(error) as caught:
            put_bytes(client, name, b"small")
        assert caught.value.message
        assert caught.value.hint
    proxy.rules.clear()
    assert not client.has_blob(name, digest_of(b"small"), CancelToken())


def test_redirects_in_a_circle(client: RegistryClient, proxy: FaultyProxy, name: str) -> None:
    circle = Answer(307, headers=(("Location", f"http://{proxy.address}/v2/x"),))
    proxy.rules.append(Rule(".", circle, times=999))
    questions = (
        lambda: client.tags(name, CancelToken()),
        lambda: client.put_manifest(
            name, "v1", manifest_of(image_document(b"", [])), CancelToken()
        ),
        lambda: put_bytes(client, name, LARGE),
    )
    for question in questions:
        with pytest.raises(RegistryError, match="without end"):
            question()


def test_a_hundred_thousand_tags(client: RegistryClient, proxy: FaultyProxy, name: str) -> None:
    tags = [f"v1.0.{number}" for number in range(100_000)]
    proxy.rules.append(Rule("/tags/list", Answer(200, json.dumps({"tags": tags}).encode())))
    assert len(client.tags(name, CancelToken())) == 100_000
    more = json.dumps({"tags": [*tags, "one-more"]}).encode()
    proxy.rules.append(Rule("/tags/list", Answer(200, more)))
    with pytest.raises(RegistryError, match="more than 100,000 tags"):
        client.tags(name, CancelToken())


def test_a_manifest_of_a_hundred_megabytes(
    client: RegistryClient, proxy: FaultyProxy, name: str
) -> None:
    proxy.rules.append(Rule("/manifests/", Answer(200, bytes(100_000_000)), times=9))
    began = time.monotonic()
    with pytest.raises(RegistryError, match="not an image registry"):
        client.manifest(name, "v1", CancelToken())
    assert time.monotonic() - began < 10


def test_a_mount_that_fails_leaves_nothing(
    client: RegistryClient, proxy: FaultyProxy, site: RegistrySite, name: str
) -> None:
    before = site.uploads()
    assert not client.mount(name, digest_of(LARGE), f"{name}/none", CancelToken())
    assert site.uploads() == before
    proxy.rules.append(Rule("^POST .*mount", Answer(405)))
    assert not client.mount(name, digest_of(LARGE), f"{name}/none", CancelToken())


def test_a_registry_that_is_away_for_a_while(tmp_path: Path) -> None:
    token = CancelToken()
    with run_registry(tmp_path / "one") as site:
        port = int(site.address.rpartition(":")[2])
        client = site.client()
        assert not client.has_blob("team/model", digest_of(LARGE), token)
    with pytest.raises((NotInRegistry, RegistryUnavailable)):
        client.tags("team/model", token)
    with run_registry(tmp_path / "one", port=port):
        put_bytes(client, "team/model", LARGE)
        assert b"".join(client.blob("team/model", digest_of(LARGE), token)) == LARGE
    client.close()

"""What is learned of the versions in a registry, and what is passed over."""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.read_versions import MakeClient, read_registry, read_versions
from modeldesk.adapters.oci_registry.versions import RegistryVersions
from modeldesk.core.archives.source import host_platform
from modeldesk.core.errors import (
    Cancelled,
    NotInRegistry,
    RegistryBusy,
    RegistryDenied,
    RegistryUnavailable,
)
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.remote_model import (
    KnownRepository,
    RemoteArtifact,
    RemoteVersion,
    RemoteVersions,
)
from modeldesk.core.registry.credentials import Credentials
from modeldesk.core.versioning.channels import use_own_channels
from tests.unit.adapters.oci_registry.registry import MemoryRegistry, digest_of

NAME = "r.lan/team/rec"
STEPS = (("RUN pip install torch", 4_000), ("COPY model.onnx /models/", 70), ("COPY a.py /app/", 5))


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeldesk.adapters.oci_registry.asking.pause", lambda *_: 0.0)


def read(
    registry: MemoryRegistry,
    known: Sequence[RemoteVersion] = (),
    on_news: Callable[[RemoteVersion], None] = lambda _: None,
    token: CancelToken | None = None,
    artifacts: Sequence[RemoteArtifact] = (),
) -> RemoteVersions:
    known_all = KnownRepository(tuple(known), tuple(artifacts))
    return reader_of(registry.client).versions(NAME, known_all, on_news, token or CancelToken())


def reader_of(make: MakeClient) -> RegistryVersions:
    return RegistryVersions(
        partial(read_versions, make_client=make), partial(read_registry, make_client=make)
    )


def reading(
    answer: Callable[[httpx.Request], httpx.Response], credentials: Credentials | None = None
) -> RegistryVersions:
    def make(name: str) -> RegistryClient:
        return RegistryClient(name, lambda _: credentials, httpx.MockTransport(answer))

    return reader_of(make)


def test_a_version(registry: MemoryRegistry) -> None:
    digest = registry.push("v1.0.0", STEPS, labels={"io.modeldesk.model.name": " rec "})
    configuration = json.loads(registry.manifests[digest])["config"]["digest"]
    (found,) = read(registry).versions
    assert [(one.size_bytes, one.instruction) for one in found.layers] == [
        (30, ""), (4_000, ""), (70, ""), (5, ""),
    ]  # fmt: skip
    assert (replace(found, layers=()),) == (
        RemoteVersion(
            NAME,
            "v1.0.0",
            digest,
            configuration,
            datetime(2026, 4, 5, 12, 0, 0, 123456, tzinfo=UTC),
            "rec",
            {
                LayerKind.BASE_IMAGE: 30,
                LayerKind.DEPENDENCIES: 4_000,
                LayerKind.APPLICATION: 5,
                LayerKind.MODEL_WEIGHTS: 70,
            },
            labels={"io.modeldesk.model.name": " rec "},
            platforms=("linux/amd64",),
        ),
    )


def test_labels_that_tell_of_the_model(registry: MemoryRegistry) -> None:
    telling = {"io.modeldesk.model.metrics": "{}", "org.opencontainers.image.revision": "9f31c0a2"}
    long = {"io.modeldesk.model.parameters": "x" * 20_000}
    registry.push("v1", STEPS, labels={**telling, **long, "com.example.secret": "x"})
    assert read(registry).versions[0].labels == telling


def test_secrets_in_labels_are_not_kept(registry: MemoryRegistry) -> None:
    text = '{"api_token": "s3cret", "lr": 0.1}'
    registry.push("v1", STEPS, labels={"io.modeldesk.model.parameters": text})
    (found,) = read(registry).versions
    assert found.labels is not None
    kept = json.loads(found.labels["io.modeldesk.model.parameters"])
    assert kept["lr"] == 0.1
    assert "s3cret" not in str(kept)


def test_one_that_was_kept_without_its_labels_is_read_again(registry: MemoryRegistry) -> None:
    registry.push("v1", STEPS)
    (found,) = read(registry).versions
    news: list[RemoteVersion] = []
    read(registry, [found], news.append)
    assert news == []
    read(registry, [replace(found, labels=None)], news.append)
    assert news == [found]


def test_tags_that_move(registry: MemoryRegistry) -> None:
    digest = registry.push("v1", STEPS)
    registry.tags["stable"] = registry.tags["latest"] = digest
    asked = registry.asked["GET manifests"]
    found = read(registry)
    assert found.channels == {"stable": digest, "latest": digest}
    assert [one.tag for one in found.versions] == ["v1"]
    assert registry.asked["GET manifests"] == asked + 1


def test_the_label_knows_when_a_version_was_made(registry: MemoryRegistry) -> None:
    labels = {"org.opencontainers.image.created": "2026-05-01T00:00:00Z"}
    registry.push("v1", STEPS, created="1970-01-01T00:00:00Z", labels=labels)
    assert read(registry).versions[0].created == datetime(2026, 5, 1, tzinfo=UTC)


def test_a_history_that_does_not_tell_each_layer(registry: MemoryRegistry) -> None:
    configuration = json.dumps({"rootfs": {"diff_ids": ["sha256:a", "sha256:b"]}}).encode()
    registry.put("v1", registry.manifest(configuration, [100, 20]))
    assert read(registry).versions[0].compressed_by_kind == {LayerKind.OTHER: 120}


def test_an_image_as_docker_itself_pushes_it(registry: MemoryRegistry) -> None:
    configuration = json.dumps({"rootfs": {"diff_ids": ["sha256:a"]}}).encode()
    kinds = (
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
    )
    registry.put("v1", registry.manifest(configuration, [7], *kinds))
    assert [one.tag for one in read(registry).versions] == ["v1"]


def test_several_platforms(registry: MemoryRegistry) -> None:
    other = registry.push("other", STEPS, architecture="s390x")
    mine = registry.push("mine", [("COPY model.onnx /models/", 9_000)])
    speaks = registry.put("speaks", b"{}")
    registry.tags.clear()
    index = registry.index(
        "v1", (speaks, "unknown/unknown"), (other, "linux/s390x"), (mine, host_platform())
    )
    registry.index("v2", (other, "linux/s390x"))
    first, second = read(registry).versions
    assert first.digest == index
    assert first.compressed_by_kind[LayerKind.MODEL_WEIGHTS] == 9_000
    assert second.compressed_by_kind[LayerKind.MODEL_WEIGHTS] == 70
    assert first.platforms == ("linux/s390x", host_platform())
    assert (first.attestations, second.attestations) == (1, 0)


def test_attestations_by_their_annotation(registry: MemoryRegistry) -> None:
    mine = registry.push("mine", STEPS)
    content = json.loads(registry.manifests[registry.index("v1", (mine, "linux/amd64"))])
    speaks = {"digest": registry.put("speaks", b"{}"), "size": 2, "annotations": {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": mine,
    }}  # fmt: skip
    registry.tags.clear()
    content["manifests"].insert(0, speaks)
    registry.put("v1", json.dumps(content).encode())
    (found,) = read(registry).versions
    assert (found.platforms, found.attestations) == (("linux/amd64",), 1)


def test_what_is_no_version_is_passed_over(registry: MemoryRegistry) -> None:
    registry.push("v1", STEPS)
    for tag in ("stable", "latest", "candidate", "deprecated"):
        registry.tags[tag] = registry.tags["v1"]
    registry.push(f"sha256-{'a' * 64}.sig", STEPS)
    registry.push(f"sha256-{'a' * 64}", STEPS)
    asked = registry.asked["GET manifests"]
    speaks = registry.put("speaks", b"{}")
    registry.index("only-attestations", (speaks, "unknown/unknown"))
    kind = "application/vnd.cncf.helm.config.v1+json"
    registry.put("chart", registry.manifest(b"{}", [5], kind))
    registry.put("proof", registry.manifest(b"{}", [5], layer="application/vnd.in-toto+json"))
    del registry.tags["speaks"]
    found = read(registry)
    assert [one.tag for one in found.versions] == ["v1"]
    assert found.unreadable == ()
    assert {one.tag: one.kind for one in found.artifacts} == {
        "chart": kind,
        "only-attestations": "application/vnd.oci.image.index.v1+json",
        "proof": "application/vnd.in-toto+json",
    }
    assert registry.asked["GET manifests"] - asked == 4


def test_artifacts_are_not_read_again(registry: MemoryRegistry) -> None:
    kind = "application/vnd.cncf.model.manifest.v1+json"
    manifest = json.loads(registry.manifest(b"{}", [5], "application/vnd.oci.empty.v1+json"))
    registry.put("weights", json.dumps({**manifest, "artifactType": kind}).encode())
    first = read(registry)
    assert [(one.tag, one.kind) for one in first.artifacts] == [("weights", kind)]
    registry.asked.clear()
    assert read(registry, artifacts=first.artifacts) == first
    assert registry.asked["GET manifests"] == registry.asked["GET blobs"] == 0


def test_a_model_without_an_image_is_a_version(registry: MemoryRegistry) -> None:
    config = {"descriptor": {"name": "a name for people", "createdAt": "2026-04-05T12:00:00Z"},
              "config": {"format": "safetensors"}, "modelfs": {"type": "layers"}}  # fmt: skip
    kind = "application/vnd.cncf.model.config.v1+json"
    weights = "application/vnd.cncf.model.weight.v1.raw"
    manifest = json.loads(registry.manifest(json.dumps(config).encode(), [70, 5], kind, weights))
    manifest["layers"][1]["mediaType"] = "application/vnd.cncf.model.doc.v1.raw"
    told = {"io.modeldesk.model.name": "rec", "io.modeldesk.model.metrics": '{"accuracy": 0.9}'}
    digest = registry.put("v1.0.0", json.dumps({**manifest, "annotations": told}).encode())
    registry.tags["stable"] = digest
    found = read(registry)
    assert found.channels == {"stable": digest}
    assert found.artifacts == ()
    assert found.versions == (
        RemoteVersion(
            NAME,
            "v1.0.0",
            digest,
            ImageId(digest),
            datetime(2026, 4, 5, 12, tzinfo=UTC),
            "rec",
            {LayerKind.MODEL_WEIGHTS: 70, LayerKind.OTHER: 5},
            labels={**told, "io.modeldesk.model.framework": "safetensors"},
            platforms=(),
            artifact="ModelPack",
        ),
    )
    registry.asked.clear()
    assert read(registry, found.versions) == found
    assert registry.asked["GET manifests"] == registry.asked["GET blobs"] == 0


def test_a_model_that_can_not_be_read_is_an_artifact(registry: MemoryRegistry) -> None:
    kind = "application/vnd.cncf.model.config.v1+json"
    registry.put("v1", registry.manifest(b"no JSON", [5], kind))
    assert [(one.tag, one.kind) for one in read(registry).artifacts] == [("v1", kind)]


def test_what_was_said_of_versions_since_is_named(registry: MemoryRegistry) -> None:
    digest = registry.push("v1", STEPS)
    tag = f"{digest.replace(':', '-')}.metadata.{'a' * 32}"
    registry.tags[tag] = registry.tags[f"{digest.replace(':', '-')}.sig"] = digest
    found: list[RemoteVersions] = []

    class Listener:
        def on_news(self, version: RemoteVersion) -> None: ...
        def on_repository(self, repository: str, told: RemoteVersions) -> None:
            assert repository == NAME
            found.append(told)

        def on_progress(self, done: int, total: int) -> None: ...

    reader_of(registry.client).browse("r.lan", [NAME], {}, Listener(), CancelToken())
    assert [(one.edits, len(one.versions)) for one in found] == [((tag,), 1)]


def test_what_is_known_by_a_moving_tag_alone(registry: MemoryRegistry) -> None:
    digest = registry.push("latest", STEPS)
    registry.tags["stable"] = digest
    first = read(registry)
    assert [(one.tag, one.digest) for one in first.versions] == [("latest", digest)]
    assert first.channels == {"latest": digest, "stable": digest}
    registry.asked.clear()
    assert read(registry, first.versions) == first
    assert registry.asked["GET manifests"] == registry.asked["GET blobs"] == 0
    registry.tags["v1.0.0"] = digest
    assert [one.tag for one in read(registry, first.versions).versions] == ["v1.0.0"]


def test_what_can_not_be_read_is_counted(registry: MemoryRegistry) -> None:
    registry.push("v1", STEPS)
    registry.put("no-json", b"{")
    registry.put("no-config", registry.manifest(b"[]", [5, 6]))
    registry.put("no-manifest", b'{"layers": []}')
    registry.put("lost-config", registry.manifest(b"{}", []))
    del registry.blobs[digest_of(b"{}")]
    registry.push("changed-config", STEPS)
    changed = json.loads(registry.manifests[registry.tags["changed-config"]])["config"]["digest"]
    registry.blobs[changed] = b"{ }"
    registry.push("broken", STEPS)
    registry.failing["broken"] = 500
    registry.push("blocked", STEPS)
    registry.failing["blocked"] = 412
    registry.push("just-gone", STEPS)
    registry.failing["just-gone"] = 404
    found = read(registry)
    assert [one.tag for one in found.versions] == ["v1"]
    assert found.unreadable == (
        "blocked", "broken", "changed-config", "lost-config", "no-config", "no-json", "no-manifest",
    )  # fmt: skip


@pytest.mark.parametrize("names_digests", [True, False])
def test_what_is_known_is_not_read_again(registry: MemoryRegistry, names_digests: bool) -> None:
    registry.names_digests = names_digests
    for number in range(40):
        registry.push(f"v1.{number}.0", [("COPY model.onnx /models/", number + 1)])
    news: list[RemoteVersion] = []
    first = read(registry, on_news=news.append)
    assert sorted(news, key=lambda one: one.tag) == list(first.versions)
    assert registry.asked["GET blobs"] == 40
    assert registry.asked["HEAD manifests"] == 0
    registry.asked.clear()
    news.clear()
    registry.push("v2.0.0", STEPS)
    registry.tags["again"] = registry.tags["v1.3.0"]
    registry.push("v1.5.0", STEPS)
    second = read(registry, first.versions, news.append)
    assert registry.asked["GET blobs"] == 2
    assert registry.asked["GET manifests"] == (2 if names_digests else 44)
    assert sorted(one.tag for one in news) == ["again", "v1.5.0", "v2.0.0"]
    assert len(second.versions) == 42
    by_tag = {one.tag: one for one in second.versions}
    assert by_tag["again"].image == by_tag["v1.3.0"].image


def test_no_repository(registry: MemoryRegistry) -> None:
    reader = reading(lambda _: httpx.Response(404))
    with pytest.raises(NotInRegistry):
        reader.versions(NAME, KnownRepository(), lambda _: None, CancelToken())


@pytest.mark.parametrize(
    ("status", "error"), [(403, RegistryDenied), (503, RegistryBusy), (429, RegistryBusy)]
)
def test_a_registry_that_does_not_want_to_is_not_asked_on(
    registry: MemoryRegistry, status: int, error: type[Exception]
) -> None:
    for number in range(500):
        tag = f"v1.{number}.0"
        registry.push(tag, STEPS)
        registry.failing[tag] = status
    with pytest.raises(error):
        read(registry)
    assert registry.asked["GET manifests"] < 300


def test_a_registry_that_goes_away(registry: MemoryRegistry) -> None:
    for number in range(100):
        registry.push(f"v1.{number}.0", STEPS)

    def answer(request: httpx.Request) -> httpx.Response:
        if "/manifests/v1.5" in request.url.path:
            raise httpx.ReadError("reset")
        return registry.answer(request)

    reader = reading(answer)
    with pytest.raises(RegistryUnavailable):
        reader.versions(NAME, KnownRepository(), lambda _: None, CancelToken())


def test_sixteen_at_a_time_and_one_sign_in(registry: MemoryRegistry) -> None:
    for number in range(64):
        registry.push(f"v1.{number}.0", STEPS)
    under_way = most = signs = 0
    lock = threading.Lock()

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most, signs
        if request.url.host == "auth.lan":
            signs += 1
            return httpx.Response(200, json={"token": "t"})
        if request.headers.get("authorization") != "Bearer t":
            challenge = 'Bearer realm="https://auth.lan/token",service="r"'
            return httpx.Response(401, headers={"www-authenticate": challenge})
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.005)
        with lock:
            under_way -= 1
        return registry.answer(request)

    reader = reading(answer, Credentials("mia", "secret"))
    found = reader.versions(NAME, KnownRepository(), lambda _: None, CancelToken())
    assert len(found.versions) == 64
    assert signs == 1
    assert 8 <= most <= 16


def test_a_cancel_in_the_middle(registry: MemoryRegistry) -> None:
    for number in range(300):
        registry.push(f"v1.{number}.0", STEPS)
    token = CancelToken()
    news: list[RemoteVersion] = []

    def on_news(version: RemoteVersion) -> None:
        news.append(version)
        token.cancel()

    with pytest.raises(Cancelled):
        read(registry, on_news=on_news, token=token)
    assert 1 <= len(news) < 100
    assert threading.active_count() < 16


def test_a_persons_own_channel_read_elsewhere(
    registry: MemoryRegistry, request: pytest.FixtureRequest
) -> None:
    """What reads in another process takes it for a version's name."""
    digest = registry.push("v1.0.0", STEPS)
    registry.tags["production"] = digest
    other = registry.push("staging", STEPS)
    news: list[RemoteVersion] = []
    known = KnownRepository()
    token = CancelToken()
    learned = list(read_versions(NAME, (), token, registry.client))
    use_own_channels(["production", "staging"])
    request.addfinalizer(lambda: use_own_channels(()))
    reader = RegistryVersions(lambda *_: (one for one in learned), lambda *_: pytest.fail("no"))
    found = reader.versions(NAME, known, news.append, token)
    assert [one.tag for one in found.versions] == ["staging", "v1.0.0"]
    assert found.channels == {"production": digest, "staging": other}
    assert sorted(one.tag for one in news) == ["staging", "v1.0.0"]

"""What every `Registry` promises, asked of the fake and of real ones alike."""

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from modeldesk.core.errors import (
    Cancelled,
    FolderError,
    InvalidReference,
    NotInRegistry,
    RegistryDenied,
    RegistryError,
    RegistryLied,
)
from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.ports import Registry
from tests.fakes.registry_contents import (
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
    entry,
    image_document,
    manifest_of,
)

ABSENT = "sha256:" + "0" * 64
EMPTY = b"{}"
LARGE = secrets.token_bytes(3_000_000)
_PIECE = 100_000


def blob_of(content: bytes, digest: str = "") -> Blob:
    """That has this content, and says that its digest is another where one is given."""

    def read(first: int) -> Iterator[bytes]:
        for place in range(first, len(content), _PIECE):
            yield content[place : place + _PIECE]

    return Blob(digest or digest_of(content), len(content), read)


class Sent:
    """Hears how far a blob is."""

    def __init__(self) -> None:
        self.said: list[int] = []

    def __call__(self, count: int) -> None:
        self.said.append(count)


class RegistryContract:
    @pytest.fixture
    def registry(self) -> Registry:
        raise NotImplementedError

    @pytest.fixture
    def without_deletes(self) -> Registry:
        """One that removes nothing."""
        raise NotImplementedError

    @pytest.fixture
    def token(self) -> CancelToken:
        return CancelToken()

    @pytest.fixture
    def name(self) -> str:
        """A repository that nobody else uses."""
        return f"contract/{secrets.token_hex(6)}"

    @pytest.fixture
    def put(self, registry: Registry, name: str) -> Callable[[bytes], str]:
        return lambda content: put_bytes(registry, name, content)

    def test_an_image_comes_back_as_it_was(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        image = push(registry, name, "v1", [b"base", LARGE])
        assert registry.manifest(name, "v1", token) == image
        assert registry.manifest(name, image.digest, token) == image
        assert registry.digest(name, "v1", token) == image.digest
        assert registry.digest(name, image.digest, token) == image.digest
        assert registry.tags(name, token) == ("v1",)
        assert name in registry.repositories(token)
        config = json.loads(image.content)["config"]["digest"]
        assert registry.document(name, config, token) == b'{"os":"linux"}'
        assert b"".join(registry.blob(name, digest_of(LARGE), token)) == LARGE

    def test_a_blob_from_a_byte_on(
        self, registry: Registry, name: str, token: CancelToken, put: Callable[[bytes], str]
    ) -> None:
        digest = put(LARGE)
        for first in (1, 1_234_567, len(LARGE) - 1, len(LARGE)):
            assert b"".join(registry.blob(name, digest, token, first)) == LARGE[first:]

    @pytest.mark.parametrize("size", [0, 1, 2, 255_999, 256 * 1024, 256 * 1024 + 1])
    def test_blobs_of_any_size(
        self, registry: Registry, name: str, token: CancelToken, size: int
    ) -> None:
        content = secrets.token_bytes(size)
        sent = Sent()
        registry.put_blob(name, blob_of(content), sent, token)
        assert b"".join(registry.blob(name, digest_of(content), token)) == content
        assert sent.said[-1] == size

    def test_how_much_was_sent_is_told_and_only_grows(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        sent = Sent()
        registry.put_blob(name, blob_of(LARGE), sent, token)
        assert sent.said == sorted(sent.said)
        assert len(set(sent.said)) > 10
        assert sent.said[-1] == len(LARGE)

    def test_what_is_there_is_not_sent_again(
        self, registry: Registry, name: str, token: CancelToken, put: Callable[[bytes], str]
    ) -> None:
        digest = put(b"weights")
        sent = Sent()
        unread = Blob(digest, 7, lambda _: pytest.fail("read"))
        registry.put_blob(name, unread, sent, token)
        assert sent.said == [7]

    def test_a_blob_is_in_one_repository(
        self, registry: Registry, name: str, token: CancelToken, put: Callable[[bytes], str]
    ) -> None:
        digest = put(b"weights")
        assert registry.has_blob(name, digest, token)
        assert not registry.has_blob(f"{name}/other", digest, token)
        assert not registry.has_blob(name, ABSENT, token)

    def test_a_blob_is_mounted_from_another_repository(
        self, registry: Registry, name: str, token: CancelToken, put: Callable[[bytes], str]
    ) -> None:
        digest = put(LARGE)
        assert registry.mount(f"{name}/other", digest, name, token)
        assert b"".join(registry.blob(f"{name}/other", digest, token)) == LARGE
        assert not registry.mount(f"{name}/other", ABSENT, name, token)
        assert not registry.has_blob(f"{name}/other", ABSENT, token)

    def test_a_manifest_needs_what_it_names(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        image = manifest_of(image_document(EMPTY, [b"never sent"]))
        with pytest.raises(RegistryError) as caught:
            registry.put_manifest(name, "v1", image, token)
        assert not isinstance(caught.value, NotInRegistry | RegistryDenied)
        with pytest.raises(NotInRegistry):
            registry.digest(name, "v1", token)

    def test_a_manifest_that_is_not_what_its_digest_says(
        self, registry: Registry, name: str, token: CancelToken, put: Callable[[bytes], str]
    ) -> None:
        put(EMPTY)
        image = manifest_of(image_document(EMPTY, []))
        other = Manifest(image.content + b" ", image.media_type, image.digest)
        for reference in ("v1", image.digest):
            with pytest.raises(RegistryLied):
                registry.put_manifest(name, reference, other, token)
        with pytest.raises(RegistryLied):
            registry.put_manifest(name, ABSENT, image, token)

    def test_a_manifest_by_its_digest_alone_and_under_more_tags(
        self, registry: Registry, name: str, token: CancelToken, put: Callable[[bytes], str]
    ) -> None:
        put(EMPTY)
        image = manifest_of(image_document(EMPTY, []))
        registry.put_manifest(name, image.digest, image, token)
        assert registry.manifest(name, image.digest, token) == image
        for tag in ("v1", "stable"):
            registry.put_manifest(name, tag, image, token)
        assert registry.tags(name, token) == ("stable", "v1")
        assert registry.digest(name, "stable", token) == image.digest

    def test_a_tag_moves(self, registry: Registry, name: str, token: CancelToken) -> None:
        push(registry, name, "stable", [b"1"])
        second = push(registry, name, "v2", [b"2"])
        registry.put_manifest(name, "stable", second, token)
        assert registry.digest(name, "stable", token) == second.digest

    def test_several_platforms(self, registry: Registry, name: str, token: CancelToken) -> None:
        one = push(registry, name, "v1-amd64", [b"1"])
        member = {"mediaType": OCI_MANIFEST, "digest": one.digest, "size": len(one.content)}
        index = manifest_of({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [member]})
        registry.put_manifest(name, "v1", index, token)
        assert registry.manifest(name, "v1", token) == index

    def test_what_is_deleted_goes_with_every_tag(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        gone = push(registry, name, "v1", [b"1"])
        registry.put_manifest(name, "stable", gone, token)
        stays = push(registry, name, "v2", [b"2"])
        registry.delete_manifest(name, gone.digest, token)
        assert registry.tags(name, token) == ("v2",)
        for reference in ("v1", "stable", gone.digest):
            with pytest.raises(NotInRegistry):
                registry.manifest(name, reference, token)
        with pytest.raises(NotInRegistry):
            registry.delete_manifest(name, gone.digest, token)
        registry.delete_manifest(name, stays.digest, token)
        assert registry.tags(name, token) == ()

    def test_a_registry_that_deletes_nothing(
        self, without_deletes: Registry, name: str, token: CancelToken
    ) -> None:
        image = push(without_deletes, name, "v1", [])
        with pytest.raises(RegistryDenied) as caught:
            without_deletes.delete_manifest(name, image.digest, token)
        assert caught.value.message
        assert without_deletes.digest(name, "v1", token) == image.digest
        with pytest.raises(RegistryDenied):
            without_deletes.delete_manifest(name, ABSENT, token)

    def test_what_is_attached_is_listed(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        image = push(registry, name, "v1", [b"1"])
        assert registry.referrers(name, image.digest, token) == ()
        first = attach(registry, name, image, "application/vnd.test.metrics", {"accuracy": "0.93"})
        second = attach(registry, name, image, "application/vnd.test.approval", {})
        registry.put_manifest(name, "again", first, token)
        found = registry.referrers(name, image.digest, token)
        assert sorted(one.digest for one in found) == sorted((first.digest, second.digest))
        told = next(one for one in found if one.digest == first.digest)
        assert (told.media_type, told.size) == (OCI_MANIFEST, len(first.content))
        assert told.artifact_type == "application/vnd.test.metrics"
        assert told.annotations == {"accuracy": "0.93"}
        registry.delete_manifest(name, first.digest, token)
        (left,) = registry.referrers(name, image.digest, token)
        assert left.digest == second.digest
        assert registry.referrers(name, ABSENT, token) == ()

    def test_what_many_attach_at_once_is_all_there(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        image = push(registry, name, "v1", [b"1"])
        with ThreadPoolExecutor(8) as pool:
            kinds = [f"application/vnd.test.{number}" for number in range(8)]
            list(pool.map(lambda kind: attach(registry, name, image, kind, {}), kinds))
        found = registry.referrers(name, image.digest, token)
        assert sorted(one.artifact_type for one in found) == kinds

    def test_what_is_not_there(self, registry: Registry, name: str, token: CancelToken) -> None:
        push(registry, name, "v1", [])
        questions: list[Callable[[], object]] = [
            lambda: registry.tags(f"{name}/none", token),
            lambda: registry.digest(name, "v2", token),
            lambda: registry.digest(name, ABSENT, token),
            lambda: registry.manifest(name, "v2", token),
            lambda: registry.manifest(f"{name}/none", "v1", token),
            lambda: registry.document(name, ABSENT, token),
            lambda: list(registry.blob(name, ABSENT, token)),
            lambda: list(registry.blob(name, ABSENT, token, 5)),
        ]
        for question in questions:
            with pytest.raises(NotInRegistry):
                question()

    def test_names_that_can_not_be(self, registry: Registry, name: str, token: CancelToken) -> None:
        image = manifest_of(image_document(EMPTY, []))
        questions: list[Callable[[], object]] = [
            lambda: registry.put_manifest(name, "v1+gpu", image, token),
            lambda: registry.put_manifest("../x", "v1", image, token),
            lambda: registry.tags("Team/Model", token),
            lambda: registry.put_blob("a//b", blob_of(b"x"), Sent(), token),
        ]
        for question in questions:
            with pytest.raises(InvalidReference):
                question()

    @pytest.mark.parametrize("content", [b"another", LARGE])
    def test_a_source_that_is_not_what_its_digest_says(
        self, registry: Registry, name: str, token: CancelToken, content: bytes
    ) -> None:
        promised = digest_of(content + b"!")
        with pytest.raises(RegistryError):
            registry.put_blob(name, blob_of(content, promised), Sent(), token)
        assert not registry.has_blob(name, promised, token)
        assert not registry.has_blob(name, digest_of(content), token)

    @pytest.mark.parametrize("content", [b"weights", LARGE])
    def test_a_source_that_has_less_than_it_said(
        self, registry: Registry, name: str, token: CancelToken, content: bytes
    ) -> None:
        whole = blob_of(content)
        short = Blob(digest_of(content + b"!"), len(content) + 1, whole.read)
        with pytest.raises(RegistryError):
            registry.put_blob(name, short, Sent(), token)
        assert not registry.has_blob(name, short.digest, token)

    @pytest.mark.parametrize("content", [b"weights" * 9, LARGE])
    def test_a_source_that_can_not_be_read(
        self, registry: Registry, name: str, token: CancelToken, content: bytes
    ) -> None:
        def read(first: int) -> Iterator[bytes]:
            yield content[first : first + len(content) // 2]
            raise FolderError("gone")

        with pytest.raises(FolderError, match="gone"):
            registry.put_blob(name, Blob(digest_of(content), len(content), read), Sent(), token)
        assert not registry.has_blob(name, digest_of(content), token)

    def test_a_cancelled_blob_is_not_there(
        self, registry: Registry, name: str, token: CancelToken
    ) -> None:
        own = CancelToken()

        def read(first: int) -> Iterator[bytes]:
            yield LARGE[first:2_000_000]
            own.cancel()
            yield LARGE[2_000_000:]

        with pytest.raises(Cancelled):
            registry.put_blob(name, Blob(digest_of(LARGE), len(LARGE), read), Sent(), own)
        assert not registry.has_blob(name, digest_of(LARGE), token)
        # It can be sent again, and nobody else was cut off.
        registry.put_blob(name, blob_of(LARGE), Sent(), token)

    def test_a_cancel_breaks_what_is_read(
        self, registry: Registry, name: str, put: Callable[[bytes], str]
    ) -> None:
        digest, own = put(LARGE), CancelToken()
        pieces = registry.blob(name, digest, own)
        next(pieces)
        own.cancel()
        with pytest.raises(Cancelled):
            list(pieces)

    def test_a_cancelled_token_asks_for_nothing(self, registry: Registry, name: str) -> None:
        own = CancelToken()
        own.cancel()
        questions: list[Callable[[], object]] = [
            lambda: registry.repositories(own),
            lambda: registry.tags(name, own),
            lambda: registry.digest(name, "v1", own),
            lambda: registry.manifest(name, "v1", own),
            lambda: registry.document(name, ABSENT, own),
            lambda: list(registry.blob(name, ABSENT, own)),
            lambda: registry.has_blob(name, ABSENT, own),
            lambda: registry.put_blob(name, blob_of(b"x"), Sent(), own),
            lambda: registry.mount(name, ABSENT, f"{name}/other", own),
            lambda: registry.put_manifest(name, "v1", manifest_of(image_document(b"", [])), own),
            lambda: registry.delete_manifest(name, ABSENT, own),
            lambda: registry.referrers(name, ABSENT, own),
        ]
        for question in questions:
            with pytest.raises(Cancelled):
                question()

    def test_many_at_once(self, registry: Registry, name: str, token: CancelToken) -> None:
        contents = [secrets.token_bytes(300_000 + n) for n in range(16)]
        barrier = threading.Barrier(8)

        def both(content: bytes) -> bool:
            if not barrier.broken:
                barrier.wait(10)
            digest = put_bytes(registry, name, content)
            return b"".join(registry.blob(name, digest, token)) == content

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(both, contents))


def put_bytes(registry: Registry, name: str, content: bytes) -> str:
    """Its digest."""
    registry.put_blob(name, blob_of(content), Sent(), CancelToken())
    return digest_of(content)


def push(registry: Registry, name: str, tag: str, layers: list[bytes]) -> Manifest:
    """An image of these layers."""
    config = b'{"os":"linux"}'
    for content in (config, *layers):
        put_bytes(registry, name, content)
    image = manifest_of(image_document(config, layers))
    registry.put_manifest(name, tag, image, CancelToken())
    return image


def attach(
    registry: Registry, name: str, image: Manifest, kind: str, annotations: Mapping[str, str]
) -> Manifest:
    """An artifact on an image, under a tag of its own."""
    put_bytes(registry, name, EMPTY)
    document = {
        **image_document(EMPTY, []),
        "config": entry("application/vnd.oci.empty.v1+json", EMPTY),
        "artifactType": kind,
        "subject": entry(image.media_type, image.content),
        "annotations": dict(annotations),
    }
    artifact = manifest_of(document)
    tag = f"m-{hashlib.sha256(artifact.content).hexdigest()[:12]}"
    registry.put_manifest(name, tag, artifact, CancelToken())
    return artifact

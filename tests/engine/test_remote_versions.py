"""The versions that a real registry has, pushed there by a real engine."""

import json
from collections.abc import Iterator
from pathlib import Path

import docker
import httpx
import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.reading import MANIFESTS
from modeldesk.adapters.oci_registry.versions import RegistryVersions
from modeldesk.adapters.oci_registry.versions_apart import (
    read_registry_apart,
    read_versions_apart,
)
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
from modeldesk.core.errors import NotInRegistry, RegistryUnavailable
from modeldesk.core.jobs import CancelToken
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.remote_versions import RemoteHistory
from tests.engine.building import build_image
from tests.support.engine import keeps_packed

ACCEPT = {"Accept": ", ".join(MANIFESTS)}
INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"


@pytest.fixture
def repository(registry_address: str, unique_name: str) -> str:
    return f"{registry_address}/{unique_name}/rec"


@pytest.fixture
def pushed(engine_client: docker.DockerClient, repository: str) -> dict[str, str]:
    """The ids of two images that were built and pushed, the second as a channel too."""
    ids = {}
    for number, tags in enumerate((["v1.0.0"], ["v1.1.0", "stable", "0a1b2c3d"]), 1):
        image = engine_client.images.get(
            build_image(
                engine_client,
                f"{repository}:{tags[0]}",
                number,
                labels={"io.modeldesk.model.name": "rec"},
            )
        )
        for tag in tags:
            image.tag(repository, tag)
            engine_client.images.push(repository, tag)
        ids[tags[0]] = str(image.id)
    return ids


@pytest.fixture
def past(tmp_path: Path) -> Iterator[RemoteHistory]:
    database = open_database(tmp_path / "records.sqlite").database
    yield RemoteHistory(
        SqliteRemoteRecords(database), RegistryVersions(read_versions_apart, read_registry_apart)
    )
    database.close()


def test_versions_are_what_the_engine_pushed(
    pushed: dict[str, str],
    repository: str,
    past: RemoteHistory,
    engine_client: docker.DockerClient,
) -> None:
    for _ in range(2):
        answer = past.ask([repository], CancelToken())
        assert (answer.errors, answer.unreadable) == ((), 0)
        by_tag = {one.tag: one for one in answer.versions}
        assert sorted(by_tag) == ["0a1b2c3d", "v1.0.0", "v1.1.0"]
        known_by = {tag: (by_tag[tag].image, by_tag[tag].digest) for tag in pushed}
        # Some engines call images by the digests of their manifests.
        by_manifest = keeps_packed(engine_client)
        assert {tag: both[by_manifest] for tag, both in known_by.items()} == pushed
        for one in answer.versions:
            manifest = _manifest(repository, one.digest)
            assert sum(one.compressed_by_kind.values()) == sum(
                layer["size"] for layer in manifest["layers"]
            )
            assert one.compressed_by_kind[LayerKind.MODEL_WEIGHTS] > 12_000_000
            assert one.model == "rec"
    assert len(past.kept([repository])) == 3


def test_several_platforms_and_one_that_went(
    pushed: dict[str, str], repository: str, past: RemoteHistory
) -> None:
    assert len(past.ask([repository], CancelToken()).versions) == 3
    digest = next(one.digest for one in past.kept([repository]) if one.tag == "v1.0.0")
    size = len(json.dumps(_manifest(repository, digest)))
    members = [
        {
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "digest": digest,
            "size": size,
            "platform": {"os": "linux", "architecture": architecture},
        }
        for architecture in ("s390x", "amd64")
    ]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": members}
    _put(repository, "v2.0.0", json.dumps(index).encode(), INDEX)
    # Only by its digest can this registry remove anything.
    gone = httpx.delete(_url(repository, digest))
    assert gone.status_code == 202
    _put(repository, "v3.0.0", json.dumps({**index, "manifests": []}).encode(), INDEX)
    answer = past.ask([repository], CancelToken())
    assert [one.tag for one in answer.versions] == ["0a1b2c3d", "v1.1.0"]
    assert answer.unreadable == 1
    assert sorted(one.tag for one in past.kept([repository])) == ["0a1b2c3d", "v1.1.0"]


def test_tags_of_a_real_registry(pushed: dict[str, str], repository: str) -> None:
    registry, _, path = repository.partition("/")
    client = RegistryClient(registry)
    try:
        assert client.tags(path, CancelToken()) == ("0a1b2c3d", "stable", "v1.0.0", "v1.1.0")
        with pytest.raises(NotInRegistry):
            client.tags(f"{path}-none", CancelToken())
        digest = client.digest(path, "v1.0.0", CancelToken())
        assert client.manifest(path, "v1.0.0", CancelToken()).digest == digest
    finally:
        client.close()


def test_nothing_was_pushed_and_nobody_answers(repository: str, past: RemoteHistory) -> None:
    answer = past.ask([f"{repository}-none", "127.0.0.1:1/rec"], CancelToken())
    assert answer.versions == ()
    assert len(answer.errors) == 1
    assert isinstance(answer.errors[0], RegistryUnavailable)


def _url(repository: str, reference: str) -> str:
    registry, _, path = repository.partition("/")
    return f"http://{registry}/v2/{path}/manifests/{reference}"


def _manifest(repository: str, reference: str) -> dict[str, list[dict[str, int]]]:
    found: dict[str, list[dict[str, int]]] = httpx.get(
        _url(repository, reference), headers=ACCEPT
    ).json()
    return found


def _put(repository: str, tag: str, content: bytes, kind: str) -> None:
    answer = httpx.put(_url(repository, tag), content=content, headers={"Content-Type": kind})
    assert answer.status_code == 201, answer.text

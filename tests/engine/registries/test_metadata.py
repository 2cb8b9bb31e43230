"""Metadata attached to versions in Docker's own registry, which has no list of referrers."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import registry as registry_program
from modeldesk.adapters.oci_registry.registries import RegistryClients
from modeldesk.core.attached.artifact import MEDIA_TYPE
from modeldesk.core.attached.attaching import attach, attached
from modeldesk.core.attached.service import MetadataService, Place
from modeldesk.core.ids import ImageId
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.metadata.model import Edit, Key, Section
from modeldesk.core.references import Reference
from modeldesk.core.registry.copying import CopyRequest
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.core.registry.removal import plan_removal, remove
from modeldesk.core.transfers.copying import copy_version
from tests.fakes.records import FakeMetadataRecords
from tests.support.ports import free_port

REPOSITORY = "team/rec"
IMAGE = ImageId("sha256:" + "1" * 64)
NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)
ACCURACY = Key(Section.METRIC, "accuracy")
WRITERS = 8


class Kept:
    """A registry that keeps its data in a folder, and can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.clients = RegistryClients()
        self.process = registry_program.start(folder, self.port)

    def collect_garbage(self) -> None:
        """Everything that no tag leads to goes, as its keeper does it at night."""
        self.stop()
        program = registry_program.program()
        assert program is not None
        command = [program, "garbage-collect", "-m", str(self.folder / "config.yml")]
        subprocess.run(command, check=True, capture_output=True)
        self.process = registry_program.start(self.folder, self.port)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def push(self) -> str:
        """A small image; its digest."""
        client, token = self.clients.at(self.host), CancelToken()
        described = []
        for content in (b'{"rootfs": {"diff_ids": []}}', b"layer"):
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            client.put_blob(
                REPOSITORY,
                Blob(digest, len(content), lambda first, c=content: iter([c[first:]])),  # type: ignore[misc]
                lambda _: None,
                token,
            )
            described.append({"digest": digest, "size": len(content)})
        kinds = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar"
        config, layer = (
            {"mediaType": kind, **one} for kind, one in zip(kinds, described, strict=True)
        )
        media_type = "application/vnd.oci.image.manifest.v1+json"
        document = json.dumps(
            {"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [layer]}
        ).encode()
        made = Manifest(document, media_type, f"sha256:{hashlib.sha256(document).hexdigest()}")
        client.put_manifest(REPOSITORY, "v1.0.0", made, token)
        return made.digest


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    if not registry_program.can_start():
        pytest.skip("no registry is installed (Debian package docker-registry)")
    made = Kept(tmp_path)
    yield made
    made.clients.close()
    made.stop()


def edit(number: int) -> Edit:
    return Edit(NOON + timedelta(minutes=number), "Ann", "", {ACCURACY: number / 100})


def service(kept: Kept) -> MetadataService:
    return MetadataService(FakeMetadataRecords(), lambda: kept.clients, lambda: "Ann", lambda: NOON)


def test_what_one_attaches_another_finds_after_a_night(kept: Kept) -> None:
    token, digest = CancelToken(), kept.push()
    place = Place(Reference(kept.host, REPOSITORY), digest)
    mine, theirs = service(kept), service(kept)
    mine.edit(IMAGE, {}, {ACCURACY: 0.9}, reason="measured")
    mine.edit(IMAGE, {}, {ACCURACY: 0.91})
    assert mine.attach(IMAGE, [place], token).places == (place,)
    listed = kept.clients.at(kept.host).referrers(REPOSITORY, digest, token)
    assert [one.artifact_type for one in listed] == [MEDIA_TYPE] * 2
    kept.collect_garbage()
    assert theirs.fetch(place.repository, {digest: IMAGE}, token) == 2
    found = theirs.metadata(IMAGE, {})
    assert found == mine.metadata(IMAGE, {})
    assert found.values[ACCURACY].value == 0.91
    assert len(kept.clients.at(kept.host).referrers(REPOSITORY, digest, token)) == 2
    assert theirs.fetch(place.repository, {digest: IMAGE}, token) == 0


def test_many_who_write_at_once_lose_nothing(kept: Kept) -> None:
    token, digest = CancelToken(), kept.push()
    clients = [RegistryClients() for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        done = list(
            pool.map(
                lambda n: attach(clients[n].at(kept.host), REPOSITORY, digest, [edit(n)], token),
                range(WRITERS),
            )
        )
    for one in clients:
        one.close()
    assert len({tag for tags in done for tag in tags}) == WRITERS
    registry = kept.clients.at(kept.host)
    found = [one for _, _, one in attached(registry, REPOSITORY, [digest], (), token)]
    assert sorted(found, key=lambda one: one.time) == [edit(n) for n in range(WRITERS)]
    kept.collect_garbage()
    assert len(list(attached(registry, REPOSITORY, [digest], (), token))) == WRITERS
    # Whoever attaches next puts right what the list of referrers had lost.
    attach(registry, REPOSITORY, digest, [edit(n) for n in range(WRITERS)], token)
    assert len(registry.referrers(REPOSITORY, digest, token)) == WRITERS


def test_it_goes_where_its_version_goes_and_goes_with_it(kept: Kept, tmp_path: Path) -> None:
    token, digest = CancelToken(), kept.push()
    source = Place(Reference(kept.host, REPOSITORY), digest)
    mine = service(kept)
    mine.edit(IMAGE, {}, {ACCURACY: 0.9}, reason="measured")
    assert not mine.attach(IMAGE, [source], token).problems
    other = Kept(tmp_path / "other")
    try:
        for host, repository in ((kept.host, "prod/rec"), (other.host, "prod/rec")):
            request = CopyRequest(
                Reference(kept.host, REPOSITORY, "v1.0.0"), Reference(host, repository)
            )
            copy_version(kept.clients, request, Job())
            theirs = service(kept)
            target = Reference(host, repository)
            assert theirs.fetch(target, {digest: IMAGE}, token) == 1
            assert theirs.metadata(IMAGE, {}) == mine.metadata(IMAGE, {})
            registry = kept.clients.at(host)
            assert len(registry.referrers(repository, digest, token)) == 1
            # What is there already stays one.
            copy_version(kept.clients, request, Job())
            assert len(registry.referrers(repository, digest, token)) == 1
        other.collect_garbage()
        registry = kept.clients.at(other.host)
        assert service(kept).fetch(target, {digest: IMAGE}, token) == 1
        plan = plan_removal(registry, "prod/rec", "v1.0.0", Job())
        assert [tag.partition(".")[2][:8] for tag in plan.attached] == ["metadata"]
        remove(registry, plan, Job())
        assert registry.tags("prod/rec", token) == ()
        assert registry.referrers("prod/rec", digest, token) == ()
    finally:
        other.stop()


def test_it_goes_along_with_a_part_of_its_version(kept: Kept) -> None:
    token, digest = CancelToken(), kept.push()
    registry = kept.clients.at(kept.host)
    one = registry.manifest(REPOSITORY, digest, token)
    member = {
        "mediaType": one.media_type,
        "digest": digest,
        "size": len(one.content),
        "platform": {"os": "linux", "architecture": "amd64"},
    }
    other = {**member, "platform": {"os": "linux", "architecture": "arm64"}}
    kind = "application/vnd.oci.image.index.v1+json"
    content = json.dumps(
        {"schemaVersion": 2, "mediaType": kind, "manifests": [member, other]}
    ).encode()
    index = Manifest(content, kind, f"sha256:{hashlib.sha256(content).hexdigest()}")
    registry.put_manifest(REPOSITORY, "v2.0.0", index, token)
    attach(registry, REPOSITORY, index.digest, [edit(1)], token)
    request = CopyRequest(
        Reference(kept.host, REPOSITORY, "v2.0.0"),
        Reference(kept.host, "prod/rec"),
        ("linux/amd64",),
    )
    done = copy_version(kept.clients, request, Job())
    assert done.target.digest == digest
    found = list(attached(registry, "prod/rec", [digest], (), token))
    assert [said for _, _, said in found] == [edit(1)]

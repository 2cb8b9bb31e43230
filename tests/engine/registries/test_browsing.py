"""Docker's own registry, looked through: all that it has, and nothing fetched twice."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from modeldesk.adapters.oci_registry.client import RegistryClient
from modeldesk.adapters.oci_registry.connections import Connections
from modeldesk.adapters.oci_registry.referrers import INDEX
from modeldesk.adapters.oci_registry.versions import RegistryVersions
from modeldesk.adapters.oci_registry.versions_apart import (
    read_registry_apart,
    read_versions_apart,
)
from modeldesk.adapters.sqlite.database import open_database
from modeldesk.adapters.sqlite.remote_records import SqliteRemoteRecords
from modeldesk.client import ModelRegistry
from modeldesk.composition import Parts, now
from modeldesk.core.attached.service import Place
from modeldesk.core.errors import RegistryDenied
from modeldesk.core.ids import NO_ENGINE, ImageId, ModelName
from modeldesk.core.jobs import CancelToken, Job
from modeldesk.core.library.browsing import Browsing
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.placed import placed_versions
from modeldesk.core.metadata.model import Key, Section
from modeldesk.core.references import Reference
from modeldesk.core.registry.known import KnownRegistry
from modeldesk.core.registry.model import Blob, Manifest
from modeldesk.paths import Paths
from tests.engine.registries.conftest import RegistrySite, RunRegistry
from tests.fakes.registry_contents import digest_of, image_document, manifest_of
from tests.support.faulty_proxy import faulty_proxy
from tests.unit.core.artifacts.models import make_folder

REC, OCR = "team/rec", "票据".encode().hex()


@pytest.fixture(scope="class")
def site(run: RunRegistry) -> RegistrySite:
    made = run()
    client = made.client()
    images = [_push(client, REC, f"v1.{number}.0", number) for number in range(3)]
    client.put_manifest(REC, "stable", images[1], CancelToken())
    _push(client, OCR, "latest", 9)
    _push_index(client, "multi", "v1")
    chart = {"schemaVersion": 2, "artifactType": "application/x.chart",
             "config": _blob(client, REC, b"{}"), "layers": []}  # fmt: skip
    client.put_manifest(REC, "chart", _manifest(chart), CancelToken())
    client.close()
    return made


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqliteRemoteRecords]:
    database = open_database(tmp_path / "records.sqlite").database
    yield SqliteRemoteRecords(database)
    database.close()


def browsing(records: SqliteRemoteRecords, *known: KnownRegistry) -> Browsing:
    own = Connections(known)
    registry = RegistryVersions(
        lambda repository, digests, token: read_versions_apart(repository, digests, token, own),
        lambda host, named, digests, token: read_registry_apart(host, named, digests, token, own),
    )
    return Browsing(records, registry, now)


class TestBrowsing:
    def test_all_that_is_there(self, site: RegistrySite, records: SqliteRemoteRecords) -> None:
        browse = browsing(records)
        looked = browse.browse(site.known, (), Job())
        assert (looked.whole, looked.unreadable, looked.failed) == (True, 0, ())
        found = browse.catalog([site.known])
        assert _told(found, site) == {
            f"{REC}:v1.0.0", f"{REC}:v1.1.0", f"{REC}:v1.2.0", f"{OCR}:latest", "multi:v1",
        }  # fmt: skip
        by_tag = {one.tag: one for one in found.versions if one.repository.endswith(REC)}
        assert by_tag["v1.1.0"].platforms == ("linux/amd64",)
        assert by_tag["v1.1.0"].labels == {
            "io.modeldesk.model.metrics": '{"accuracy": 0.91}',
        }
        assert found.channels[f"{site.address}/{REC}"] == {"stable": by_tag["v1.1.0"].digest}
        (multi,) = (one for one in found.versions if one.repository.endswith("multi"))
        assert multi.platforms == ("linux/amd64", "linux/arm64/v8")
        assert multi.attestations == 1
        assert [(one.tag, one.kind) for one in found.artifacts] == [
            ("chart", "application/x.chart")
        ]

    def test_a_second_look_fetches_no_manifest(
        self, site: RegistrySite, records: SqliteRemoteRecords
    ) -> None:
        with faulty_proxy(site.address) as proxy:
            known = KnownRegistry(proxy.address)
            browse = browsing(records)
            first = browse.browse(known, (), Job())
            assert _asked(proxy.asked)["GET manifests"] > 0
            proxy.asked.clear()
            second = browse.browse(known, (), Job())
            told = _asked(proxy.asked)
        assert second.look.versions == first.look.versions == 5
        assert told["GET manifests"] == told["GET blobs"] == 0
        # One for each tag, and one more for what only a moving tag names.
        assert told["HEAD manifests"] == 8

    def test_what_went_is_forgotten(self, run: RunRegistry, records: SqliteRemoteRecords) -> None:
        site = run()
        client = site.client()
        gone = _push(client, REC, "v1", 1)
        _push(client, REC, "v2", 2)
        browse = browsing(records)
        browse.browse(site.known, (), Job())
        client.delete_manifest(REC, gone.digest, CancelToken())
        client.close()
        browse.browse(site.known, (), Job())
        assert _told(browse.catalog([site.known]), site) == {f"{REC}:v2"}

    def test_one_that_wants_a_sign_in(
        self, run: RunRegistry, records: SqliteRemoteRecords, monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:  # fmt: skip
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        site = run("basic")
        with pytest.raises(RegistryDenied):
            browsing(records).browse(site.known, (), Job())


def _told(found: RemoteCatalog, site: RegistrySite) -> set[str]:
    return {one.name.removeprefix(f"{site.address}/") for one in found.versions}


def _asked(asked: list[str]) -> Counter[str]:
    kinds = ("manifests", "blobs", "tags")
    return Counter(
        f"{one.partition(' ')[0]} {next((kind for kind in kinds if f'/{kind}/' in one), '')}"
        for one in asked
    )


def _push(client: RegistryClient, name: str, tag: str, number: int) -> Manifest:
    config = json.dumps(
        {
            "os": "linux",
            "architecture": "amd64",
            "created": "2026-04-05T12:00:00Z",
            "config": {"Labels": {"io.modeldesk.model.metrics": '{"accuracy": 0.91}'}},
            "rootfs": {"diff_ids": [f"sha256:{number:064x}"]},
        }
    ).encode()
    layer = f"layer {number}".encode()
    _blob(client, name, config)
    _blob(client, name, layer)
    manifest = manifest_of(image_document(config, [layer]))
    client.put_manifest(name, tag, manifest, CancelToken())
    return manifest


def _push_index(client: RegistryClient, name: str, tag: str) -> None:
    """Two platforms, and what speaks of one of them."""
    members = []
    for number, platform in enumerate(
        ({"architecture": "amd64"}, {"architecture": "arm64", "variant": "v8"}), 20
    ):
        image = _push(client, name, f"part-{number}", number)
        members.append(_described(image) | {"platform": {"os": "linux", **platform}})
    speaks = manifest_of(image_document(b"{}", []))
    _blob(client, name, b"{}")
    client.put_manifest(name, speaks.digest, speaks, CancelToken())
    unknown = {"os": "unknown", "architecture": "unknown"}
    notes = {"vnd.docker.reference.type": "attestation-manifest"}
    members.append(_described(speaks) | {"platform": unknown, "annotations": notes})
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": members}).encode()
    client.put_manifest(name, tag, Manifest(index, INDEX, digest_of(index)), CancelToken())
    # By their digests alone they stay where the index needs them.
    for number in (20, 21):
        _untag(client, name, f"part-{number}", number)


def _untag(client: RegistryClient, name: str, tag: str, number: int) -> None:
    dummy = _push(client, name, tag, number + 100)
    client.delete_manifest(name, dummy.digest, CancelToken())


def _described(manifest: Manifest) -> dict[str, object]:
    return {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.content),
    }


def _manifest(document: dict[str, object]) -> Manifest:
    kind = "application/vnd.oci.image.manifest.v1+json"
    content = json.dumps(document | {"mediaType": kind}).encode()
    return Manifest(content, kind, digest_of(content))


def _blob(client: RegistryClient, name: str, content: bytes) -> dict[str, object]:
    blob = Blob(digest_of(content), len(content), lambda first: iter((content[first:],)))
    client.put_blob(name, blob, lambda _: None, CancelToken())
    kind = "application/vnd.oci.empty.v1+json"
    return {"mediaType": kind, "digest": blob.digest, "size": blob.size}


class TestModelsWithoutAnImage:
    def test_they_are_found_beside_images_with_what_was_said_since(
        self, run: RunRegistry, tmp_path: Path
    ) -> None:
        """All the way, as the window and the commands go it."""
        site = run()
        home = Paths.under(tmp_path / "home")
        folder = tmp_path / "model"
        make_folder(folder)
        with ModelRegistry(site.address, home=tmp_path / "elsewhere") as client:
            made = client.register_model("team/weights", folder, {"accuracy": 0.9})
        parts, others = Parts(home), Parts(Paths.under(tmp_path / "others"))
        try:
            one = site.client()
            _push(one, REC, "v1.0.0", 1)
            one.close()
            place = Place(Reference(site.address, "team/weights"), made.digest)
            said = ImageId(made.digest)
            others.metadata.edit(said, {}, {Key(Section.METRIC, "accuracy"): 0.97}, reason="again")
            assert not others.metadata.attach(said, [place], CancelToken()).problems
            parts.settings = replace(parts.settings, registries=(site.known,))
            parts.browsing.browse(site.known, (), Job())
            snapshot = parts.library.use_catalog(parts.browsing.catalog([site.known]))
            found = {model.name: placed_versions(model) for model in snapshot.models}
            (weights,) = found[ModelName("team/weights")]
            assert (weights.artifact, weights.name) == ("ModelPack", made.name)
            assert weights.metrics["accuracy"] == 0.97
            assert found[ModelName(REC)][0].artifact == ""
            parts.search.refresh(NO_ENGINE, snapshot, CancelToken())
            (entry,) = parts.search.find(NO_ENGINE, "accuracy > 0.96").found.entries
            assert (entry.model, entry.name) == ("team/weights", made.name)
            assert entry.image == weights.image
        finally:
            parts.close()
            others.close()

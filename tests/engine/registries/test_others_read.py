"""What was written here is read by skopeo and by the engine."""

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import docker
import pytest

from modeldesk.core.jobs import CancelToken
from modeldesk.core.registry.model import Manifest
from tests.contracts.registry_contract import attach, put_bytes
from tests.engine.registries.conftest import RegistrySite, run_registry
from tests.fakes.registry_contents import entry, manifest_of

CONTENT = b"weights" * 100_000
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def _layer() -> tuple[bytes, str]:
    """A layer of one file, packed, and its diff ID."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        file = tarfile.TarInfo("model.bin")
        file.size = len(CONTENT)
        archive.addfile(file, io.BytesIO(CONTENT))
    content = out.getvalue()
    return gzip.compress(content, 1, mtime=0), f"sha256:{hashlib.sha256(content).hexdigest()}"


def _push(site: RegistrySite, name: str) -> Manifest:
    client = site.client()
    layer, diff_id = _layer()
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Cmd": ["/model.bin"]},
            "rootfs": {"type": "layers", "diff_ids": [diff_id]},
            "history": [{"created_by": "COPY model.bin /"}],
        }
    ).encode()
    for content in (layer, config):
        put_bytes(client, name, content)
    image = manifest_of(
        {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": entry(_CONFIG, config),
            "layers": [entry(_LAYER, layer)],
        }
    )
    client.put_manifest(name, "v1", image, CancelToken())
    attach(client, name, image, "application/vnd.test.metrics", {"accuracy": "0.93"})
    client.close()
    return image


def test_skopeo(tmp_path: Path) -> None:
    skopeo = shutil.which("skopeo")
    if skopeo is None:
        pytest.skip("needs skopeo (packaging/test.py installs it)")
    with run_registry(tmp_path / "registry") as site:
        image = _push(site, "team/model")
        address = f"docker://{site.address}/team/model"

        def ask(*words: str) -> str:
            done = subprocess.run(
                [skopeo, *words], check=True, capture_output=True, text=True, timeout=60
            )
            return done.stdout

        raw = ask("inspect", "--raw", "--tls-verify=false", f"{address}:v1")
        assert raw.encode() == image.content
        told = json.loads(ask("inspect", "--tls-verify=false", f"{address}:v1"))
        assert told["Digest"] == image.digest
        ask("copy", "--src-tls-verify=false", f"{address}@{image.digest}", f"dir:{tmp_path}/out")
        # The list of what is attached is an index as any other.
        listed = ask(
            "inspect", "--raw", "--tls-verify=false", f"{address}:{image.digest.replace(':', '-')}"
        )
        (only,) = json.loads(listed)["manifests"]
        assert only["artifactType"] == "application/vnd.test.metrics"
    layer, _ = _layer()
    assert (tmp_path / "out" / hashlib.sha256(layer).hexdigest()).read_bytes() == layer


def test_the_engine(tmp_path: Path, engine_client: docker.DockerClient, unique_name: str) -> None:
    with run_registry(tmp_path / "registry") as site:
        image = _push(site, unique_name)
        pulled = engine_client.images.pull(f"{site.address}/{unique_name}", "v1")
        assert any(image.digest in one for one in pulled.attrs["RepoDigests"])
        container = engine_client.containers.create(str(pulled.id), name=unique_name)
        pieces, _ = container.get_archive("/model.bin")
        with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
            file = archive.extractfile("model.bin")
            assert file is not None
            assert file.read() == CONTENT

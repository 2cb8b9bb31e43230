"""Artifacts that are meant to do harm, or are made wrongly."""

import json
import tarfile
from pathlib import Path

import pytest

from modeldesk.core.errors import (
    ArtifactError,
    ArtifactUnsafe,
    ExtractFailed,
    NoArtifact,
    RegistryLied,
)
from tests.fakes.registry_contents import OCI_INDEX, digest_of, entry
from tests.unit.core.artifacts.models import (
    PACK,
    Bench,
    add_artifact,
    contents,
    packed_gzip,
    raw,
    tar_of,
)

PATHS = (
    "../out", "a/../../out", "/etc/passwd", "..", ".", "", "a//b", "a/./b", "C:\\out", "c:out",
    "a\\b", "\\\\host\\share", "a\0b", "a\nb", "nul", "sub/COM1.txt", "a/", "trailing. ",
    "x" * 300, "/".join(["d"] * 2000), ".0123.modeldesk-part",
)  # fmt: skip


@pytest.mark.parametrize("path", [one for one in PATHS if one not in ("", "a/")])
def test_paths_that_lead_elsewhere(tmp_path: Path, bench: Bench, path: str) -> None:
    add_artifact(bench.registry, [raw("good.bin", b"good"), raw(path, b"bad")])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(tmp_path / "here")
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("path", [one for one in PATHS if one not in ("", "a/", "a\0b")])
def test_the_same_in_a_tar(tmp_path: Path, bench: Bench, path: str) -> None:
    layer = tar_of({"good.py": b"good", path: b"bad"})
    add_artifact(bench.registry, [(f"{PACK}.code.v1.tar", layer, {})])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(tmp_path / "here")
    assert set(contents(tmp_path)) <= {f"here/{_part(layer)}"}


def _part(layer: bytes) -> str:
    return f".{digest_of(layer)[7:19]}.modeldesk-part"


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar(tmp_path: Path, bench: Bench, kind: bytes) -> None:
    member = tarfile.TarInfo("here")
    member.type, member.linkname = kind, "/etc/passwd"
    layer = tar_of({"good.py": b"good"}, [member])
    add_artifact(bench.registry, [(f"{PACK}.code.v1.tar", layer, {})])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(tmp_path)
    assert "good.py" not in contents(tmp_path)


def test_two_files_in_one_place(tmp_path: Path, bench: Bench) -> None:
    add_artifact(bench.registry, [raw("a", b"1"), raw("a", b"2")])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(tmp_path)
    add_artifact(bench.registry, [raw("a", b"1"), raw("a/b", b"2")])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(tmp_path)
    layer = tar_of({"a": b"1", "a/b": b"2"})
    add_artifact(bench.registry, [(f"{PACK}.code.v1.tar", layer, {})])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(tmp_path)


def test_a_folder_that_is_a_link_is_not_gone_through(tmp_path: Path, bench: Bench) -> None:
    outside, here = tmp_path / "outside", tmp_path / "here"
    outside.mkdir()
    here.mkdir()
    (here / "sub").symlink_to(outside)
    add_artifact(bench.registry, [raw("sub/a", b"1")])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(here)
    add_artifact(bench.registry, [(f"{PACK}.code.v1.tar", tar_of({"sub/a": b"1"}), {})])
    with pytest.raises(ArtifactUnsafe):
        bench.pull(here)
    assert contents(outside) == {}


def test_a_file_that_is_a_link_is_not_written_through(tmp_path: Path, bench: Bench) -> None:
    precious, here = tmp_path / "precious", tmp_path / "here"
    precious.write_bytes(b"mine")
    here.mkdir()
    (here / "a").symlink_to(precious)
    add_artifact(bench.registry, [raw("a", b"1")])
    with pytest.raises(ExtractFailed):
        bench.pull(here)
    bench.pull(here, replace=True)
    assert precious.read_bytes() == b"mine"
    assert not (here / "a").is_symlink()


@pytest.mark.parametrize("size", [0, 3, 5, 10**15])
def test_sizes_that_are_not_true(tmp_path: Path, bench: Bench, size: int) -> None:
    add_artifact(bench.registry, [raw("a", b"1234")], sizes={0: size})
    with pytest.raises((RegistryLied, ExtractFailed)):
        bench.pull(tmp_path)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    "digest", ["md5:" + "0" * 32, "sha256:../../out", "sha256:", "sha256:" + "g" * 64]
)
def test_digests_that_nobody_can_check(tmp_path: Path, bench: Bench, digest: str) -> None:
    layer = {"mediaType": f"{PACK}.weight.v1.raw", "digest": digest, "size": 4}
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _config(bench),
        "layers": [{**layer, "annotations": {"org.cncf.model.filepath": "a"}}],
    }
    bench.registry.add_manifest("team/rec", "v1.0.0", document)
    with pytest.raises(ArtifactError):
        bench.pull(tmp_path)
    assert contents(tmp_path) == {}


def _config(bench: Bench) -> dict[str, object]:
    bench.registry.add_blob("team/rec", b"{}")
    return entry(f"{PACK}.config.v1+json", b"{}")


def test_a_tar_that_grows_beyond_all_measure(tmp_path: Path, bench: Bench) -> None:
    bomb = packed_gzip(tar_of({"zeros": bytes(80 * 1024 * 1024)}))
    add_artifact(bench.registry, [(f"{PACK}.dataset.v1.tar+gzip", bomb, {})])
    with pytest.raises(ArtifactUnsafe, match="measure"):
        bench.pull(tmp_path)
    assert "zeros" not in contents(tmp_path)


@pytest.mark.parametrize(
    "layer", [b"no tar", tar_of({"a": b"1" * 2000})[:1500], packed_gzip(b"no")]
)
def test_a_tar_that_is_none(tmp_path: Path, bench: Bench, layer: bytes) -> None:
    add_artifact(bench.registry, [(f"{PACK}.code.v1.tar", layer, {})])
    with pytest.raises(ArtifactError):
        bench.pull(tmp_path)
    assert "a" not in contents(tmp_path)


def test_a_layer_of_an_unknown_type(tmp_path: Path, bench: Bench) -> None:
    add_artifact(bench.registry, [raw("a", b"1"), ("application/x-evil", b"2", {})])
    with pytest.raises(ArtifactError, match="application/x-evil"):
        bench.pull(tmp_path)
    assert contents(tmp_path) == {}


def test_what_is_no_model_is_said_to_be_none(tmp_path: Path, bench: Bench) -> None:
    bench.registry.add_image("team/rec", "image", [b"layer"])
    with pytest.raises(NoArtifact, match="container image"):
        bench.pull(tmp_path, "image")
    bench.registry.add_manifest(
        "team/rec", "index", {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}
    )
    with pytest.raises(NoArtifact):
        bench.pull(tmp_path, "index")
    add_artifact(
        bench.registry,
        [("application/x", b"1", {})],
        config_type="application/vnd.cncf.helm.config.v1+json",
        tag="chart",
    )
    with pytest.raises(NoArtifact, match="helm"):
        bench.pull(tmp_path, "chart")


@pytest.mark.parametrize(
    "config",
    [
        b"",
        b"[]",
        b"null",
        b"[" * 100_000,
        json.dumps({"descriptor": [], "config": 7, "modelfs": "x"}).encode(),
        json.dumps({"descriptor": {"createdAt": "x", "licenses": {"a": 1}, "name": 5}}).encode(),
        json.dumps({"descriptor": {"createdAt": "9999-12-31T23:59:59-23:59"}}).encode(),
    ],
)
def test_odd_configurations(tmp_path: Path, bench: Bench, config: bytes) -> None:
    bench.registry.add_blob("team/rec", config)
    layer = raw("a", b"1")
    bench.registry.add_blob("team/rec", b"1")
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": entry(f"{PACK}.config.v1+json", config),
        "layers": [
            entry(
                layer[0],
                b"1",
                annotations={
                    **layer[2],
                    "org.cncf.model.file.metadata+json": '{"mode": "x", "mtime": "9999-12-31"}',
                },
            )
        ],
    }
    bench.registry.add_manifest("team/rec", "v1.0.0", document)
    try:
        bench.pull(tmp_path)
    except ArtifactError:
        assert contents(tmp_path) == {}
    else:
        assert contents(tmp_path) == {"a": b"1"}

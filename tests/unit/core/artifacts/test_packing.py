"""What a folder becomes."""

import json
import os
from pathlib import Path

import pytest

from modeldesk.core.artifacts.folder import MOST_SINGLE, model_files
from modeldesk.core.artifacts.model import Form, Role
from modeldesk.core.artifacts.packing import is_same_model, parameters_text
from modeldesk.core.errors import ArtifactError, ArtifactUnsafe, FolderError
from modeldesk.core.jobs import CancelToken
from tests.unit.core.artifacts.models import PACK, PACK_CONFIG, PATH, Bench, make_folder, weights


def test_each_file_of_weights_is_a_layer_and_code_is_one(tmp_path: Path) -> None:
    found = model_files(make_folder(tmp_path / "rec"), CancelToken())
    assert [(one.role, one.form, one.path) for one in found.layers] == [
        (Role.WEIGHTS, Form.FILE, "model.safetensors"),
        (Role.CONFIGURATION, Form.FILE, "config.json"),
        (Role.CODE, Form.TAR, "code"),
        (Role.DOCUMENTS, Form.FILE, "README.md"),
        (Role.DOCUMENTS, Form.FILE, "metrics.json"),
    ]
    assert [one.path for one in found.layers[2].entries] == ["rec/layers.py", "serve.py"]
    assert (found.framework, found.parameters, found.precision) == ("Transformers", 10, "F32")


def test_many_small_files_share_a_layer(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "rec")
    for number in range(MOST_SINGLE):
        (folder / f"vocabulary-{number}.json").write_text("[]")
    layers = model_files(folder, CancelToken()).layers
    assert [one.form for one in layers if one.role is Role.CONFIGURATION] == [Form.TAR]


def test_a_file_of_weights_alone(tmp_path: Path) -> None:
    file = tmp_path / "Rec Model.safetensors"
    file.write_bytes(weights())
    (tmp_path / "secret.key").write_text("k")
    found = model_files(file, CancelToken())
    assert [one.path for one in found.layers] == ["Rec Model.safetensors"]
    assert (found.name, found.weights_format) == ("rec-model", "safetensors")


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "serve.py").write_text("")
    with pytest.raises(ArtifactError, match="no weights"):
        model_files(tmp_path, CancelToken())
    with pytest.raises(FolderError):
        model_files(tmp_path / "nowhere", CancelToken())


@pytest.mark.skipif(os.name == "nt", reason="such names can't be there")
def test_names_that_could_not_be_pulled_again_are_refused(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "rec")
    (folder / "a\\b.json").write_text("{}")
    with pytest.raises(ArtifactUnsafe):
        model_files(folder, CancelToken())


def test_links_are_left_out_and_said(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "rec")
    (folder / "same.safetensors").symlink_to("model.safetensors")
    found = model_files(folder, CancelToken())
    assert found.left_out == ("same.safetensors",)
    assert all(one.path != "same.safetensors" for one in found.layers)


def test_the_manifest_is_a_model_pack(tmp_path: Path, bench: Bench) -> None:
    pushed = bench.push(make_folder(tmp_path / "rec"))
    kept = bench.registry.kept["team/rec"]
    manifest = json.loads(kept.manifests[pushed.target.digest].content)
    assert manifest["artifactType"] == f"{PACK}.manifest.v1+json"
    assert manifest["config"]["mediaType"] == PACK_CONFIG
    first = manifest["layers"][0]
    assert first["mediaType"] == f"{PACK}.weight.v1.raw"
    assert kept.blobs[first["digest"]] == weights()
    assert first["annotations"][PATH] == "model.safetensors"
    facts = json.loads(first["annotations"]["org.cncf.model.file.metadata+json"])
    assert (facts["name"], facts["size"], facts["uid"]) == ("model.safetensors", first["size"], 0)
    assert manifest["layers"][2]["mediaType"] == f"{PACK}.code.v1.tar"
    said = manifest["annotations"]
    assert json.loads(said["io.modeldesk.model.metrics"]) == {"accuracy": 0.943}
    config = json.loads(kept.blobs[manifest["config"]["digest"]])
    assert config["modelfs"] == {
        "type": "layers",
        "diffIds": [one["digest"] for one in manifest["layers"]],
    }
    assert config["descriptor"]["version"] == "v1.0.0"
    assert config["config"]["paramSize"] == "10"
    assert not any(b"very-secret" in one for one in kept.blobs.values())


def test_the_same_files_make_the_same_bytes(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    for one in folder.rglob("*"):
        os.utime(one, (1_700_000_000, 1_700_000_000))
    digests = set()
    for number in range(2):
        other = Bench()
        copy = tmp_path / f"copy-{number}"
        copy.mkdir()
        for one in sorted(folder.rglob("*"), reverse=bool(number)):
            target = copy / one.relative_to(folder)
            if one.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(one.read_bytes())
                os.utime(target, (1_700_000_000, 1_700_000_000))
        digests.add(other.push(copy).target.digest)
    assert len(digests) == 1


def test_manifests_that_differ_in_time_alone_are_of_one_model(tmp_path: Path) -> None:
    made = []
    for number in range(3):
        bench = Bench()
        folder = make_folder(tmp_path / f"rec-{number}", fill=number // 2)
        os.utime(folder / "model.safetensors", (number + 1e9, number + 1e9))
        digest = bench.push(folder).target.digest
        made.append(bench.registry.kept["team/rec"].manifests[digest].content)
    assert made[0] != made[1]
    assert is_same_model(made[0], made[1])
    assert not is_same_model(made[0], made[2])


@pytest.mark.parametrize(
    ("count", "text"),
    [(None, ""), (10, "10"), (1_500, "1.5K"), (6_700_000_000, "6.7B"), (8_000_000_000, "8B")],
)
def test_parameters_in_short(count: int | None, text: str) -> None:
    assert parameters_text(count) == text

"""Artifacts that other programs packed."""

from pathlib import Path

from modeldesk.core.artifacts.model import Form, Kind, Role
from modeldesk.core.artifacts.reading import fetch_artifact
from modeldesk.core.jobs import CancelToken
from tests.unit.core.artifacts.models import (
    PACK,
    PATH,
    Bench,
    Layer,
    add_artifact,
    contents,
    packed_gzip,
    raw,
    tar_of,
)

KIT = "application/vnd.kitops.modelkit"
DOCKER = "application/vnd.docker.ai"


def _seen(bench: Bench) -> tuple[Kind, list[tuple[Role, Form, str]]]:
    _, found = fetch_artifact(bench.registry, "team/rec", "v1.0.0", CancelToken())
    return found.kind, [(one.role, one.form, one.path) for one in found.layers]


def test_model_pack_as_modctl_packs_it(tmp_path: Path, bench: Bench) -> None:
    layers: list[Layer] = [
        raw("model-00001.safetensors", b"1"),
        (f"{PACK}.weight.config.v1.tar", tar_of({"config.json": b"{}"}), {PATH: "config.json"}),
        (f"{PACK}.doc.v1.tar+gzip", packed_gzip(tar_of({"LICENSE": b"MIT"})), {PATH: "LICENSE"}),
    ]
    config = {
        "descriptor": {"name": "rec", "createdAt": "2026-01-31T10:00:00.123456789Z"},
        "config": {"format": "safetensors", "paramSize": "8b", "precision": "bf16"},
        "modelfs": {"type": "layers", "diffIds": []},
    }
    add_artifact(bench.registry, layers, config)
    _, found = fetch_artifact(bench.registry, "team/rec", "v1.0.0", CancelToken())
    assert (found.kind, found.name, found.parameters) == (Kind.MODEL_PACK, "rec", "8b")
    assert (found.framework, found.precision) == ("safetensors", "bf16")
    assert f"{found.created:%Y-%m-%d %H:%M}" == "2026-01-31 10:00"
    assert bench.pull(tmp_path).artifact == found
    assert contents(tmp_path) == {
        "model-00001.safetensors": b"1",
        "config.json": b"{}",
        "LICENSE": b"MIT",
    }


def test_model_pack_of_its_first_year(bench: Bench) -> None:
    layer = ("application/vnd.cnai.model.weight.v1.raw", b"1", {PATH: "a.gguf"})
    add_artifact(bench.registry, [layer], config_type="application/vnd.cnai.model.config.v1+json")
    assert _seen(bench) == (Kind.MODEL_PACK, [(Role.WEIGHTS, Form.FILE, "a.gguf")])


def test_a_model_kit(tmp_path: Path, bench: Bench) -> None:
    kitfile = {
        "manifestVersion": "1.0.0",
        "package": {"name": "Rec", "description": "recommends", "license": "Apache-2.0"},
        "model": {"name": "rec", "path": "./model.onnx", "framework": "onnx"},
    }
    layers: list[Layer] = [
        (f"{KIT}.model.v1.tar+gzip", packed_gzip(tar_of({"model.onnx": b"onnx"})), {}),
        (f"{KIT}.modelpart.v1.tar", tar_of({"./parts/tokenizer.json": b"{}"}), {}),
        (f"{KIT}.code.v1.tar", tar_of({"src/run.py": b"1"}), {}),
        (f"{KIT}.docs.v1.tar", tar_of({"README.md": b"#"}), {}),
        (f"{KIT}.dataset.v1.tar", tar_of({"data/a.csv": b"1"}), {}),
    ]
    add_artifact(bench.registry, layers, kitfile, f"{KIT}.config.v1+json")
    kind, found = _seen(bench)
    assert kind is Kind.MODEL_KIT
    assert [role for role, _, _ in found] == [
        Role.WEIGHTS,
        Role.WEIGHTS,
        Role.CODE,
        Role.DOCUMENTS,
        Role.DATA,
    ]
    pulled = bench.pull(tmp_path)
    assert (pulled.artifact.name, pulled.artifact.framework) == ("Rec", "onnx")
    assert pulled.artifact.licenses == ("Apache-2.0",)
    assert set(contents(tmp_path)) == {
        "model.onnx", "parts/tokenizer.json", "src/run.py", "README.md", "data/a.csv"
    }  # fmt: skip


def test_a_model_of_docker_model_runner(tmp_path: Path, bench: Bench) -> None:
    config = {
        "config": {"format": "gguf", "parameters": "361.82 M", "quantization": "Q4_K_M"},
        "descriptor": {"created": "2026-01-31T10:00:00Z"},
        "rootfs": {"type": "rootfs", "diff_ids": []},
    }
    layers: list[Layer] = [
        (f"{DOCKER}.gguf.v3", b"GGUF1", {}),
        (f"{DOCKER}.gguf.v3", b"GGUF2", {}),
        (f"{DOCKER}.license", b"MIT", {}),
        (f"{DOCKER}.chat.template.jinja", b"{{ x }}", {}),
        (f"{DOCKER}.vllm.config.tar", tar_of({"config.json": b"{}"}), {}),
    ]
    add_artifact(bench.registry, layers, config, f"{DOCKER}.model.config.v0.1+json")
    pulled = bench.pull(tmp_path)
    assert pulled.artifact.kind is Kind.DOCKER_MODEL
    assert (pulled.artifact.parameters, pulled.artifact.precision) == ("361.82 M", "Q4_K_M")
    assert set(contents(tmp_path)) == {
        "model.gguf", "model-2.gguf", "LICENSE", "chat_template.jinja", "config.json"
    }  # fmt: skip


def test_its_files_have_paths_in_the_second_version(tmp_path: Path, bench: Bench) -> None:
    layers: list[Layer] = [
        (f"{DOCKER}.safetensors", b"1", {PATH: "a/model.safetensors"}),
        (f"{DOCKER}.model.file", b"{}", {PATH: "a/config.json"}),
    ]
    add_artifact(bench.registry, layers, {}, f"{DOCKER}.model.config.v0.2+json")
    bench.pull(tmp_path)
    assert set(contents(tmp_path)) == {"a/model.safetensors", "a/config.json"}


def test_a_file_without_a_name_is_called_by_its_title_or_digest(bench: Bench) -> None:
    kind = f"{PACK}.weight.v1.raw"
    title = "org.opencontainers.image.title"
    add_artifact(bench.registry, [(kind, b"1", {title: "b.bin"}), (kind, b"2", {})])
    _, ((_, _, first), (_, _, second)) = _seen(bench)
    assert first == "b.bin"
    assert second.startswith("sha256-")

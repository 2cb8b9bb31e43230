"""`modeldesk artifact`, on fakes."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from modeldesk.cli.answer import Answer
from modeldesk.cli.commands import artifact
from modeldesk.cli.exit_codes import ExitCode, exit_code_of
from modeldesk.cli.parser import read_arguments
from modeldesk.cli.session import Session
from modeldesk.composition import Parts
from modeldesk.core.errors import InvalidReference, NoArtifact, NotInRegistry, TagTaken
from modeldesk.paths import Paths
from tests.unit.core.artifacts.models import HOST, contents, make_folder, weights
from tests.unit.core.artifacts.models import Bench as Registry

REC = f"{HOST}/team/rec"


class Bench:
    def __init__(self, home: Path) -> None:
        self.registry = Registry()
        self.parts = Parts(Paths.under(home))
        vars(self.parts).update(
            _registries={(): self.registry.registries}, locks=self.registry.locks
        )

    def run(self, *given: str) -> Answer:
        parser = argparse.ArgumentParser()
        artifact.add_arguments(parser)
        return artifact.execute(parser.parse_args(given), Session(self.parts))

    def json(self, *given: str) -> Any:
        return self.run(*given).json


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")


def test_there_and_back(tmp_path: Path, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_folder(tmp_path / "rec")
    (folder / "link.safetensors").symlink_to("model.safetensors")
    said = bench.json("push", str(folder), f"{REC}:v1.2.0", "--metric", "f1=0.8")
    assert said["reference"] == f"{REC}:v1.2.0@{said['digest']}"
    assert (said["is_new"], said["there_bytes"]) == (True, 0)
    told = capsys.readouterr().err
    assert "model.safetensors" in told
    assert "“link.safetensors” is a link and was left out." in told
    again = bench.run("push", str(folder), f"{REC}:v1.2.0", "--metric", "f1=0.8")
    assert again.lines[0].endswith("(it was there already)")
    pulled = bench.json("pull", f"{REC}@{said['digest']}", str(tmp_path / "here"))
    assert pulled["kind"] == "ModelPack"
    assert pulled["moved_bytes"] == said["moved_bytes"]
    assert contents(tmp_path / "here")["model.safetensors"] == weights()


def test_the_next_version_is_found(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    bench.run("push", str(folder), f"{REC}:v1.2.0")
    (folder / "model.safetensors").write_bytes(weights(1))
    assert bench.json("push", str(folder), REC)["reference"].startswith(f"{REC}:v1.3.0@")
    with pytest.raises(TagTaken):
        bench.run("push", str(folder), f"{REC}:v1.2.0")
    with pytest.raises(InvalidReference, match="digest"):
        bench.run("push", str(folder), f"{REC}@sha256:{'1' * 64}")
    with pytest.raises(InvalidReference, match="no registry"):
        bench.run("push", str(folder), "rec:v1")


def test_what_one_is(tmp_path: Path, bench: Bench) -> None:
    bench.run("push", str(make_folder(tmp_path / "rec")), f"{REC}:v1.2.0")
    said = bench.json("show", f"{REC}:v1.2.0")
    assert (said["kind"], said["framework"], said["parameters"]) == (
        "ModelPack", "Transformers", "10"
    )  # fmt: skip
    assert said["metadata"] == {"metric.accuracy": 0.943}
    assert said["layers"][0]["path"] == "model.safetensors"
    lines = bench.run("show", f"{REC}:v1.2.0").lines
    assert "kind:             ModelPack" in lines
    assert any(one.startswith("model.safetensors  weights") for one in lines)


def test_facts_stand_apart_from_long_names(tmp_path: Path, bench: Bench) -> None:
    folder = make_folder(tmp_path / "rec")
    (folder / "metrics.json").write_text('{"training_examples": 1347, "accuracy": 0.9}')
    bench.run("push", str(folder), f"{REC}:v1.2.0")
    lines = bench.run("show", f"{REC}:v1.2.0").lines
    assert "metric.training_examples: 1347" in lines
    assert "kind:                     ModelPack" in lines


def test_one_to_show_needs_a_version(bench: Bench) -> None:
    with pytest.raises(InvalidReference):
        bench.run("show", REC)


def test_models_beside_images(tmp_path: Path, bench: Bench) -> None:
    bench.run("push", str(make_folder(tmp_path / "rec")), f"{REC}:v1.2.0")
    bench.registry.registry.add_image("team/rec", "v1.3.0", [b"layer"])
    said = bench.json("list", REC)
    assert [(one["version"], one["kind"]) for one in said] == [
        ("v1.3.0", "image"),
        ("v1.2.0", "ModelPack"),
    ]
    lines = bench.run("list", REC).lines
    assert lines[0].split() == ["VERSION", "KIND", "CHANNELS", "SIZE", "CREATED", "DIGEST"]
    with pytest.raises(NoArtifact) as image:
        bench.run("show", f"{REC}:v1.3.0")
    assert exit_code_of(image.value) is ExitCode.FAILED
    with pytest.raises(NotInRegistry):
        bench.run("list", f"{HOST}/team/nothing")


def test_the_command_line_takes_json_at_its_end() -> None:
    read = read_arguments(["artifact", "show", f"{REC}:v1", "--json"])
    assert read.arguments.json
    assert not read_arguments(["artifact", "push", ".", REC]).arguments.json
    with pytest.raises(SystemExit):
        read_arguments(["artifact"])

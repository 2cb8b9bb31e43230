"""What a folder's files tell of its training."""

import json
from pathlib import Path

import pytest

from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.metadata.model import TRAINING_TIME, Key, Section, Value
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.labels import folder_labels


def parameter(name: str) -> Key:
    return Key(Section.PARAMETER, name)


def trained(folder: Path, **files: str) -> dict[Key, Value]:
    (folder / "model.onnx").write_bytes(b"x")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    return dict(inspect(folder).trained_with)


def test_parameters_of_dvc(tmp_path: Path) -> None:
    text = "train:\n  lr: 0.01\n  optimizer: adam\n  layers: [1, 2]\nseed: 7\namp: true\n"
    assert trained(tmp_path, params__yaml=text) == {
        parameter("train.lr"): 0.01,
        parameter("train.optimizer"): "adam",
        parameter("seed"): 7,
        parameter("amp"): "true",
    }


def test_what_mlflow_says(tmp_path: Path) -> None:
    text = "flavors:\n  onnx: {}\nrun_id: 0a1b\nmetadata:\n  owner: ann\n  round: 3\n"
    found = trained(tmp_path, MLmodel=text)
    assert {key.text: value for key, value in found.items()} == {
        "tag.owner": "ann", "tag.round": "3", "tag.mlflow.run_id": "0a1b",
    }  # fmt: skip


def test_parameters_and_time_as_json(tmp_path: Path) -> None:
    found = trained(
        tmp_path,
        params__json=json.dumps({"lr": 0.1}),
        metrics__json=json.dumps({"accuracy": 0.9, "train_runtime": 5400.5}),
    )
    assert found == {parameter("lr"): 0.1, TRAINING_TIME: 5400.5}


def test_the_image_is_labelled_with_them(tmp_path: Path) -> None:
    trained(tmp_path, params__json='{"lr": 0.1}', metrics__json='{"accuracy": 0.9}')
    told = from_labels(folder_labels(inspect(tmp_path)))
    assert told == {parameter("lr"): 0.1, Key(Section.METRIC, "accuracy"): 0.9}


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": null, "": 1, "b": [], "c": {}}', '{"a": 1e999}']
)
def test_files_that_tell_nothing(tmp_path: Path, content: str) -> None:
    assert trained(tmp_path, params__json=content) == {}


def test_what_looks_secret_is_left_out(tmp_path: Path) -> None:
    found = trained(tmp_path, params__json='{"lr": 1, "wandb": {"api_key": "s3cret"}}')
    assert found == {parameter("lr"): 1}


def test_a_time_below_nothing(tmp_path: Path) -> None:
    assert trained(tmp_path, metrics__json='{"train_runtime": -1}') == {}


def test_very_many(tmp_path: Path) -> None:
    many = json.dumps({str(number): number for number in range(500)})
    assert len(trained(tmp_path, params__json=many)) == 100

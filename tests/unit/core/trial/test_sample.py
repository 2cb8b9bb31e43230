"""Requests that a folder knows."""

import json
from pathlib import Path, PurePosixPath

import pytest

from modeldesk.core.errors import InvalidInput
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.model import AppEntry
from modeldesk.core.trial.sample import LARGEST, find_sample, read_sample

GENERATED = AppEntry(PurePosixPath("modeldesk_server/serve.py"), 8000, ("python", "serve.py"))
MLFLOW = AppEntry(PurePosixPath("MLmodel"), 5000, ("mlflow",), "MLflow")
COLUMNS = [{"type": "double", "name": "a"}, {"type": "long", "name": "b"}]
TENSOR = [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 4]}}]


def asked(folder: Path, app: AppEntry = GENERATED, *, generated: bool = True) -> object:
    sample = find_sample(inspect(folder, CancelToken()), app, generated=generated)
    return (sample.path, json.loads(sample.body)) if sample else None


def mlmodel(folder: Path, rest: str = "") -> None:
    (folder / "MLmodel").write_text(f"flavors:\n  python_function:\n    x: 1\n{rest}")


def test_nothing_is_known_of_bare_weights(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x")
    assert asked(tmp_path) is None


@pytest.mark.parametrize(("columns", "inputs"), [(COLUMNS, [[0.0, 0.0]]), (TENSOR, [[0.0] * 4])])
def test_a_signature_of_numbers_makes_a_row_of_zeros(
    tmp_path: Path, columns: object, inputs: object
) -> None:
    mlmodel(tmp_path, f"signature:\n  inputs: '{json.dumps(columns)}'\n")
    assert asked(tmp_path) == ("/predict", {"inputs": inputs})
    assert asked(tmp_path, MLFLOW) == ("/invocations", {"inputs": inputs})


@pytest.mark.parametrize(
    "told",
    [
        "[",
        "7",
        "[]",
        json.dumps([{"type": "string"}]),
        json.dumps([{"type": "tensor", "tensor-spec": {"shape": [-1, 10**12]}}]),
        json.dumps([{"type": "tensor", "tensor-spec": {"shape": [-1, "x"]}}]),
    ],
)
def test_any_other_signature_makes_none(tmp_path: Path, told: str) -> None:
    mlmodel(tmp_path, f"signature:\n  inputs: '{told}'\n")
    assert asked(tmp_path) is None


def test_an_example_of_mlflow_is_taken(tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text('{"columns": ["a"], "data": [[1.5]]}')
    (tmp_path / "serving.json").write_text('{"dataframe_split": {}}')
    mlmodel(
        tmp_path,
        "saved_input_example_info:\n  artifact_path: input.json\n"
        "  serving_input_path: serving.json\n",
    )
    assert asked(tmp_path) == ("/predict", {"inputs": [[1.5]]})
    assert asked(tmp_path, MLFLOW) == ("/invocations", {"dataframe_split": {}})


@pytest.mark.parametrize("path", ["/etc/hostname", "../outside.json"])
def test_a_path_out_of_the_folder_leads_nowhere(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.json").write_text("[[1]]")
    folder = tmp_path / "model"
    folder.mkdir()
    mlmodel(folder, f"saved_input_example_info:\n  artifact_path: {path}\n")
    assert asked(folder) is None


def test_the_generated_server_takes_no_body_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "example_request.json").write_text('{"pixels": [1]}')
    assert asked(tmp_path) is None
    assert asked(tmp_path, generated=False) == ("/predict", {"pixels": [1]})
    (tmp_path / "example_request.json").write_text('{"inputs": [[1]]}')
    assert asked(tmp_path) == ("/predict", {"inputs": [[1]]})


def test_a_file_of_a_person_is_read_and_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text("[1, 2]")
    sample = read_sample(path, "/v1/score")
    assert (sample.path, sample.body, sample.told_by) == ("/v1/score", b"[1, 2]", "mine.json")
    path.write_text("no json")
    with pytest.raises(InvalidInput, match="no JSON"):
        read_sample(path)
    with pytest.raises(InvalidInput, match="no JSON"):
        read_sample(tmp_path / "none.json")
    path.write_text(f'"{"x" * LARGEST}"')
    with pytest.raises(InvalidInput, match="too large"):
        read_sample(path)

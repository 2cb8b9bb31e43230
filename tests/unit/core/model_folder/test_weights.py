import io
import json
import os
import pickle
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder import recognise
from modeldesk.core.model_folder.model import FileEntry, Severity
from modeldesk.core.model_folder.walk import read_start
from modeldesk.core.model_folder.weights import FoundWeights, find_weights


def safetensors(header: object, data: int = 0) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(data)


def zipped(*names: str, pickled: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, pickled if name.endswith("data.pkl") else b"x")
    return made.getvalue()


def look(folder: Path, files: dict[str, bytes]) -> FoundWeights:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    entries = [FileEntry(name, len(content)) for name, content in files.items()]
    return find_weights(folder, entries, CancelToken())


INDEX = {f"model.layers.{n}.mlp.weight": "model-00001-of-00002.safetensors" for n in range(99)}
TENSOR = {"dtype": "BF16", "shape": [3, 4], "data_offsets": [0, 24]}


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("m.gguf", b"GGUF\x03\x00\x00\x00", "GGUF"),
        ("m.onnx", b"\x08\x07", "ONNX"),
        ("m.h5", b"\x89HDF\r\n\x1a\n....", "Keras"),
        ("m.hdf5", b"\x89HDF\r\n\x1a\n....", "HDF5"),
        ("m.tflite", b"\x1c\x00\x00\x00TFL3", "TFLite"),
        ("m.cbm", b"CBM1....", "CatBoost"),
        ("m.bin", b"\xba\x16\x4f\x2f....", "fastText"),
        ("model.txt", b"tree\nversion=v4\n", "LightGBM"),
        ("model.json", b'{"learner": {}, "version": [2, 0, 0]}', "XGBoost"),
        ("xgb.json", b' {"learner":{"attributes":{}}}', "XGBoost"),
        ("m.ubj", b"{L\0\0\0\0\0\0\0\x07learner{L\0\0\0\0\0\0\0\x0aattributes{", "XGBoost"),
        ("m.ubj", b"{i\x03abc[$d#l\0\0\0\1....", ""),
        ("weights.json", json.dumps({"layers": [[0.5, -1.25e-3] * 9]}).encode(), "JSON"),
        ("weights.json", json.dumps([[[n / 7] for n in range(999)]], indent=1).encode(), "JSON"),
        ("weights.json", json.dumps({"weights": ["a.bin", "b.bin"] * 20}).encode(), ""),
        ("weights.json", json.dumps({"weight_map": INDEX}).encode(), ""),
        ("model.json", json.dumps({"class_name": "Sequential", "units": [1, 2]}).encode(), ""),
        ("weights.json", b"[1, 2]", ""),
        ("weights.json", b"0.5 " * 99, ""),
        ("example_request.json", json.dumps([[0.5] * 64]).encode(), ""),
        ("m.keras", zipped("metadata.json", "config.json", "model.weights.h5"), "Keras"),
        ("m.pt", zipped("m/constants.pkl", "m/code/m.py", "m/data.pkl"), "TorchScript"),
        ("m.pth", zipped("m/data.pkl", pickled=pickle.dumps({})), "PyTorch"),
        ("m.npz", zipped("a.npy"), "NumPy"),
        ("m.pkl", pickle.dumps([1]), "pickle"),
        ("m.joblib", pickle.dumps([1]), "joblib"),
        ("weights", b"\0" * (10 * 1024 * 1024), ""),
        ("big.dat", b"\0" * (10 * 1024 * 1024), "data"),
        ("data.csv", b"\0" * (10 * 1024 * 1024), ""),
        ("config.json", b'{"learner": 1}', ""),
    ],
)
def test_formats(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    found = look(tmp_path, {name: content})
    if name == "weights":
        expected = "data"
    assert [weight.format for weight in found.weights] == ([expected] if expected else [])


def test_a_safetensors_header_gives_parameters_and_precision(tmp_path: Path) -> None:
    header = {"__metadata__": {"format": "pt"}, "w": TENSOR}
    (weight,) = look(tmp_path, {"m.safetensors": safetensors(header, 24)}).weights
    assert (weight.parameters, weight.precision) == (12, "BF16")


@pytest.mark.parametrize(
    "content",
    [
        b"\x10",
        (2**63).to_bytes(8, "little") + b"{}",
        (200 * 1024 * 1024).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (4).to_bytes(8, "little") + b"nope",
        safetensors({"w": TENSOR}, 10),
        safetensors({"w": {"dtype": "F32"}}),
        safetensors({"w": 3}),
        safetensors({"w": {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 0]}}),
    ],
)
def test_a_damaged_safetensors_file_is_said(tmp_path: Path, content: bytes) -> None:
    found = look(tmp_path, {"m.safetensors": content})
    (finding,) = found.findings
    assert finding.severity is Severity.ERROR
    assert "m.safetensors is damaged" in finding.text


def test_a_damaged_archive_is_said(tmp_path: Path) -> None:
    found = look(tmp_path, {"m.pt": b"PK\x03\x04" + bytes(100)})
    assert [finding.severity for finding in found.findings] == [Severity.ERROR]


def test_a_pickle_that_runs_commands_is_said_and_not_run(tmp_path: Path) -> None:
    witness = tmp_path / "ran"

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {witness}",)

    content = pickle.dumps(Evil())
    found = look(tmp_path, {"m.pkl": content, "m.pt": zipped("m/data.pkl", pickled=content)})
    assert len(found.weights) == 2
    assert ["system" in finding.text for finding in found.findings] == [True, True]
    assert not witness.exists()


def test_a_git_lfs_pointer_is_not_taken_for_weights(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 123\n"
    found = look(tmp_path, {"m.safetensors": pointer, "m.bin": pointer})
    assert found.weights == ()
    assert all("git lfs pull" in finding.text for finding in found.findings)
    assert len(found.findings) == 2


def test_a_saved_model_is_one_thing(tmp_path: Path) -> None:
    files = {"m/saved_model.pb": b"1234", "m/variables/variables.index": b"12",
             "m/variables/variables.data-00000-of-00001": b"x" * 100}  # fmt: skip
    (weight,) = look(tmp_path, files).weights
    assert (str(weight.path), weight.size_bytes, weight.format) == (
        "m", 106, "TensorFlow SavedModel",
    )  # fmt: skip


def test_the_largest_comes_first_and_arrays_give_way(tmp_path: Path) -> None:
    files = {"a.gguf": b"GGUF", "b.gguf": b"GGUF....", "c.npz": zipped("a.npy")}
    assert [str(w.path) for w in look(tmp_path, files).weights] == ["b.gguf", "a.gguf"]


def test_numbers_in_json_give_way_to_weights_proper(tmp_path: Path) -> None:
    files = {"weights.json": json.dumps([0.5] * 64).encode(), "m.onnx": b"\x08\x07"}
    assert [str(w.path) for w in look(tmp_path, files).weights] == ["m.onnx"]


def test_of_json_only_the_beginning_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(folder: Path, path: PurePosixPath, length: int) -> bytes:
        asked.append(length)
        return read_start(folder, path, length)

    monkeypatch.setattr(recognise, "read_start", counted)
    content = b'{"learner":' + b"[" * 20_000_000
    assert [w.format for w in look(tmp_path, {"model.json": content}).weights] == ["XGBoost"]
    assert asked == [4096]


def test_a_file_that_is_gone_meanwhile_is_passed_over(tmp_path: Path) -> None:
    assert find_weights(tmp_path, [FileEntry("m.gguf", 10)], CancelToken()).weights == ()

"""What files of weights say of themselves."""

import io
import json
import struct
import sys
import types
import zipfile
from pathlib import Path

import pytest

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.model import FileEntry, Severity, WeightFile
from modeldesk.core.model_folder.weights import FoundWeights, find_weights
from tests.unit.core.model_folder import crafted, hdf5_samples

FASTTEXT = (
    b"\xba\x16\x4f\x2f" + struct.pack("<I12id3i", 12, 10, 5, 5, 1, 5, 1, 3, 3, 20, 0, 0, 100, 1e-4,
                                      7, 5, 2) + bytes(16)
)  # fmt: skip
TENSOR = {"dtype": "BF16", "shape": [3, 4], "data_offsets": [0, 24]}


def look(folder: Path, files: dict[str, bytes]) -> FoundWeights:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    entries = sorted(FileEntry(name, len(content)) for name, content in files.items())
    return find_weights(folder, entries, CancelToken())


def only(found: FoundWeights) -> WeightFile:
    assert found.findings == ()
    (weight,) = found.weights
    return weight


@pytest.mark.parametrize(
    ("name", "content", "kind", "parameters", "precision", "evidence"),
    [
        ("m.safetensors", crafted.safetensors({"__metadata__": {"format": "pt"}, "w": TENSOR}, 24),
         "safetensors", 12, "BF16", "1 tensor, pt"),
        ("renamed.bin", crafted.safetensors({"w": TENSOR}, 24),
         "safetensors", 12, "BF16", "1 tensor"),
        ("m.gguf", crafted.gguf([((8, 4), 12), ((4,), 0)], {"general.architecture": "llama"}),
         "GGUF", 36, "Q4_K_M", "GGUF v3, llama, 2 tensors"),
        ("m.gguf", crafted.gguf([((8, 4), 12)], {}, file_type=999),
         "GGUF", 32, "Q4_K", "GGUF v3, 1 tensor"),
        ("m.onnx", crafted.onnx(crafted.onnx_tensor((3, 5), 1, 60), crafted.onnx_tensor((), 7, 8)),
         "ONNX", 16, "F32", "ir_version 8, opset 17, pytorch"),
        ("model", crafted.onnx(crafted.onnx_tensor((3, 5), 10)),
         "ONNX", 15, "F16", "ir_version 8, opset 17, pytorch"),
        ("m.tflite", crafted.tflite(), "TFLite", 6, "F32", "TFL3, 1 tensor"),
        ("m.bin", FASTTEXT, "fastText", (5 + 20 + 2) * 10, "F32",
         "version 12, supervised, 10 × 5 words"),
        ("m.ftz", FASTTEXT, "fastText", None, "quantised", "version 12, supervised, 10 × 5 words"),
        ("m.keras", crafted.keras(), "Keras", 16, "F32",
         "metadata.json, keras_version 3.5.0, class_name Functional"),
        ("m.keras", crafted.keras(packed=True), "Keras", None, "",
         "metadata.json, keras_version 3.5.0, class_name Functional"),
        ("m.h5", hdf5_samples.KERAS, "Keras", 16, "F32", r"\x89HDF, 2 tensors"),
        ("m.hdf5", hdf5_samples.KERAS_NEWER, "Keras", 16, "F32", r"\x89HDF, 2 tensors"),
        ("m.h5", hdf5_samples.PLAIN, "HDF5", 18, "F16", r"\x89HDF, 6 tensors"),
        ("m.h5", hdf5_samples.PLAIN_NEWER, "HDF5", 18, "F16", r"\x89HDF, 6 tensors"),
        ("m.h5", hdf5_samples.MANY_LINKS, "HDF5", None, "", r"\x89HDF"),
        ("model.txt", b"tree\nversion=v4\nnum_class=1\n", "LightGBM", None, "", "tree, version=v4"),
        ("m.cbm", b"CBM1....", "CatBoost", None, "", "begins with CBM1"),
        ("model.json", b'{"learner":{},"version":[2,0,3]}', "XGBoost", None, "",
         "learner, version 2.0.3"),
        ("m.ubj", b"{L\0\0\0\0\0\0\0\x07learner{", "XGBoost", None, "", "begins with learner"),
        ("m.ubj", (b"{L\0\0\0\0\0\0\0\x07learner{}L\0\0\0\0\0\0\0\x07version"
         b"[#L\0\0\0\0\0\0\0\x03i\x03i\x02i\0}"), "XGBoost", None, "", "learner, version 3.2.0"),
        ("m.engine", b"ftrt\0\0\0\0", "TensorRT", None, "", "begins with ftrt"),
        ("m.plan", b"\0\1\2\3", "TensorRT", None, "", "by its name alone"),
        ("m.mlmodel", crafted.proto((1, 5), (2, b"x")), "Core ML", None, "",
         "specificationVersion 5"),
        ("m.pte", b"\x08\0\0\0ET12", "ExecuTorch", None, "", "begins with ET12"),
        ("m.pt2", crafted.zipped("m/archive_format", "m/models/model.json"), "torch.export", None,
         "", "archive_format"),
        ("m.pt2", crafted.zipped("serialized_exported_program.json"), "torch.export", None, "",
         "serialized_exported_program.json"),
        ("m.pmml", b'<?xml version="1.0"?>\n<PMML version="4.4" xmlns="x">', "PMML", None, "",
         "<PMML version=4.4>"),
        ("m.pt", crafted.zipped("m/constants.pkl", "m/code/m.py", "m/data.pkl",
                                pickle=crafted.pickled({})),
         "TorchScript", None, "", "constants.pkl, code/"),
        ("m.npz", crafted.zipped("a.npy"), "NumPy", None, "", "arrays as .npy files"),
        ("m.npz", crafted.npz(crafted.npy(), crafted.npy("'<i8'", "(2,)", data=16)),
         "NumPy", 14, "F32", "arrays as .npy files"),
        ("model", crafted.npz(crafted.npy("'<f2'", "(500, 20)", data=20_000), packed=True),
         "NumPy", 10_000, "F16", "arrays as .npy files"),
        ("m.npz", crafted.npz(crafted.npy(), crafted.npy("'<U3'", "(2,)", data=24)),
         "NumPy", 12, "F32", "arrays as .npy files"),
        ("m.npz", crafted.npz(crafted.npy("'|O'", "(2,)")), "NumPy", None, "",
         "arrays as .npy files"),
        ("m.npz", crafted.npz(crafted.npy(), crafted.npy(data=47)), "NumPy", None, "",
         "arrays as .npy files"),
        ("weights.npy", crafted.npy(), "NumPy", 12, "F32", "descr <f4, shape (3, 4)"),
        ("coef.npy", crafted.npy("'>f8'", "()", data=8, version=2), "NumPy", 1, "F64",
         "descr >f8, shape ()"),
        ("weights", crafted.npy("'|b1'", "(5,)", data=5, version=3), "NumPy", 5, "BOOL",
         "descr |b1, shape (5)"),
        ("weights.npy", crafted.npy("'|O'", "(2,)"), "NumPy", None, "", "descr |O, shape (2)"),
        ("weights.npy", crafted.npy("[('a', '<f4'), ('b', '<f4')]", "(2,)", data=16),
         "NumPy", None, "", r"begins with \x93NUMPY"),
        ("weights.npy", crafted.npy(f"[('{'a' * 2000}', '<f4')]", "(2,)", data=8),
         "NumPy", None, "", r"begins with \x93NUMPY"),
    ],
)  # fmt: skip
def test_every_format_is_told_by_its_content(
    tmp_path: Path,
    name: str,
    content: bytes,
    kind: str,
    parameters: int | None,
    precision: str,
    evidence: str,
) -> None:
    weight = only(look(tmp_path, {name: content}))
    assert (weight.format, weight.evidence) == (kind, evidence)
    assert (weight.parameters, weight.precision) == (parameters, precision)


@pytest.mark.parametrize(
    "content",
    [
        crafted.npy(data=47),
        crafted.npy(version=4),
        crafted.npy()[:40],
        crafted.npy(shape="(3)"),
        crafted.npy(shape="(3, -4)"),
        crafted.npy(shape="(3, 4"),
        crafted.npy(shape=f"({'9' * 5000},)"),
        crafted.npy(shape=f"({'9' * 19},)"),
        crafted.npy(shape=f"({'1,' * 40})"),
        crafted.npy(descr="__import__('os').system('true')"),
        crafted.npy().replace(b"'shape'", b"'shapf'"),
        crafted.npy().replace(b"'fortran_order': False, ", b"                        "),
        crafted.npy().replace(b"}", b",}"),
        crafted.npy().replace(b"}  ", b"} 1"),
        b"\x93NUMPY\x01\x00\xff\xff{",
    ],
)
def test_an_array_that_is_damaged_is_said(tmp_path: Path, content: bytes) -> None:
    found = look(tmp_path, {"weights.npy": content})
    assert [weight.format for weight in found.weights] == ["NumPy"]
    assert found.weights[0].parameters is None
    if b"9" * 5000 in content:
        assert found.findings == ()
    else:
        (finding,) = found.findings
        assert finding.severity is Severity.ERROR


def test_arrays_are_weights_only_where_they_are_called_so(tmp_path: Path) -> None:
    assert look(tmp_path, {"x_train.npy": crafted.npy()}).weights == ()
    found = look(tmp_path, {"weights.npy": crafted.npy(), "m.gguf": b"GGUF"})
    assert [weight.format for weight in found.weights] == ["GGUF"]


@pytest.fixture
def storages(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """torch's classes, by their names alone."""
    torch = types.ModuleType("torch")
    for name in ("HalfStorage", "LongStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))
    monkeypatch.setitem(sys.modules, "torch", torch)
    return torch


@pytest.mark.parametrize("protocol", [2, 4])
def test_the_tensors_of_a_state_dict_are_counted(
    tmp_path: Path, storages: types.ModuleType, protocol: int
) -> None:
    tensors = {
        "a": crafted.Storage(storages.HalfStorage, "0", 70_000),
        "b": crafted.Storage(storages.HalfStorage, "1", 200),
        "tied": crafted.Storage(storages.HalfStorage, "1", 200),
        "steps": crafted.Storage(storages.LongStorage, "2", 1),
    }
    content = crafted.zipped("m/data.pkl", "m/data/0", pickle=crafted.pickled(tensors, protocol))
    weight = only(look(tmp_path, {"m.pth": content}))
    assert (weight.format, weight.parameters, weight.precision) == ("PyTorch", 70_201, "F16")
    assert "need their program" in weight.evidence


def test_openvino_is_a_pair(tmp_path: Path) -> None:
    files = {"m.xml": b'<?xml version="1.0"?>\n<net name="m" version="11">', "m.bin": b"\0" * 64}
    weight = only(look(tmp_path, files))
    assert (str(weight.path), weight.format) == ("m.bin", "OpenVINO")
    assert weight.evidence == 'm.xml: <net version="11">'
    assert look(tmp_path, files | {"m.xml": b"<note/>"}).weights == ()


def test_a_saved_model_says_who_wrote_it(tmp_path: Path) -> None:
    info = crafted.proto((4, b"serve"), (5, b"2.16.1"))
    files = {
        "m/saved_model.pb": crafted.proto((1, 1), (2, crafted.proto((1, info)))),
        "m/variables/variables.index": b"x",
    }
    weight = only(look(tmp_path, files))
    assert weight.evidence == "saved_model.pb: TensorFlow 2.16.1, tags serve"
    (package,) = look(
        tmp_path, {"c.mlpackage/Data/w.bin": b"123", "c.mlpackage/M.json": b"{}"}
    ).weights
    assert (str(package.path), package.size_bytes, package.format) == ("c.mlpackage", 5, "Core ML")


def test_data_beside_an_onnx_model_belongs_to_it(tmp_path: Path) -> None:
    model = crafted.onnx(crafted.onnx_tensor((1024, 1024, 3), 1, beside="m.onnx_data"))
    found = look(tmp_path, {"m.onnx": model, "m.onnx_data": bytes(12 * 1024 * 1024)})
    assert found.findings == ()
    assert (found.weights[0].format, found.weights[0].evidence) == ("ONNX", "data of m.onnx")
    alone = look(tmp_path / "alone", {"m.onnx": model})
    assert [one.severity for one in alone.findings] == [Severity.ERROR]
    assert "keeps its data in m.onnx_data, which is not in the folder" in alone.findings[0].text


def test_missing_parts_are_said(tmp_path: Path) -> None:
    part = crafted.gguf([((8, 4), 12)], {})
    found = look(tmp_path, {"m-00001-of-00003.gguf": part, "m-00003-of-00003.gguf": part})
    (finding,) = found.findings
    assert "m-*.gguf: 1 of its 3 files is not in the folder" in finding.text
    index = b'{"weight_map": {"a": "x.safetensors", "b": "y.safetensors"}}'
    other = look(
        tmp_path / "i",
        {"model.safetensors.index.json": index, "x.safetensors": crafted.safetensors({})},
    )
    assert "1 of its 2 files is not in the folder" in other.findings[0].text


@pytest.mark.parametrize(
    "name", ["m.onnx", "m.engine", "m.mlmodel", "m.pte", "m.h5", "m.tflite", "m.gguf"]
)
def test_a_text_by_the_name_of_a_model_is_none(tmp_path: Path, name: str) -> None:
    found = look(tmp_path, {name: b"<html>404: Not Found</html>\n"})
    assert found.weights == ()
    assert "is not what its name says" in found.findings[0].text


@pytest.mark.parametrize(
    ("listed", "parameters", "precision"),
    [
        ({"a": (13, [3, 4]), "b": (13, [3]), "c": (7, [])}, 16, "BF16"),
        ({"a": (7, [-1])}, None, ""),
        ({"a": (7, ["s0"])}, None, ""),
        ({}, None, ""),
    ],
)
def test_an_exported_program_lists_its_weights(
    tmp_path: Path,
    listed: dict[str, tuple[int, list[object]]],
    parameters: int | None,
    precision: str,
) -> None:
    config = {
        name: {"is_param": True, "tensor_meta": {
            "dtype": kind, "sizes": [{"as_int": side} for side in sides]}}
        for name, (kind, sides) in listed.items()
    }  # fmt: skip
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("m/archive_format", "pt2")
        archive.writestr("m/data/weights/model_weights_config.json", json.dumps({"config": config}))
    weight = only(look(tmp_path, {"m.pt2": made.getvalue()}))
    assert (weight.format, weight.parameters, weight.precision) == (
        "torch.export", parameters, precision
    )  # fmt: skip

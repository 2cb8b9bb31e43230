"""Files made to break a reader: they give a finding, or are passed by."""

import io
import json
import os
import struct
import time
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.core.model_folder.headers import (
    core_ml,
    fasttext,
    gguf,
    hdf5,
    npy,
    onnx,
    safetensors,
    saved_model,
    tflite,
)
from modeldesk.core.model_folder.headers.reading import Allowance, BadHeader, Enough, Source
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.yaml_reader import read_yaml
from tests.unit.core.model_folder import crafted, hdf5_samples
from tests.unit.core.model_folder.test_headers import FASTTEXT, TENSOR

MOST_BYTES = 50_000_000
MOST_SECONDS = 5
READERS = {
    "safetensors": (safetensors.read, crafted.safetensors({"w": TENSOR, "v": TENSOR}, 24)),
    "gguf": (gguf.read, crafted.gguf([((8, 4), 12), ((4,), 0)], {"general.name": "m"})),
    "onnx": (onnx.read, crafted.onnx(crafted.onnx_tensor((3, 5), 1, 60, "beside"))),
    "tflite": (tflite.read, crafted.tflite()),
    "saved_model": (saved_model.read, crafted.proto((2, crafted.proto((1, b"\x2a\x01x"))))),
    "npy": (npy.read, crafted.npy()),
    "core_ml": (core_ml.read, crafted.proto((1, 5), (2, b"x"))),
    "hdf5": (hdf5.read, hdf5_samples.KERAS),
    "newer hdf5": (hdf5.read, hdf5_samples.KERAS_NEWER),
    "plain hdf5": (hdf5.read, hdf5_samples.PLAIN_NEWER),
    "fasttext": (lambda source: fasttext.read(source, quantised=False), FASTTEXT),
}


def read(name: str, content: bytes) -> None:
    """Read it; what can't be read is said by the one error for that."""
    reader, _ = READERS[name]
    source = Source(io.BytesIO(content), len(content), Allowance(4_000_000))
    with suppress(BadHeader, Enough):
        reader(source)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60)
@given(content=st.binary(max_size=300))
def test_any_bytes_can_be_read(name: str, content: bytes) -> None:
    read(name, content)
    read(name, READERS[name][1][:24] + content)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=80)
@given(data=st.data())
def test_any_byte_may_be_another(name: str, data: st.DataObject) -> None:
    content = bytearray(READERS[name][1])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(name, bytes(content))


@pytest.mark.parametrize("name", READERS)
def test_a_file_may_end_anywhere(name: str) -> None:
    content = READERS[name][1]
    for end in range(len(content)):
        read(name, content[:end])


@settings(max_examples=150)
@given(st.text(max_size=200) | st.text("-:?[]{}&*!|>'\"#a \n", max_size=200))
def test_any_text_can_be_read_as_yaml(text: str) -> None:
    read_yaml(text)


def test_yaml_is_made_into_nothing_but_texts() -> None:
    text = "a: 3.10\nb: !!python/object/apply:os.system [ls]\nc: 2024-01-01\nd: &x [1]\ne: *x\n"
    assert read_yaml(text) == {
        "a": "3.10", "b": ["ls"], "c": "2024-01-01", "d": ["1"], "e": ["1"],
    }  # fmt: skip


def aliases() -> bytes:
    """Each line is ten times the one above: a billion words."""
    lines = ["flavors: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]"
              for n in range(9)]  # fmt: skip
    return "\n".join(lines).encode()


def long_header() -> bytes:
    """Valid, of 30 MB."""
    tensors = {f"layers.{n}.weight": {"dtype": "F16", "shape": [0], "data_offsets": [0, 0]}
               for n in range(350_000)}  # fmt: skip
    return crafted.safetensors(tensors)


def bomb() -> bytes:
    """Five hundred megabytes in half of one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("m/data.pkl", "w") as part:
            for _ in range(500):
                part.write(bytes(1_000_000))
        archive.writestr("config.json", b"[" * 900_000)
        archive.writestr("metadata.json", b"[" * 900_000)
        archive.writestr("model.weights.h5", b"")
    return made.getvalue()


def many_names() -> bytes:
    """An archive that lists very many files, by its end record at least."""
    return b"PK\x03\x04" + bytes(8_000_000) + b"PK\x05\x06" + struct.pack(
        "<HHHHIIH", 0, 0, 60_000, 60_000, 7_900_000, 4, 0
    )  # fmt: skip


HUGE = str(10**4000)
HOSTILE: dict[str, dict[str, bytes]] = {
    "a header of 2 GB": {"m.safetensors": struct.pack("<Q", 2**31) + b'{"a":' + bytes(1000)},
    "a long header": {"m.safetensors": long_header()},
    "one long member": {
        "m.safetensors": struct.pack("<Q", 90_000_000) + b'{"__metadata__":"' + b"a" * 90_000_010
    },
    "huge numbers": {
        "m.safetensors": crafted.safetensors(
            {"w": {"dtype": "F32", "shape": [10**4000], "data_offsets": [0, 10**4000]}}
        ),
        "metrics.json": f'{{"a": {HUGE}, "b": 1e999, "dataset_version": {HUGE}}}'.encode(),
        "m.gguf": b"GGUF" + struct.pack("<IQQ", 3, 2**63, 2**63),
        "n.gguf": b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**63),
        "m.onnx": b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x3a\xff\xff\xff\xff\x0f",
        ".python-version": b"3." + b"9" * 4000,
    },
    "a zip bomb": {"m.pt": bomb(), "m.keras": bomb()},
    "a zip of many names": {"m.pt": many_names()},
    "a zip of many arrays": {
        f"{number}.npz": crafted.npz(*[crafted.npy()] * 5000, packed=True) for number in range(4)
    },
    "an array of long header": {
        "weights.npy": b"\x93NUMPY\x02\x00" + struct.pack("<I", 30_000_000) + b" " * 30_000_000,
        "coef.npy": crafted.npy(shape=f"({'1, ' * 300}"),
        "m.npz": crafted.npz(crafted.npy(shape=f"({'1, ' * 20_000}"), packed=True),
    },
    "YAML aliases": {
        "MLmodel": aliases(),
        "cog.yaml": aliases().replace(b"flavors", b"build"),
        "Kitfile": b"a: &a\n  b: *a\n",
        "conda.yaml": aliases().replace(b"flavors", b"dependencies"),
    },
    "deep nesting": {
        "config.json": b"[" * 900_000,
        "adapter_config.json": b'{"a":' * 150_000,
        "MLmodel": b"[" * 400_000,
        "bentofile.yaml": b"- " * 200_000,
        "pyproject.toml": b"a=" + b"[" * 400_000,
        "Pipfile": b"a." * 100_000 + b"a=1",
        "m.safetensors": struct.pack("<Q", 900_000) + b'{"a":' + b"[" * 900_000,
        "README.md": b"---\n" + b"{" * 400_000 + b"\n---\n",
    },
    "long lists": {
        "requirements.txt": b"ab\n" * 330_000,
        "config.json": b'{"architectures": [' + b"[]," * 300_000 + b"[]]}",
        "app.py": b"x = [" + b"1," * 400_000 + b"]",
        "config.pbtxt": b'name: "' * 30_000,
        "Modelfile": b"FROM" * 60_000,
        "m.pkl": b"\x80\x04" + b"K\x01" * 2_000_000 + b".",
    },
    "names that are no text": {
        os.fsdecode(b"caf\xe9.gguf"): b"GGUF",
        os.fsdecode(b"\xff\xfe.safetensors"): b"\x01",
        os.fsdecode(b"m\xe9") + "/MLmodel": b"flavors: {sklearn: {}}",
        "two\nlines.onnx": b"\x08",
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_folders_cost_little(tmp_path: Path, name: str) -> None:
    for path, content in HOSTILE[name].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    began = time.process_time()
    found = inspect(tmp_path)
    assert time.process_time() - began < MOST_SECONDS
    tracemalloc.start()
    try:
        inspect(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_BYTES
    for one in found.recognised:
        one.evidence.encode()
    json.dumps([one.text for one in found.findings]).encode()


def test_a_file_that_is_truncated_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(READERS["gguf"][1][:60])
    (tmp_path / "m.safetensors").write_bytes(READERS["safetensors"][1][:60])
    (tmp_path / "m.h5").write_bytes(hdf5_samples.KERAS[:2000])
    (tmp_path / "m.keras").write_bytes(crafted.keras(weights=hdf5_samples.PLAIN[:2000]))
    found = inspect(tmp_path)
    said = [one.text for one in found.findings if "only partly" in one.text]
    assert len(said) == 4
    assert {one.format for one in found.weights if one.path.name != "m.gguf"} == {
        "Keras", "safetensors"
    }  # fmt: skip


def test_links_that_lead_round_in_circles(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "MLmodel").symlink_to("MLmodel")
    (tmp_path / "config.json").symlink_to("a/up/config.json")
    assert inspect(tmp_path).recognised == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "a[" + "cuda[" * 40_000),
        ("requirements.txt", "a=" + "=" * 200_000),
        ("Dockerfile", "FROM a\n" + "\n" * 200_000 + "RUN a\n"),
    ],
)
def test_no_line_is_searched_for_ever(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "app.py").write_text("import fastapi\napp = fastapi.FastAPI()\n")
    assert inspect(tmp_path).path == tmp_path

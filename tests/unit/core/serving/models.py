"""Folders with weights and no program, as their libraries write them."""

import io
import json
import zipfile
from pathlib import Path

from tests.unit.core.model_folder import crafted


def sklearn_pickle(version: str = "1.5.2", extra: bytes = b"") -> bytes:
    """A classifier, in the opcodes of protocol 4; `extra` comes before it."""
    text = version.encode()
    noted = b"\x8c\x10_sklearn_version\x94\x8c" + bytes([len(text)]) + text + b"\x94"
    made = b"csklearn.linear_model._logistic\nLogisticRegression\n)\x81}("
    return b"\x80\x04" + extra + made + (noted if version else b"") + b"ub."


def sklearn_folder(parent: Path, content: bytes | None = None) -> Path:
    return folder(parent, {"model.pkl": content or sklearn_pickle()})


def torchscript() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("net/constants.pkl", b"\x80\x02).")
        archive.writestr("net/data.pkl", b"\x80\x02).")
        archive.writestr("net/code/__torch__.py", b"class Net(Module):\n  pass\n")
        archive.writestr("net/version", b"3\n")
    return made.getvalue()


def transformers_folder(parent: Path, **config: object) -> Path:
    said = {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "transformers_version": "4.46.3",
        **config,
    }
    header = {"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}
    return folder(
        parent,
        {
            "config.json": json.dumps(said).encode(),
            "model.safetensors": crafted.safetensors(header, 16),
            "tokenizer.json": b"{}",
        },
    )


def folder(parent: Path, files: dict[str, bytes]) -> Path:
    made = parent / "model"
    for name, content in files.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    return made

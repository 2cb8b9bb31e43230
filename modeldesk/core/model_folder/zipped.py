"""Weights in zip archives: Keras, TorchScript, torch's state dicts, torch.export and NumPy."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.model_folder.headers.reading import Allowance, BadHeader
from modeldesk.core.model_folder.headers.zips import BAD_ZIP, Archive, opened_zip
from modeldesk.core.model_folder.model import WeightFile
from modeldesk.core.model_folder.pickled import Pickled, read_bytes
from modeldesk.core.model_folder.walk import opened
from modeldesk.core.words import tr

_LONGEST_PICKLE = 16 * 1024 * 1024
_LONGEST_JSON = 1024 * 1024
_KERAS = {"metadata.json", "config.json", "model.weights.h5"}
_EXPORTED = re.compile(r"(?:.*/)?(?:serialized_exported_program\.json|models/[^/]+\.json)")
_PT2_MARK = re.compile(r"(?:.*/)?archive_format")


@dataclass(frozen=True, slots=True)
class Zipped:
    """What an archive is; without a format when it is none of weights."""

    format: str = ""
    evidence: str = ""
    pickle: Pickled | None = None
    problem: Exception | None = None
    """Why it can't be read."""
    parameters: int | None = None
    precision: str = ""


def read_zip(folder: Path, weight: WeightFile, extension: str, allowance: Allowance) -> Zipped:
    """What kind of weights the zip archive at `weight` holds."""
    try:
        with (
            opened(folder, weight.path) as file,
            opened_zip(file, weight.size_bytes) as archive,
        ):
            return _kind(archive, extension, allowance)
    except (*BAD_ZIP, BadHeader) as error:
        return Zipped(problem=error)


def _kind(archive: Archive, extension: str, allowance: Allowance) -> Zipped:
    names = archive.names
    if names >= _KERAS:
        return Zipped("Keras", _keras_evidence(archive))
    tops = {name.partition("/")[2] for name in names}
    if "constants.pkl" in tops and any(name.startswith("code/") for name in tops):
        return Zipped("TorchScript", "constants.pkl, code/", _pickle(archive, allowance))
    if exported := _exported(names, extension):
        return Zipped("torch.export", exported)
    if pickle := _pickle(archive, allowance):
        tensors = tr("data.pkl and no code: tensors alone, which need their program")
        whole = tr("data.pkl: a pickled model, which needs the modules it was made of")
        return Zipped("PyTorch", tensors if pickle.holds_tensors_alone else whole, pickle)
    if extension == ".npz" or (names and all(name.endswith(".npy") for name in names)):
        return Zipped("NumPy", tr("arrays as .npy files"))
    if extension in (".pt", ".pth", ".ckpt"):
        return Zipped("PyTorch", tr("a zip archive by that name"))
    return Zipped()


def _exported(names: frozenset[str], extension: str) -> str:
    """What tells an archive of torch.export; empty for others."""
    if any(_PT2_MARK.fullmatch(name) for name in names):
        return "archive_format"
    if found := next((name for name in sorted(names) if _EXPORTED.fullmatch(name)), ""):
        return found
    return tr("a zip archive by that name") if extension == ".pt2" else ""


def _pickle(archive: Archive, allowance: Allowance) -> Pickled | None:
    for name in sorted(archive.names):
        if name.endswith("/data.pkl"):
            content = archive.start_of(name, _LONGEST_PICKLE)
            allowance.left = max(0, allowance.left - len(content))
            return read_bytes(content, allowance)
    return None


def _keras_evidence(archive: Archive) -> str:
    """Which Keras wrote it, and the class of the model."""
    said = ["metadata.json"]
    for name, key in (("metadata.json", "keras_version"), ("config.json", "class_name")):
        try:
            content = json.loads(archive.start_of(name, _LONGEST_JSON))
        except (ValueError, RecursionError):
            continue
        if isinstance(content, dict) and isinstance(value := content.get(key), str):
            said.append(f"{key} {value[:40]}")
    return ", ".join(said)

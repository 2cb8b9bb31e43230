"""Weights in zip archives: Keras, TorchScript, torch's state dicts, torch.export and NumPy."""

import io
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from modeldesk.core.model_folder.headers import exported_program, hdf5, npy
from modeldesk.core.model_folder.headers.reading import Allowance, BadHeader, Enough, Source, Tally
from modeldesk.core.model_folder.headers.zips import BAD_ZIP, Archive, opened_zip
from modeldesk.core.model_folder.model import WeightFile
from modeldesk.core.model_folder.pickled import Pickled, read_bytes
from modeldesk.core.model_folder.walk import opened
from modeldesk.core.words import tr

_LONGEST_PICKLE = 16 * 1024 * 1024
_LONGEST_JSON = 1024 * 1024
_MOST_ARRAYS = 5000
_WORK_OF_AN_ARRAY = 16 * 1024
"""What finding one in an archive takes, in bytes read."""
_KERAS_WEIGHTS = "model.weights.h5"
_KERAS = {"metadata.json", "config.json", _KERAS_WEIGHTS}
_EXPORTED = re.compile(r"(?:.*/)?(?:serialized_exported_program\.json|models/[^/]+\.json)")
_PT2_MARK = re.compile(r"(?:.*/)?archive_format")


@dataclass(frozen=True, slots=True)
class Zipped:
    """What an archive is; without a format when it is none of weights."""

    format: str = ""
    evidence: str = ""
    pickle: Pickled | None = None
    problem: Exception | None = None
    """Why it, or what is in it, can't be read."""
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
        return _keras(archive, allowance)
    tops = {name.partition("/")[2] for name in names}
    if "constants.pkl" in tops and any(name.startswith("code/") for name in tops):
        return Zipped("TorchScript", "constants.pkl, code/", _pickle(archive, allowance))
    if exported := _exported(names, extension):
        tally = exported_program.count(archive)
        return Zipped("torch.export", exported, None, None, *tally)
    if pickle := _pickle(archive, allowance):
        tensors = tr("data.pkl and no code: tensors alone, which need their program")
        whole = tr("data.pkl: a pickled model, which needs the modules it was made of")
        return Zipped("PyTorch", tensors if pickle.holds_tensors_alone else whole, pickle)
    if extension == ".npz" or (names and all(name.endswith(".npy") for name in names)):
        return _arrays(archive, allowance)
    if extension in (".pt", ".pth", ".ckpt"):
        return Zipped("PyTorch", tr("a zip archive by that name"))
    return Zipped()


def _keras(archive: Archive, allowance: Allowance) -> Zipped:
    """Keras's archive; with its parameters where its weights can be read in place."""
    plain = Zipped("Keras", _keras_evidence(archive))
    if not archive.is_stored(_KERAS_WEIGHTS):
        return plain
    size, begin = archive.size_of(_KERAS_WEIGHTS), archive.place_of(_KERAS_WEIGHTS)
    try:
        header = hdf5.read(Source(archive.file, size, allowance, begin))
    except Enough:
        return plain
    except BadHeader as error:
        return replace(plain, problem=error)
    return replace(plain, parameters=header.parameters, precision=header.precision)


def _arrays(archive: Archive, allowance: Allowance) -> Zipped:
    """NumPy's archive; with its parameters where every array in it can be read."""
    plain = Zipped("NumPy", tr("arrays as .npy files"))
    names = sorted(name for name in archive.names if name.endswith(".npy"))
    if len(names) > _MOST_ARRAYS:
        return plain
    tally = Tally()
    try:
        for name in names:
            allowance.take(_WORK_OF_AN_ARRAY)
            start = io.BytesIO(archive.start_of(name, npy.LONGEST))
            npy.count(Source(start, archive.size_of(name), allowance), tally)
    except (*BAD_ZIP, BadHeader, Enough):
        return plain
    if not tally.tensors:
        return plain
    return replace(plain, parameters=tally.parameters, precision=tally.precision)


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

"""What one file of weights is: by its content where a few bytes tell, else by its extension."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from modeldesk.core.model_folder.headers import (
    core_ml,
    fasttext,
    gguf,
    hdf5,
    npy,
    onnx,
    safetensors,
    tflite,
)
from modeldesk.core.model_folder.headers.reading import Allowance, BadHeader, Enough, Header, Source
from modeldesk.core.model_folder.magic import BY_EXTENSION, LARGE, extension_of, format_by_magic
from modeldesk.core.model_folder.model import FileEntry, Finding, Severity, WeightFile
from modeldesk.core.model_folder.pickled import PICKLES, looks_pickled, pickle_findings, read_part
from modeldesk.core.model_folder.text_formats import openvino_version, text_evidence
from modeldesk.core.model_folder.walk import opened, read_start
from modeldesk.core.model_folder.zipped import Zipped, read_zip
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_LOOKED_AT = 4096
_LFS = b"version https://git-lfs.github.com/spec/"
_READERS: Mapping[str, Callable[[Source], Header]] = {
    "safetensors": safetensors.read,
    "GGUF": gguf.read,
    "ONNX": onnx.read,
    "TFLite": tflite.read,
    "fastText": lambda source: fasttext.read(source, quantised=False),
    "Core ML": core_ml.read,
    "NumPy": npy.read,
    "Keras": hdf5.read,
    "HDF5": hdf5.read,
}
_MARKS = {"GGUF": "GGUF", "Keras": "\\x89HDF", "HDF5": "\\x89HDF", "TFLite": "TFL3",
          "CatBoost": "CBM1", "fastText": "\\xba\\x16O/", "TensorRT": "ftrt", "ExecuTorch": "ET12",
          "XGBoost": "learner", "NumPy": "\\x93NUMPY"}  # fmt: skip
_NAMED_BUT_NOT = {".pt", ".pth", ".pt2", ".h5", ".hdf5", ".keras", ".tflite", ".gguf"}
_NEVER_TEXT = {".onnx", ".engine", ".plan", ".pte", ".ftz", ".mlmodel", ".cbm"}
"""Binary formats: a text of that name is something else."""
_TEXT = re.compile(rb"[\t\r\n\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one file (or folder) gave."""

    weight: WeightFile | None = None
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def taken(self) -> WeightFile:
        """The weights, where there are some."""
        assert self.weight is not None
        return self.weight


def look_at(folder: Path, entry: FileEntry, names: frozenset[str], allowance: Allowance) -> Look:
    """What `entry` is; a `Look` without weights when it is something else."""
    path, extension = PurePosixPath(entry.path), extension_of(entry.path)
    start = read_start(folder, path, _LOOKED_AT)
    if not start:
        return Look()
    if start.startswith(_LFS):
        return Look(findings=(_lfs_pointer(path),))
    weight = WeightFile(path, entry.size_bytes, "")
    if start.startswith(b"PK\x03\x04"):
        return _of_zip(weight, read_zip(folder, weight, extension, allowance))
    if extension == ".bin" and (network := f"{entry.path[:-4]}.xml") in names:
        version = openvino_version(read_start(folder, network, _LOOKED_AT))
        if version is not None:
            return _openvino(weight, version)
    name = _format(start, extension, entry.size_bytes)
    if name and name != "PyTorch":
        return _with_header(folder, replace(weight, format=name), extension, allowance, start)
    if name or (extension in PICKLES and looks_pickled(start)):
        content = read_part(folder, path, allowance)
        if content is not None and (content.imports or start[0] == 0x80):
            weight = replace(weight, format=_pickle_format(extension, content.modules, name))
            weight = content.describe(weight)
            return Look(weight, tuple(pickle_findings(weight, content.content)))
    return _by_name(weight, extension, start)


def _format(start: bytes, extension: str, size: int) -> str:
    length = int.from_bytes(start[:8], "little")
    likely = start[8:9] == b"{" and b'"data_offsets"' in start and 2 <= length <= size - 8
    if extension == ".safetensors" or likely:
        return "safetensors"
    if name := format_by_magic(start, extension):
        return name
    if start.startswith(npy.MAGIC):
        return "NumPy"
    if extension == ".mlmodel" and start[:1] == b"\x08":
        return "Core ML"
    if onnx.is_onnx(start) or (extension == ".onnx" and start[:1] == b"\x08"):
        return "ONNX"
    return ""


def _pickle_format(extension: str, modules: frozenset[str], known: str) -> str:
    if known or (extension in (".pt", ".pth", ".bin", ".ckpt") and "torch" in modules):
        return "PyTorch"
    return "joblib" if extension == ".joblib" else "pickle"


def _with_header(
    folder: Path, weight: WeightFile, extension: str, allowance: Allowance, start: bytes
) -> Look:
    mark = _MARKS.get(weight.format, "")
    evidence = text_evidence(folder, weight, start) or (
        tr("begins with {mark}", mark=mark) if mark else ""
    )
    weight = replace(weight, evidence=evidence)
    reader = _READERS.get(weight.format)
    if weight.format == "fastText" and extension == ".ftz":
        reader = _quantised
    if reader is None:
        return Look(weight)
    try:
        header = _read(folder, weight.path, reader, allowance)
    except (OSError, BadHeader) as error:
        return Look(weight, (damaged(weight.path, error),))
    except Enough:
        return Look(weight, (_not_read(weight.path),))
    weight = replace(
        weight,
        format=header.format or weight.format,
        parameters=header.parameters,
        precision=header.precision,
        evidence=printable(header.evidence) or evidence,
    )
    return Look(weight, facts=header.facts, needs=header.needs)


def _quantised(source: Source) -> Header:
    return fasttext.read(source, quantised=True)


def _read(
    folder: Path,
    path: PurePosixPath,
    reader: Callable[[Source], Header],
    allowance: Allowance,
) -> Header:
    with opened(folder, path) as file:
        return reader(Source(file, _size(file), allowance))


def _size(file: BinaryIO) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size


def _of_zip(weight: WeightFile, found: Zipped) -> Look:
    """Weights in a zip archive."""
    if found.problem is not None:
        evidence = printable(found.evidence) or tr("a zip archive")
        weight = replace(weight, format=found.format or "archive", evidence=evidence)
        return Look(weight, (damaged(weight.path, found.problem),))
    if found.format:
        weight = replace(weight, format=found.format, evidence=printable(found.evidence),
                         parameters=found.parameters, precision=found.precision)  # fmt: skip
        if found.pickle is None:
            return Look(weight)
        weight = found.pickle.describe(weight)
        return Look(weight, tuple(pickle_findings(weight, found.pickle.content)))
    if weight.size_bytes >= LARGE:
        return Look(replace(weight, format="data", evidence=tr("a large zip archive")))
    return Look()


def _openvino(weight: WeightFile, version: str) -> Look:
    """The weights of a network that is told in an .xml beside them."""
    said = f'<net version="{version}">' if version else "<net>"
    evidence = f"{printable(weight.path.stem)}.xml: {said}"
    return Look(replace(weight, format="OpenVINO", evidence=evidence))


def _by_name(weight: WeightFile, extension: str, start: bytes) -> Look:
    """By the extension alone, where the content does not speak against it."""
    if extension in PICKLES - {".pt", ".pth", ".bin", ".ckpt"}:
        name = "joblib" if extension == ".joblib" else "pickle"
        text = tr("{path} is compressed or of an unknown form, so what it would import when "
                  "loaded is not known.", path=printable(str(weight.path)))  # fmt: skip
        finding = Finding(Severity.INFO, text, weight.path)
        return Look(_named(replace(weight, format=name)), (finding,))
    is_text = bool(_TEXT.fullmatch(start))
    if (name := BY_EXTENSION.get(extension, "")) and not (is_text and extension in _NEVER_TEXT):
        return Look(_named(replace(weight, format=name)))
    if extension in _NAMED_BUT_NOT or (name and extension != ".plan"):
        text = tr("{path} is not what its name says; it may be damaged or only partly "
                  "downloaded.", path=printable(str(weight.path)))  # fmt: skip
        return Look(findings=(Finding(Severity.WARNING, text, weight.path),))
    if weight.size_bytes >= LARGE:
        evidence = tr("large, and neither code nor media")
        return Look(replace(weight, format="data", evidence=evidence))
    return Look()


def _named(weight: WeightFile) -> WeightFile:
    return replace(weight, evidence=tr("by its name alone"))


def damaged(path: PurePosixPath, error: Exception) -> Finding:
    """A file that can't be read as what it is."""
    reason = printable(str(error))[:200]
    text = tr("{path} is damaged or only partly downloaded: {reason}.", path=printable(str(path)),
              reason=reason)  # fmt: skip
    return Finding(Severity.ERROR, text, path)


def _not_read(path: PurePosixPath) -> Finding:
    text = tr("{path} was not looked into: the headers before it were very long.",
              path=printable(str(path)))  # fmt: skip
    return Finding(Severity.INFO, text, path)


def _lfs_pointer(path: PurePosixPath) -> Finding:
    text = tr("{path} is a Git LFS pointer, not the weights themselves. Run “git lfs pull” in the "
              "folder to fetch them.", path=printable(str(path)))  # fmt: skip
    return Finding(Severity.ERROR, text, path)

"""Recognising weights, by content where a few bytes tell, else by extension."""

import io
import json
import math
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.magic import (
    BY_EXTENSION,
    LARGE,
    NEVER_WEIGHTS,
    extension_of,
    format_by_magic,
)
from modeldesk.core.model_folder.model import FileEntry, Finding, Severity, WeightFile
from modeldesk.core.model_folder.pickles import PickleContent, read_pickle
from modeldesk.core.model_folder.walk import opened, read_start
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_MOST_LOOKED_INTO = 400
_LONGEST_HEADER = 100 * 1024 * 1024
_LONGEST_PICKLE_IN_ZIP = 64 * 1024 * 1024
_LFS = b"version https://git-lfs.github.com/spec/"
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, KeyError,
            struct.error)  # fmt: skip

_BY_CONTENT = {
    ".safetensors", ".gguf", ".h5", ".hdf5", ".keras", ".tflite", ".pt", ".pth", ".pt2", ".bin",
    ".pkl", ".pickle", ".joblib", ".dill", ".sav", ".json", ".ubj", ".txt", ".model", ".pb", "",
}  # fmt: skip
"""Worth a look inside."""
_ONLY_IF_RECOGNISED = {".json", ".txt", ".model", "", ".pb"}
_NAMES = ("model", "weight", "xgb", "booster", "coef")
"""What files of those kinds are called when they are worth a look."""
_PICKLES = {".pkl", ".pickle", ".joblib", ".dill", ".sav", ".pt", ".pth", ".bin", ".ckpt"}


@dataclass(frozen=True, slots=True)
class FoundWeights:
    """The weights of a folder, largest first, and what is to be said of them."""

    weights: tuple[WeightFile, ...]
    findings: tuple[Finding, ...]


def find_weights(folder: Path, files: list[FileEntry], token: CancelToken) -> FoundWeights:
    """Look for weights among `files`. At most a few hundred files are opened."""
    bundles = _bundles(files)
    found: list[WeightFile] = list(bundles.values())
    findings: list[Finding] = []
    inside = tuple(f"{path}/" for path in bundles)
    for entry in _candidates(files):
        token.raise_if_cancelled()
        if inside and entry.path.startswith(inside):
            continue
        weight, said = _look_at(folder, entry)
        findings += said
        if weight:
            found.append(weight)
    found = _drop_unlikely(found)
    found.sort(key=lambda weight: (-weight.size_bytes, weight.path))
    return FoundWeights(tuple(found), tuple(findings))


def _drop_unlikely(found: list[WeightFile]) -> list[WeightFile]:
    """Arrays are weights only where nothing better is."""
    better = [weight for weight in found if weight.format not in ("NumPy", "JSON", "data")]
    return better or found


def _candidates(files: list[FileEntry]) -> list[FileEntry]:
    likely: list[FileEntry] = []
    for entry in files:
        extension = extension_of(entry.path)
        if extension in NEVER_WEIGHTS or entry.size_bytes == 0:
            continue
        if (
            extension in BY_EXTENSION
            or (extension in _BY_CONTENT - _ONLY_IF_RECOGNISED)
            or (extension in _ONLY_IF_RECOGNISED and _may_be_model(entry))
            or entry.size_bytes >= LARGE
        ):
            likely.append(entry)
    likely.sort(key=lambda entry: (-entry.size_bytes, entry.path))
    return likely[:_MOST_LOOKED_INTO]


def _may_be_model(entry: FileEntry) -> bool:
    name = entry.path.rpartition("/")[2].lower()
    return entry.size_bytes >= LARGE or any(word in name for word in _NAMES)


def _bundles(files: list[FileEntry]) -> dict[str, WeightFile]:
    """Folders that are one model: SavedModel, .mlpackage, OpenVINO pairs are left as files."""
    found: dict[str, WeightFile] = {}
    names = {entry.path for entry in files}
    roots: dict[str, str] = {}
    for path in names:
        head, _, name = path.rpartition("/")
        if name == "saved_model.pb" and head and f"{head}/variables/variables.index" in names:
            roots[head] = "TensorFlow SavedModel"
        package = (
            next(
                (part for part in PurePosixPath(path).parents if part.suffix == ".mlpackage"), None
            )
            if ".mlpackage/" in path
            else None
        )
        if package:
            roots[str(package)] = "Core ML"
    for root, name in roots.items():
        size = sum(entry.size_bytes for entry in files if entry.path.startswith(f"{root}/"))
        found[root] = WeightFile(PurePosixPath(root), size, name)
    return found


def _look_at(folder: Path, entry: FileEntry) -> tuple[WeightFile | None, list[Finding]]:
    path, extension = PurePosixPath(entry.path), extension_of(entry.path)
    start = read_start(folder, path, 4096)
    if not start:
        return None, []
    if start.startswith(_LFS):
        return None, [_lfs_pointer(path)]
    weight = WeightFile(path, entry.size_bytes, "")
    if extension == ".safetensors":
        return _safetensors(folder, weight)
    if name := format_by_magic(start, extension):
        return replace(weight, format=name), []
    if start.startswith(b"PK\x03\x04"):
        return _zipped(folder, weight, extension)
    if extension in _PICKLES and start[:1] in b"\x80(]}c":
        content = _read_pickle_file(folder, path)
        if content is not None and (content.imports or start[0] == 0x80):
            name = "joblib" if extension == ".joblib" else "pickle"
            if extension in (".pt", ".pth", ".bin", ".ckpt") and "torch" in content.modules:
                name = "PyTorch"
            return _pickled(replace(weight, format=name), content)
    if extension in (".pkl", ".joblib", ".pickle", ".sav", ".dill"):
        return replace(weight, format="joblib" if extension == ".joblib" else "pickle"), [
            Finding(
                Severity.INFO,
                tr(
                    "{path} is compressed or of an unknown form, so what it would import when "
                    "loaded is not known.",
                    path=printable(str(path)),
                ),
                path,
            )
        ]
    if name := BY_EXTENSION.get(extension, ""):
        return replace(weight, format=name), []
    if extension in (".pt", ".pth", ".pt2", ".h5", ".hdf5", ".keras", ".tflite", ".gguf"):
        return None, [
            Finding(
                Severity.WARNING,
                tr(
                    "{path} is not what its name says; it may be damaged or only partly "
                    "downloaded.",
                    path=printable(str(path)),
                ),
                path,
            )
        ]
    return (replace(weight, format="data"), []) if entry.size_bytes >= LARGE else (None, [])


def _safetensors(folder: Path, weight: WeightFile) -> tuple[WeightFile | None, list[Finding]]:
    try:
        parameters, precision = _safetensors_header(folder, weight)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        text = tr(
            "{path} is damaged or only partly downloaded: {reason}.",
            path=printable(str(weight.path)),
            reason=printable(str(error))[:200],
        )
        return replace(weight, format="safetensors"), [Finding(Severity.ERROR, text, weight.path)]
    return replace(weight, format="safetensors", parameters=parameters, precision=precision), []


def _safetensors_header(folder: Path, weight: WeightFile) -> tuple[int, str]:
    """Parameters and most frequent precision. Raises for a header that does not fit its file."""
    with opened(folder, weight.path) as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(_LONGEST_HEADER, weight.size_bytes - 8):
            raise ValueError(tr("its header has an impossible length"))
        header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError(tr("its header is not a JSON object"))
    counts: Counter[str] = Counter()
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        begin, end = tensor["data_offsets"]
        if not 0 <= begin <= end <= weight.size_bytes - 8 - length:
            raise ValueError(tr("its tensors do not lie within the file"))
        counts[str(tensor["dtype"])[:16]] += math.prod(int(side) for side in tensor["shape"])
    most = counts.most_common(1)
    return counts.total(), most[0][0] if most else ""


def _zipped(
    folder: Path, weight: WeightFile, extension: str
) -> tuple[WeightFile | None, list[Finding]]:
    try:
        with opened(folder, weight.path) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if {"metadata.json", "config.json", "model.weights.h5"} <= set(names):
                return replace(weight, format="Keras"), []
            tops = {name.partition("/")[2] for name in names}
            code = any(name.startswith("code/") for name in tops)
            if "constants.pkl" in tops and code:
                return replace(weight, format="TorchScript"), []
            if extension == ".pt2":
                return replace(weight, format="torch.export"), []
            pickle = next((name for name in names if name.endswith("/data.pkl")), "")
            if pickle:
                with archive.open(pickle) as part:
                    content = read_pickle(io.BytesIO(part.read(_LONGEST_PICKLE_IN_ZIP)))
                return _pickled(replace(weight, format="PyTorch"), content)
    except _BAD_ZIP as error:
        text = tr(
            "{path} is damaged or only partly downloaded: {reason}.",
            path=printable(str(weight.path)),
            reason=printable(str(error))[:200],
        )
        return replace(weight, format="archive"), [Finding(Severity.ERROR, text, weight.path)]
    if extension in (".npz", ".pt", ".pth", ".ckpt"):
        return replace(weight, format="NumPy" if extension == ".npz" else "PyTorch"), []
    return (replace(weight, format="data"), []) if weight.size_bytes >= LARGE else (None, [])


def _read_pickle_file(folder: Path, path: PurePosixPath) -> PickleContent | None:
    try:
        with opened(folder, path) as file:
            return read_pickle(file)
    except OSError:
        return None


def _pickled(weight: WeightFile, content: PickleContent) -> tuple[WeightFile, list[Finding]]:
    weight = replace(weight, modules=tuple(sorted(content.modules - {"?"})))
    return weight, list(_pickle_findings(weight, content))


def _pickle_findings(weight: WeightFile, content: PickleContent) -> Iterator[Finding]:
    path = printable(str(weight.path))
    if unsafe := content.unsafe:
        names = ", ".join(printable(name) for name in unsafe[:5])
        yield Finding(
            Severity.WARNING,
            tr(
                "{path} would call {names} when it is loaded, which could run commands. Use it "
                "only if you trust where it comes from.",
                path=path,
                names=names,
            ),
            weight.path,
        )
    elif not content.complete and weight.format != "joblib":
        yield Finding(
            Severity.INFO,
            tr(
                "Only a part of {path} could be checked for what it would import when loaded.",
                path=path,
            ),
            weight.path,
        )


def _lfs_pointer(path: PurePosixPath) -> Finding:
    return Finding(
        Severity.ERROR,
        tr(
            "{path} is a Git LFS pointer, not the weights themselves. Run “git lfs pull” in the "
            "folder to fetch them.",
            path=printable(str(path)),
        ),
        path,
    )

"""Which files of a folder hold weights, and what is odd about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.bundles import bundles
from modeldesk.core.model_folder.headers.reading import Allowance
from modeldesk.core.model_folder.magic import BY_EXTENSION, LARGE, NEVER_WEIGHTS, extension_of
from modeldesk.core.model_folder.model import FileEntry, Finding, Severity, WeightFile
from modeldesk.core.model_folder.recognise import Look, look_at
from modeldesk.core.model_folder.shards import missing_parts
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_MOST_LOOKED_INTO = 400
_READ_AT_MOST = 192 * 1024 * 1024
"""Bytes of headers in one folder, or what takes as long."""
_BY_CONTENT = {
    ".safetensors", ".gguf", ".h5", ".hdf5", ".keras", ".tflite", ".pt", ".pth", ".pt2", ".bin",
    ".pkl", ".pickle", ".joblib", ".dill", ".sav", ".json", ".ubj", ".txt", ".model", ".pb", "",
}  # fmt: skip
"""Worth a look inside."""
_ONLY_IF_RECOGNISED = {".json", ".txt", ".model", "", ".pb"}
_ARRAYS = ".npy"
"""Data for the most part; weights where they are called so."""
_NAMES = ("model", "weight", "xgb", "booster", "coef")
"""What files of those kinds are called when they are worth a look."""
_GIVE_WAY = ("NumPy", "JSON", "data")


@dataclass(frozen=True, slots=True)
class FoundWeights:
    """The weights of a folder, largest first, and what is to be said of them."""

    weights: tuple[WeightFile, ...]
    findings: tuple[Finding, ...]
    facts: dict[str, str] = field(default_factory=dict)
    """What the largest that says anything says of its model: ``title``, ``architecture`` …"""


def find_weights(folder: Path, files: list[FileEntry], token: CancelToken) -> FoundWeights:
    """Look for weights among `files`. At most a few hundred files are opened, and of all their
    headers together no more than can be read in seconds."""
    allowance = Allowance(_READ_AT_MOST)
    looks = [*bundles(folder, files, allowance)]
    within = tuple(f"{look.weight.path}/" for look in looks if look.weight)
    names = frozenset(entry.path for entry in files)
    for entry in _candidates(files):
        token.raise_if_cancelled()
        if not within or not entry.path.startswith(within):
            looks.append(look_at(folder, entry, names, allowance))
    found = _drop_unlikely(_with_owners([look for look in looks if look.weight]))
    found.sort(key=lambda look: (-look.taken.size_bytes, look.taken.path))
    findings = [finding for look in looks for finding in look.findings]
    findings += _not_there(found, names)
    findings += missing_parts(folder, names)
    return FoundWeights(
        tuple(look.taken for look in found),
        tuple(findings),
        next((dict(look.facts) for look in found if look.facts), {}),
    )


def _drop_unlikely(found: list[Look]) -> list[Look]:
    """Arrays are weights only where nothing better is."""
    better = [look for look in found if look.taken.format not in _GIVE_WAY]
    return better or found


def _with_owners(found: list[Look]) -> list[Look]:
    """Files that only hold the data of a model are of its format."""
    owners = {
        str(look.taken.path.parent / need): look.taken for look in found for need in look.needs
    }
    return [
        replace(
            look,
            weight=replace(
                look.taken,
                format=owner.format,
                evidence=tr("data of {name}", name=printable(owner.path.name)),
            ),
        )
        if (owner := owners.get(str(look.taken.path))) and look.taken.format == "data"
        else look
        for look in found
    ]


def _candidates(files: list[FileEntry]) -> list[FileEntry]:
    likely: list[FileEntry] = []
    for entry in files:
        extension = extension_of(entry.path)
        if entry.size_bytes and _is_likely(entry, extension):
            likely.append(entry)
    likely.sort(key=lambda entry: (-entry.size_bytes, entry.path))
    return likely[:_MOST_LOOKED_INTO]


def _is_likely(entry: FileEntry, extension: str) -> bool:
    if extension in NEVER_WEIGHTS:
        return extension == _ARRAYS and _may_be_model(entry)
    if extension in BY_EXTENSION or entry.size_bytes >= LARGE:
        return True
    return extension in _BY_CONTENT and (
        extension not in _ONLY_IF_RECOGNISED or _may_be_model(entry)
    )


def _may_be_model(entry: FileEntry) -> bool:
    name = entry.path.rpartition("/")[2].lower()
    return any(word in name for word in _NAMES)


def _not_there(found: list[Look], names: frozenset[str]) -> Iterator[Finding]:
    """Data that a model keeps in files of its folder, which are missing."""
    for look in found:
        parent = look.taken.path.parent
        for need in look.needs:
            if str(parent / need) not in names:
                text = tr("{path} keeps its data in {name}, which is not in the folder. Put it "
                          "beside it.", path=printable(str(look.taken.path)),
                          name=printable(need)[:200])  # fmt: skip
                yield Finding(Severity.ERROR, text, PurePosixPath(look.taken.path))

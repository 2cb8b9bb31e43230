"""Folders that are one model: TensorFlow's SavedModel and Core ML's packages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.headers import saved_model
from modeldesk.core.model_folder.headers.reading import Allowance, BadHeader, Enough, Source
from modeldesk.core.model_folder.model import FileEntry, WeightFile
from modeldesk.core.model_folder.recognise import Look
from modeldesk.core.model_folder.walk import opened
from modeldesk.core.words import tr

_MOST = 100


@dataclass(slots=True)
class _Root:
    format: str
    evidence: str
    size_bytes: int = 0


def bundles(folder: Path, files: list[FileEntry], allowance: Allowance) -> Iterator[Look]:
    """The first hundred of them, each with the size of all it holds."""
    roots = dict(list(_roots(files))[:_MOST])
    if not roots:
        return
    for entry in files:
        for end in (at for at, char in enumerate(entry.path) if char == "/"):
            if root := roots.get(entry.path[:end]):
                root.size_bytes += entry.size_bytes
                break
    for path, root in roots.items():
        evidence = root.evidence
        if root.format == "TensorFlow SavedModel":
            evidence = _read(folder, f"{path}/saved_model.pb", allowance) or evidence
        yield Look(WeightFile(PurePosixPath(path), root.size_bytes, root.format, evidence=evidence))


def _roots(files: list[FileEntry]) -> Iterator[tuple[str, _Root]]:
    """Sorted paths, so that what lies in a package is met after its outermost folder."""
    with_variables = {
        entry.path.rpartition("/variables/")[0] for entry in files if "/variables/" in entry.path
    }
    seen: set[str] = set()
    for entry in files:
        head, _, name = entry.path.rpartition("/")
        if name == "saved_model.pb" and head in with_variables and head:
            yield head, _Root("TensorFlow SavedModel", "saved_model.pb, variables/")
        if ".mlpackage/" in entry.path:
            package = f"{entry.path.partition('.mlpackage/')[0]}.mlpackage"
            if package not in seen:
                seen.add(package)
                yield package, _Root("Core ML", tr("a folder of the kind .mlpackage"))


def _read(folder: Path, path: str, allowance: Allowance) -> str:
    try:
        with opened(folder, path) as file:
            size = file.seek(0, 2)
            file.seek(0)
            said = saved_model.read(Source(file, size, allowance)).evidence
    except (OSError, BadHeader, Enough):
        return ""
    return f"saved_model.pb: {said}" if said else ""

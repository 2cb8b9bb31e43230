"""What of a folder, or of a single file of weights, goes into an artifact."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from modeldesk.core.artifacts.model import EPOCH, Form, Role
from modeldesk.core.artifacts.safe_paths import safe_path
from modeldesk.core.build_context.scan import ContextEntry, unreadable
from modeldesk.core.build_context.tar import END_BYTES, EntryKind, entry_bytes
from modeldesk.core.errors import ArtifactError
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.file_kinds import is_code, is_document
from modeldesk.core.model_folder.inspect import inspect
from modeldesk.core.model_folder.labels import folder_labels
from modeldesk.core.model_folder.model import FileEntry, ModelFolder
from modeldesk.core.model_folder.naming import model_name
from modeldesk.core.model_folder.weights import find_weights
from modeldesk.core.text import printable
from modeldesk.core.words import tr

MOST_SINGLE = 32
"""Small files of one role that get a layer each; more of them share a tar."""
_DATA = frozenset({".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".arrow", ".feather", ".npz"})
_ALWAYS_A_TAR = frozenset({Role.CODE})
_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """One layer that is to be made."""

    role: Role
    form: Form
    path: str
    """Of a file: its own; of a tar: what it is called."""
    entries: tuple[ContextEntry, ...]
    """One for a file."""

    @property
    def size_bytes(self) -> int:
        if self.form is Form.FILE:
            return self.entries[0].size_bytes
        content = sum(
            entry_bytes(one.path, one.kind, one.size_bytes, one.target) for one in self.entries
        )
        return content + END_BYTES


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model as it is to be packed."""

    folder: Path
    """Absolute; what the paths of layers are relative to."""
    layers: tuple[LayerPlan, ...]
    """Weights first."""
    name: str
    """A proposal for its repository."""
    framework: str = ""
    parameters: int | None = None
    precision: str = ""
    architecture: str = ""
    weights_format: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    created: datetime = EPOCH
    """When the last of its weights was written."""
    left_out: tuple[str, ...] = ()
    """Links, which an artifact does not have."""

    @property
    def size_bytes(self) -> int:
        return sum(layer.size_bytes for layer in self.layers)


def model_files(path: Path, token: CancelToken) -> ModelFiles:
    """Look at a folder, or at a file of weights alone. Nothing in it is run or unpickled; what a
    build would keep out of an image (secrets, caches, data) is kept out here too. Raises
    `FolderError`, `ArtifactError` where there are no weights, `Cancelled`."""
    found = _of_file(path.resolve(), token) if path.is_file() else inspect(path, token)
    entries, left_out = _entries(found)
    weights = {str(one.path) for one in found.weights}
    by_role: dict[Role, list[ContextEntry]] = defaultdict(list)
    for entry in entries:
        by_role[_role(entry.path, weights, found)].append(entry)
    if not by_role[Role.WEIGHTS]:
        raise ArtifactError(
            tr("There are no weights in {path}.", path=printable(str(path))),
            tr("Give a folder with a model in it, or the file of its weights. What a "
               ".dockerignore keeps out is not looked at."),
        )  # fmt: skip
    layers = [layer for role in _ORDER for layer in _layers(role, by_role.get(role, []))]
    return ModelFiles(
        found.path,
        tuple(layers),
        found.name,
        found.framework,
        found.parameters,
        found.precision,
        found.metadata.get("architecture", ""),
        found.weights[0].format if found.weights else "",
        folder_labels(found),
        datetime.fromtimestamp(max(one.modified for one in by_role[Role.WEIGHTS]), UTC),
        tuple(left_out),
    )


def _of_file(path: Path, token: CancelToken) -> ModelFolder:
    folder, name = path.parent, path.name
    entry = FileEntry(name, path.stat().st_size)
    found = find_weights(folder, [entry], token)
    first = found.weights[0] if found.weights else None
    return ModelFolder(
        folder,
        model_name(path.stem),
        framework=first.format if first else "",
        weights=found.weights,
        parameters=first.parameters if first else None,
        precision=first.precision if first else "",
        metadata=found.facts,
        files=(entry,),
    )


def _entries(found: ModelFolder) -> tuple[list[ContextEntry], list[str]]:
    """The files as they are now; and what is no file."""
    entries: list[ContextEntry] = []
    left_out: list[str] = []
    for path, _ in found.files:
        try:
            facts = os.lstat(found.path / path)
        except OSError as error:
            raise unreadable(found.path, path, error) from error
        if not stat.S_ISREG(facts.st_mode):
            left_out.append(path)
            continue
        # What could not be pulled again is not packed.
        safe_path(path)
        mode = 0o755 if facts.st_mode & stat.S_IXUSR else 0o644
        modified = max(0, int(facts.st_mtime))
        entries.append(ContextEntry(path, EntryKind.FILE, mode, modified, facts.st_size))
    return entries, left_out


def _role(path: str, weights: set[str], found: ModelFolder) -> Role:
    if path in weights or any(str(above) in weights for above in PurePosixPath(path).parents):
        return Role.WEIGHTS
    requirements = found.requirements
    if is_code(path) or (requirements is not None and path == str(requirements.path)):
        return Role.CODE
    if is_document(path):
        return Role.DOCUMENTS
    ending = PurePosixPath(path).suffix.lower()
    return Role.DATA if ending in _DATA else Role.CONFIGURATION


def _layers(role: Role, entries: Iterable[ContextEntry]) -> Iterator[LayerPlan]:
    """A layer for each file, so that one that changed travels alone; many small ones together."""
    own = sorted(entries, key=lambda one: one.path)
    together = role in _ALWAYS_A_TAR if len(own) > 1 else False
    if role is Role.WEIGHTS or not (together or len(own) > MOST_SINGLE):
        for entry in own:
            yield LayerPlan(role, Form.FILE, entry.path, (entry,))
        return
    # Of a tar, no time tells: the same files are the same layer.
    timeless = (ContextEntry(one.path, one.kind, one.mode, 0, one.size_bytes) for one in own)
    yield LayerPlan(role, Form.TAR, role.value, tuple(timeless))

"""What is known of a model folder. Every path is relative to the folder, with forward slashes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from modeldesk.core.ids import ModelName
from modeldesk.core.metadata.model import Key, Value


class Severity(Enum):
    """How much a finding matters."""

    INFO = "info"
    WARNING = "warning"
    """The image would be worse than it need be, or holds what it should not."""
    ERROR = "error"
    """The build or the model would not work as the folder is."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know of the folder: sentences for people, and the file or folder
    they are about, if it is one."""

    severity: Severity
    text: str
    path: PurePosixPath | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Something that was recognised, and why."""

    what: str
    """``MLflow``, ``Transformers``, ``Cog`` …"""
    path: PurePosixPath
    evidence: str
    """What in that file tells it, in the file's own words: ``flavors: sklearn``."""


@dataclass(frozen=True, slots=True)
class PythonVersion:
    """The Python that the folder asks for."""

    version: str
    """``3.11``, ``3.11.4``, or a range such as ``>=3.10,<3.13``."""
    path: PurePosixPath
    """The file that says so."""
    evidence: str

    @property
    def is_range(self) -> bool:
        """Whether several versions would do."""
        return not self.version[:1].isdigit() or "," in self.version


@dataclass(frozen=True, slots=True)
class GpuNeed:
    """Whether the model wants a GPU, and what says so."""

    needed: bool
    path: PurePosixPath
    evidence: str


@dataclass(frozen=True, slots=True)
class WeightFile:
    """A file (or a folder such as a SavedModel) that holds weights."""

    path: PurePosixPath
    size_bytes: int
    format: str
    """``safetensors``, ``GGUF``, ``ONNX``, ``pickle`` …"""
    parameters: int | None = None
    precision: str = ""
    """``F32``, ``BF16``, ``Q4_K_M`` …, where the file says; the most frequent when it has
    several."""
    modules: tuple[str, ...] = ()
    """Top-level Python modules that a pickle would import."""
    evidence: str = ""
    """What tells the format: the bytes it begins with, what its header says, or its name."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """The Python packages the folder asks for."""

    path: PurePosixPath
    packages: tuple[str, ...]
    """As written, without comments and options: ``numpy==2.1.0``."""
    pinned: bool
    """Whether each package has an exact version; true when there is none."""
    includes: tuple[PurePosixPath, ...] = ()
    """Further files that `path` refers to."""
    needs_folder: bool = False
    """Whether the folder itself, or a package in it, is to be installed."""
    hashed: bool = False
    """Whether each package is named with its hashes."""
    conda: tuple[str, ...] = ()
    """Packages that conda is to install, as written, without Python and pip themselves."""
    locks: tuple[PurePosixPath, ...] = ()
    """Lock files beside it, such as ``uv.lock``, which pip does not read."""
    replaces: tuple[PurePosixPath, ...] = ()
    """The folder's own lists, where this was made of them."""
    unhashed: tuple[str, ...] = ()
    """Of packages with hashes: those beside that are installed as they are written."""

    @property
    def names(self) -> frozenset[str]:
        """The packages' names alone, as PyPI normalises them."""
        return frozenset(map(package_name, self.packages))


@dataclass(frozen=True, slots=True)
class AppEntry:
    """The program that serves the model."""

    path: PurePosixPath
    port: int
    command: tuple[str, ...]
    """What starts it in the folder, listening on every address of the container."""
    server: str = ""
    """``FastAPI``, ``Flask``, ``http.server`` …; empty when no server was recognised in it."""
    health_path: str = ""
    """A path that answers when it is healthy (``/health``); empty when none is known."""
    ping_command: tuple[str, ...] = ()
    """The program's own health check; empty when it has none."""
    imports: frozenset[str] = frozenset()
    """Top-level modules it imports."""
    stop_signal: str = "SIGTERM"
    """What makes it end at once when it is the first process of a container."""


class FileEntry(NamedTuple):
    """A file that would enter the image. A link to a file of the same folder counts as one
    without a size."""

    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class KeptOut:
    """What one pattern of the proposed .dockerignore keeps out of the image."""

    pattern: str
    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder as it was when it was looked at. Nothing in it was run, imported or unpickled."""

    path: Path
    """Absolute."""
    name: ModelName
    """A proposal, valid as a repository's path."""
    framework: str = ""
    """``PyTorch``, ``scikit-learn`` …; the weights' format when no more is known; may be empty."""
    recognised: tuple[Recognised, ...] = ()
    """What the folder is by its manifests and description files, those that say the most
    first. Weights say for themselves why they are taken for such."""
    weights: tuple[WeightFile, ...] = ()
    """Largest first."""
    pointers: Mapping[str, int] = field(default_factory=dict)
    """Pointers of Git LFS, by path, with the bytes of the files that are not there."""
    parameters: int | None = None
    """Of the largest weights, with all their parts; None when they do not say."""
    precision: str = ""
    """Likewise."""
    python: PythonVersion | None = None
    gpu: GpuNeed | None = None
    """None when nothing speaks of one."""
    system_packages: tuple[str, ...] = ()
    """Packages of the operating system that a manifest asks for."""
    requirements: Requirements | None = None
    app: AppEntry | None = None
    dockerfile: PurePosixPath | None = None
    dockerignore: PurePosixPath | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    dataset_version: str = ""
    trained_with: Mapping[Key, Value] = field(default_factory=dict)
    """What files tell of its training: parameters, how long it took."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """``description``, ``license``, ``task`` … as the folder's own files say."""
    files: tuple[FileEntry, ...] = ()
    """What would enter the image, sorted by path."""
    sent_too: tuple[FileEntry, ...] = ()
    """What a build would send all the same: kept out by the proposed .dockerignore, but not by
    what the folder has in its place."""
    kept_out: tuple[KeptOut, ...] = ()
    """What the proposed (not the folder's own) .dockerignore would keep out."""
    training: tuple[PurePosixPath, ...] = ()
    """Programs that make the weights, by their names, and that no other program imports."""
    readable_by_all: bool = True
    """Whether any user could read every file; false under a strict umask."""
    total_bytes: int = 0
    """All files, those kept out too."""
    file_count: int = 0
    findings: tuple[Finding, ...] = ()
    """The most serious first."""


def package_name(requirement: str) -> str:
    """``Scikit_Learn[alldeps]>=1.0`` → ``scikit-learn``."""
    end = next((at for at, c in enumerate(requirement) if not (c.isalnum() or c in "._-")), None)
    return requirement[:end].lower().replace("_", "-").replace(".", "-")

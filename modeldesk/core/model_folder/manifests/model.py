"""What one manifest says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from modeldesk.core.model_folder.model import (
    AppEntry,
    Finding,
    GpuNeed,
    PythonVersion,
    Recognised,
)

_PYTHON = re.compile(r"\d{1,2}\.\d{1,3}(?:\.\d{1,4})?")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A file that says what the folder (or a part of it) is. What it does not say is empty."""

    recognised: Recognised
    framework: str = ""
    python: PythonVersion | None = None
    gpu: GpuNeed | None = None
    requirements: PurePosixPath | None = None
    """A list of packages that it names and that is there."""
    packages: tuple[str, ...] = ()
    """Packages that it lists itself."""
    system_packages: tuple[str, ...] = ()
    app: AppEntry | None = None
    """How its own tool serves the model."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def path(self) -> PurePosixPath:
        """The manifest itself."""
        return self.recognised.path

    @property
    def at_top(self) -> bool:
        """Whether it speaks of the whole folder."""
        return len(self.path.parts) == 1


def python_of(version: str, path: PurePosixPath, evidence: str) -> PythonVersion | None:
    """The version that a file names; None for what is none."""
    if not _PYTHON.fullmatch(version):
        return None
    return PythonVersion(version, path, evidence)


def beside(path: PurePosixPath, name: str, names: frozenset[str]) -> PurePosixPath | None:
    """The file that a manifest names relative to its own folder, if it is there."""
    parts: list[str] = []
    for part in (*path.parent.parts, *name.split("/")):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    found = "/".join(parts)
    return PurePosixPath(found) if found in names else None


def known(**facts: str) -> dict[str, str]:
    """The facts that are not empty; ``_`` in their names stands for a blank."""
    return {name.replace("_", " "): value for name, value in facts.items() if value}

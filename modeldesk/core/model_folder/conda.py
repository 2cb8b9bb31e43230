"""conda's environment files: what conda itself installs, and what pip does."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.documents import inside, one_line, read_mapping
from modeldesk.core.model_folder.model import PythonVersion

CONDA_FILES = ("conda.yaml", "conda.yml", "environment.yml", "environment.yaml")
_NOT_PACKAGES = {"python", "pip", "setuptools", "wheel"}
_MOST = 2_000
_NAME = re.compile(r"(?:[^\s:]+::)?(?P<name>[A-Za-z0-9_.-]+)\s*(?P<version>.*)")
_EXACT = re.compile(r"={1,2}\s*(?P<version>\d{1,2}(?:\.\d{1,4}){0,2})(?:\.\*|=\S*)?")


@dataclass(frozen=True, slots=True)
class CondaEnvironment:
    """What one file asks for."""

    pip: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()
    """Without Python, pip and what comes with it."""
    python: PythonVersion | None = None


def read_conda(folder: Path, path: PurePosixPath) -> CondaEnvironment:
    """What the environment file at `path` lists; empty where it can't be read."""
    listed = inside(read_mapping(folder, path), "dependencies")
    conda: list[str] = []
    pip: list[str] = []
    python: PythonVersion | None = None
    for item in listed[:_MOST] if isinstance(listed, list) else []:
        if isinstance(item, dict):
            inner = item.get("pip")
            pip += (
                [one_line(one) for one in inner[:_MOST] if isinstance(one, str)]
                if isinstance(inner, list)
                else []
            )
        elif isinstance(item, str) and (match := _NAME.fullmatch(item.strip()[:200])):
            if match["name"] == "python":
                python = _python(match["version"], path, one_line(item))
            elif match["name"] not in _NOT_PACKAGES:
                conda.append(one_line(item))
    return CondaEnvironment(tuple(pip), tuple(conda), python)


def _python(version: str, path: PurePosixPath, evidence: str) -> PythonVersion | None:
    version = version.strip()
    if match := _EXACT.fullmatch(version):
        return PythonVersion(match["version"], path, evidence)
    return PythonVersion(version, path, evidence) if version[:1] in ("<", ">", "!", "~") else None

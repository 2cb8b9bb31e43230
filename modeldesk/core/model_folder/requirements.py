"""The Python packages a folder asks for, in whichever of the usual files."""

import re
import tomllib
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.model import Requirements
from modeldesk.core.model_folder.walk import read_text

_COMMENT = re.compile(r"(^|\s)#.*$")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?=\S))(?P<path>\S+)")
_LOCAL = re.compile(r"(?:-e|--editable)[\s=]|\.{1,2}(?:/|$)|file:|[^\s@]+@\s*(?:file:|\.)")
_EXACT = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*===?\s*[^\s*,;]+\s*(?:;.*)?")
_DIRECT = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*@\s*\S*(?:@[0-9a-f]{40}|#sha256=\S+|\.whl)")
_NAMED = re.compile(r"[A-Za-z0-9]")
_CONDA_PIP = re.compile(r"^\s*-\s*pip:\s*$")
_LIST_ITEM = re.compile(r"^(?P<indent>\s*)-\s*(?P<item>[^#]+?)\s*(?:#.*)?$")
_REQUIREMENTS = ("requirements.txt", "requirements.lock", "requirements-prod.txt",
                 "requirements/prod.txt", "requirements/base.txt")  # fmt: skip
_CONDA = ("conda.yaml", "conda.yml", "environment.yml", "environment.yaml")
_MOST_INCLUDES = 10


def find_requirements(folder: Path, names: frozenset[str]) -> Requirements | None:
    """The first of requirements.txt, pyproject.toml and conda's files among `names` (paths in
    the folder). None when there is none of them."""
    for name in _REQUIREMENTS:
        if name in names:
            return _from_requirements(folder, PurePosixPath(name), names)
    if "pyproject.toml" in names and (found := _from_pyproject(folder)):
        return found
    for name in _CONDA:
        if name in names:
            return _from_conda(folder, PurePosixPath(name))
    return None


def is_exact(requirement: str) -> bool:
    """Whether it always installs the same version."""
    return bool(_EXACT.fullmatch(requirement) or _DIRECT.match(requirement))


def _from_requirements(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Requirements:
    packages: list[str] = []
    includes: list[PurePosixPath] = []
    needs_folder = False
    pending = [path]
    while pending and len(includes) <= _MOST_INCLUDES:
        current = pending.pop(0)
        for line in _lines(read_text(folder, current)):
            if match := _INCLUDE.match(line):
                included = PurePosixPath(_normal(str(current.parent / match["path"])))
                if str(included) in names and included not in (path, *includes):
                    includes.append(included)
                    if not line.startswith(("-c", "--constraint")):
                        pending.append(included)
            elif _LOCAL.match(line):
                needs_folder = True
            elif _NAMED.match(line):
                packages.append(line)
    pinned = all(map(is_exact, packages))
    return Requirements(path, tuple(packages), pinned, tuple(includes), needs_folder)


def _lines(text: str) -> list[str]:
    """Logical lines without comments and hashes."""
    joined = re.sub(r"\\\r?\n", " ", text)
    lines = (_COMMENT.sub("", line) for line in joined.splitlines())
    return [kept for line in lines if (kept := re.sub(r"\s--hash=\S+", "", line).strip())]


def _normal(path: str) -> str:
    """The path without ``..``; one that leaves the folder stays recognisably foreign."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."


def _from_pyproject(folder: Path) -> Requirements | None:
    try:
        project = tomllib.loads(read_text(folder, "pyproject.toml")).get("project")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return None
    listed = project.get("dependencies") if isinstance(project, dict) else None
    if not isinstance(listed, list):
        return None
    packages = tuple(item.strip() for item in listed if isinstance(item, str) and item.strip())
    return Requirements(PurePosixPath("pyproject.toml"), packages, all(map(is_exact, packages)))


def _from_conda(folder: Path, path: PurePosixPath) -> Requirements:
    """The list under ``pip:`` alone: conda's own packages are not on PyPI by the same names."""
    packages: list[str] = []
    indent: int | None = None
    for line in read_text(folder, path).splitlines():
        if _CONDA_PIP.match(line):
            indent = len(line) - len(line.lstrip())
        elif indent is not None and (match := _LIST_ITEM.match(line)):
            if len(match["indent"]) <= indent:
                break
            packages.append(match["item"].strip("'\""))
    kept = tuple(package for package in packages if _NAMED.match(package))
    return Requirements(path, kept, all(map(is_exact, kept)))

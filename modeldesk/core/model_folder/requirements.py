"""The Python packages a folder asks for, in whichever of the usual files."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.conda import CONDA_FILES, read_conda
from modeldesk.core.model_folder.manifests.model import Manifest
from modeldesk.core.model_folder.model import Requirements
from modeldesk.core.model_folder.projects import from_pipfile, from_pyproject
from modeldesk.core.model_folder.walk import read_text

_COMMENT = re.compile(r"(^|\s)#.*$")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s+|=|(?=\S))(?P<path>\S+)")
_LOCAL = re.compile(r"(?:-e|--editable)[\s=]|\.{1,2}(?:/|$)|file:|[^\s@]+@\s*(?:file:|\.)")
_EXACT = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*===?\s*[^\s*,;]+\s*(?:;.*)?")
_DIRECT = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*@\s*\S*(?:@[0-9a-f]{40}|#sha256=\S+|\.whl)")
_NAMED = re.compile(r"[A-Za-z0-9]")
_HASH = re.compile(r"\s--hash=\S+")
_REQUIREMENTS = ("requirements.txt", "requirements.lock", "requirements-prod.txt",
                 "requirements/prod.txt", "requirements/base.txt")  # fmt: skip
_LOCKED = "requirements.lock"
_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "pixi.lock", "conda-lock.yml",
          "pylock.toml")  # fmt: skip
_MOST_INCLUDES = 10
_MOST_PACKAGES = 5_000


def find_requirements(
    folder: Path, names: frozenset[str], manifests: Iterable[Manifest] = ()
) -> Requirements | None:
    """What a manifest at the top names or lists, else the first of requirements.txt,
    pyproject.toml, Pipfile and conda's files among `names` (paths in the folder), else what a
    manifest in a folder of its own names. None when there is none of them."""
    manifests = tuple(manifests)
    found = (
        _from_manifests(folder, names, (one for one in manifests if one.at_top))
        or _from_usual(folder, names)
        or _from_manifests(folder, names, (one for one in manifests if not one.at_top))
    )
    locks = tuple(PurePosixPath(name) for name in _LOCKS if name in names)
    return replace(found, locks=locks) if found and locks else found


def is_exact(requirement: str) -> bool:
    """Whether it always installs the same version."""
    return bool(_EXACT.fullmatch(requirement) or _DIRECT.match(requirement))


def logical_lines(text: str) -> Iterator[str]:
    """The lines of a requirements file without comments and hashes, continued ones as one."""
    for line, _ in _lines(text):
        yield line


def _from_manifests(
    folder: Path, names: frozenset[str], manifests: Iterable[Manifest]
) -> Requirements | None:
    for manifest in manifests:
        if (path := manifest.requirements) is not None:
            if path.suffix in (".yaml", ".yml"):
                return _from_conda(folder, path)
            return _from_requirements(folder, path, names)
        if manifest.packages:
            return _listed(manifest.path, manifest.packages)
    return None


def _from_usual(folder: Path, names: frozenset[str]) -> Requirements | None:
    if locked := _from_lock(folder, names):
        return locked
    for name in _REQUIREMENTS:
        if name in names:
            return _from_requirements(folder, PurePosixPath(name), names)
    for name, read in (("pyproject.toml", from_pyproject), ("Pipfile", from_pipfile)):
        if name in names and (packages := read(folder)) is not None:
            return _listed(PurePosixPath(name), packages)
    for name in CONDA_FILES:
        if name in names:
            return _from_conda(folder, PurePosixPath(name))
    return None


def _from_lock(folder: Path, names: frozenset[str]) -> Requirements | None:
    """A lock beside the list it was made of, when it has every package with its hashes."""
    if _LOCKED not in names or _REQUIREMENTS[0] not in names:
        return None
    locked = _from_requirements(folder, PurePosixPath(_LOCKED), names)
    if not locked.hashed or not locked.pinned or locked.needs_folder:
        return None
    own = _from_requirements(folder, PurePosixPath(_REQUIREMENTS[0]), names)
    if not own.names <= locked.names:
        return None  # made of another list
    return replace(locked, replaces=(own.path, *own.includes))


def _listed(path: PurePosixPath, packages: Iterable[str]) -> Requirements:
    kept = tuple(one for one in packages if _NAMED.match(one))
    return Requirements(path, kept, all(map(is_exact, kept)))


def _from_requirements(folder: Path, path: PurePosixPath, names: frozenset[str]) -> Requirements:
    packages: list[str] = []
    includes: list[PurePosixPath] = []
    needs_folder = False
    hashed = 0
    pending = [path]
    while pending and len(includes) <= _MOST_INCLUDES:
        current = pending.pop(0)
        for line, has_hash in _lines(read_text(folder, current)):
            if match := _INCLUDE.match(line):
                included = PurePosixPath(_normal(str(current.parent / match["path"])))
                if str(included) in names and included not in (path, *includes):
                    includes.append(included)
                    if not line.startswith(("-c", "--constraint")):
                        pending.append(included)
            elif _LOCAL.match(line):
                needs_folder = True
            elif _NAMED.match(line) and len(packages) < _MOST_PACKAGES:
                packages.append(line)
                hashed += has_hash
    pinned = all(map(is_exact, packages))
    return Requirements(
        path, tuple(packages), pinned, tuple(includes), needs_folder, 0 < hashed == len(packages)
    )


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Logical lines without comments and hashes, and whether there were hashes."""
    joined = re.sub(r"\\\r?\n", " ", text)
    for line in joined.splitlines():
        bare, hashes = _HASH.subn("", _COMMENT.sub("", line))
        if kept := bare.strip():
            yield kept, bool(hashes)


def _normal(path: str) -> str:
    """The path without ``..``; one that leaves the folder stays recognisably foreign."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "."


def _from_conda(folder: Path, path: PurePosixPath) -> Requirements:
    """The list under ``pip:`` for pip; conda's own packages are not on PyPI by the same names."""
    environment = read_conda(folder, path)
    return replace(_listed(path, environment.pip), conda=environment.conda)

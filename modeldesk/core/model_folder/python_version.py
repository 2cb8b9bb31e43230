"""Which Python a folder asks for, by the first file that says so."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from modeldesk.core.model_folder.conda import CONDA_FILES, read_conda
from modeldesk.core.model_folder.documents import one_line, read_toml, text
from modeldesk.core.model_folder.manifests.model import Manifest, python_of
from modeldesk.core.model_folder.model import Finding, PythonVersion, Severity
from modeldesk.core.model_folder.walk import read_text
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_LONGEST = 4096
_LINE = re.compile(r"(?:python-|cpython-)?(?P<version>\d{1,2}\.\d{1,3}(?:\.\d{1,4})?)")
_RANGE = re.compile(r"[0-9.,<>=!~^* |]{1,80}")


def find_python(
    folder: Path, names: frozenset[str], manifests: Iterable[Manifest]
) -> tuple[PythonVersion | None, tuple[Finding, ...]]:
    """The version that the folder asks for, and a finding where two of its files disagree. A
    manifest has the first word, then files for nothing else, then projects'; a range comes
    last."""
    said = [one.python for one in manifests if one.python is not None]
    said += _named(folder, names)
    said.sort(key=lambda one: one.is_range)
    if not said:
        return None, ()
    first = said[0]
    other = next((one for one in said[1:] if not _agree(first, one)), None)
    if other is None:
        return first, ()
    words = tr("{path} asks for Python {version}, {other_path} for {other}. The former is taken; "
               "correct the one that is wrong.", path=printable(str(first.path)),
               version=first.version, other_path=printable(str(other.path)),
               other=other.version)  # fmt: skip
    return first, (Finding(Severity.WARNING, words, other.path),)


def _agree(one: PythonVersion, other: PythonVersion) -> bool:
    """Whether two exact versions are of the same minor version; ranges are not judged."""
    if one.is_range or other.is_range:
        return True
    return one.version.split(".")[:2] == other.version.split(".")[:2]


def _named(folder: Path, names: frozenset[str]) -> Iterator[PythonVersion]:
    for name in (".python-version", "runtime.txt"):
        if name in names and (found := _first_line(folder, name)):
            yield found
    if "Pipfile" in names:
        content = read_toml(folder, "Pipfile")
        for key in ("python_full_version", "python_version"):
            version = text(content, "requires", key)
            if found := python_of(version, PurePosixPath("Pipfile"), f'{key} = "{version}"'):
                yield found
                break
    if "pyproject.toml" in names:
        yield from _of_project(folder)
    for name in CONDA_FILES:
        if name in names and (found := read_conda(folder, PurePosixPath(name)).python):
            yield found


def _first_line(folder: Path, name: str) -> PythonVersion | None:
    for line in read_text(folder, name, _LONGEST).splitlines():
        if (line := line.strip()) and not line.startswith("#"):
            match = _LINE.fullmatch(line)
            return PythonVersion(match["version"], PurePosixPath(name), line) if match else None
    return None


def _of_project(folder: Path) -> Iterator[PythonVersion]:
    content = read_toml(folder, "pyproject.toml")
    for keys in (("project", "requires-python"), ("tool", "poetry", "dependencies", "python")):
        version = text(content, *keys)
        if version and _RANGE.fullmatch(version):
            path = PurePosixPath("pyproject.toml")
            exact = version.removeprefix("==").strip()
            evidence = f'{keys[-1]} = "{one_line(version)}"'
            yield python_of(exact, path, evidence) or PythonVersion(version, path, evidence)
            return

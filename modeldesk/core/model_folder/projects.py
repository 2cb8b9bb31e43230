"""The packages that pyproject.toml (also Poetry's) and a Pipfile ask for, as pip writes them."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from modeldesk.core.model_folder.documents import Document, inside, read_toml, table, text

_POETRY = re.compile(r"(?P<sign>\^|~|)\s*(?P<version>\d+(?:\.\d+){0,3})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SPECIFIERS = re.compile(r"[0-9A-Za-z.,<>=!~*+ ]+")
_MOST = 2_000


def from_pyproject(folder: Path) -> tuple[str, ...] | None:
    """The dependencies of the project; None where none are listed."""
    content = read_toml(folder, "pyproject.toml")
    listed = inside(content, "project", "dependencies")
    if isinstance(listed, list):
        return tuple(
            item.strip() for item in listed[:_MOST] if isinstance(item, str) and item.strip()
        )
    poetry = table(content, "tool", "poetry", "dependencies")
    return tuple(_written(poetry)) if poetry else None


def from_pipfile(folder: Path) -> tuple[str, ...] | None:
    """The packages of a Pipfile; None where none are listed."""
    packages = table(read_toml(folder, "Pipfile"), "packages")
    return tuple(_written(packages)) if packages else None


def _written(packages: Mapping[str, object]) -> Iterator[str]:
    for name, value in list(packages.items())[:_MOST]:
        if name.lower() == "python" or not _NAME.fullmatch(name):
            continue
        wanted = value if isinstance(value, str) else text(value, "version")
        if isinstance(value, Mapping) and not wanted:
            if source := _from_git(value):
                yield f"{name} @ {source}"
            continue
        extras = _extras(value)
        yield f"{name}{extras}{_specifier(wanted)}"


def _extras(value: object) -> str:
    listed = inside(value, "extras")
    names = (
        [one for one in listed if isinstance(one, str) and _NAME.fullmatch(one)]
        if isinstance(listed, list)
        else []
    )
    return f"[{','.join(names)}]" if names else ""


def _from_git(value: Document) -> str:
    address = text(value, "git")
    revision = text(value, "rev") or text(value, "tag") or text(value, "ref")
    return f"git+{address}@{revision}" if address and revision else ""


def _specifier(wanted: str) -> str:
    """``^1.2`` → ``>=1.2,<2``; ``1.2`` → ``==1.2``; ``*`` → nothing."""
    wanted = wanted.strip()
    match = _POETRY.fullmatch(wanted)
    if match is None:
        return wanted if _SPECIFIERS.fullmatch(wanted) and wanted != "*" else ""
    version = match["version"]
    if not match["sign"]:
        return f"=={version}"
    parts = [int(part[:9]) for part in version.split(".")]
    at = min(1, len(parts) - 1)
    if match["sign"] == "^":
        at = next((number for number, part in enumerate(parts) if part), len(parts) - 1)
    above = ".".join(map(str, [*parts[:at], parts[at] + 1]))
    return f">={version},<{above}"

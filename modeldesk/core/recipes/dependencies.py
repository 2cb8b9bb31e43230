"""How a folder's Python packages get into an image."""

import json
import re
from collections.abc import Iterator

from modeldesk.core.model_folder.model import Requirements
from modeldesk.core.recipes.choice import Form
from modeldesk.core.recipes.copies import Copy
from modeldesk.core.words import tr

_PLAIN = re.compile(r"[A-Za-z0-9._/-]+")
_LISTS = (".txt", ".lock")
_CACHE = "--mount=type=cache,target=/root/.cache/pip"


def has_any(requirements: Requirements | None) -> bool:
    """Whether there is something to install."""
    return requirements is not None and bool(requirements.packages or requirements.needs_folder)


def requirement_copies(requirements: Requirements) -> Iterator[str]:
    """The COPYs of the files that pip is given."""
    if requirements.path.suffix not in _LISTS:
        return
    by_folder: dict[str, list[str]] = {}
    for path in (requirements.path, *requirements.includes):
        target = "./" if str(path.parent) == "." else f"./{path.parent}/"
        by_folder.setdefault(target, []).append(str(path))
    for target, paths in by_folder.items():
        yield Copy(tuple(paths), target).instruction()


def install(requirements: Requirements, form: Form, environment: str = "") -> Iterator[str]:
    """The lines that install the packages, into a virtual environment where one is named."""
    flag = f"{_CACHE} " if form is Form.BUILDKIT else ""
    words = ["pip", *(("--python", environment) if environment else ()), "install"]
    if form is Form.CLASSIC:
        words.append("--no-cache-dir")
    if not requirements.pinned and requirements.path.suffix not in _LISTS:
        # Versions are the person's to choose; the window offers to lock them.
        yield "# hadolint ignore=DL3013"
    yield _run(requirements, words, flag)
    if requirements.unhashed:
        # What they need is there already, in its locked version.
        yield "# hadolint ignore=DL3013,DL3059"
        yield _exec([*words, *requirements.unhashed], flag)


def install_and_keep_downloads(requirements: Requirements) -> str:
    """The RUN as it is first written, which leaves what pip downloads in the image."""
    return _run(requirements, ["pip", "install"])


def _run(requirements: Requirements, words: list[str], flag: str = "") -> str:
    path = str(requirements.path)
    if requirements.path.suffix not in _LISTS:
        return _exec([*words, *requirements.packages], flag)
    hashes = ("--require-hashes",) if requirements.replaces else ()
    listed = [*words, *hashes, "-r", path]
    return f"RUN {flag}{' '.join(listed)}" if _PLAIN.fullmatch(path) else _exec(listed, flag)


def _exec(words: list[str], flag: str) -> str:
    """No shell reads what a folder says."""
    return f"RUN {flag}{json.dumps(words, ensure_ascii=False)}"


def notes_on_requirements(requirements: Requirements | None, has_server: bool) -> Iterator[str]:
    """Sentences about what is installed. `has_server` tells whether the program needs a package
    to serve."""
    if requirements is None:
        if has_server:
            yield tr("There is no requirements.txt, so no package is installed.")
    elif not has_any(requirements):
        yield tr("{path} names no package, so nothing is installed.", path=requirements.path)
    elif requirements.path.suffix not in _LISTS:
        yield tr("The packages are those that {path} lists.", path=requirements.path)

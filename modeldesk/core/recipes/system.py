"""Packages of the operating system: those that a manifest asks for, and tools that packages of
Python need while they are installed."""

import re
from collections.abc import Iterable, Iterator

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes.base import Family
from modeldesk.core.text import printable
from modeldesk.core.words import tr

# A version may follow, as apt and apk write it. A name that begins with a dash is an option.
_NAME = re.compile(r"[a-z0-9][a-z0-9.+-]*(?:=[A-Za-z0-9.:~+-]+)?")
_COMPILED = frozenset(
    {"annoy", "dlib", "fasttext", "hnswlib", "insightface", "llama-cpp-python", "nmslib"}
)
"""Packages that PyPI has no wheels of."""
_ON_ALPINE = {"libgomp1": "libgomp"}
"""Names there of what generated servers ask for by Debian's."""
_WITH_CMAKE = frozenset({"dlib", "llama-cpp-python"})


def needed(folder: ModelFolder, family: Family) -> tuple[str, ...]:
    """The packages that the model runs with: those the folder asks for, by names that can be
    written in a Dockerfile, and what compiled packages of Python are linked with."""
    if family is Family.DISTROLESS:
        return ()
    linked: tuple[str, ...] = ()
    if _compiles(folder, family):
        linked = ("libgomp", "libstdc++") if family is Family.ALPINE else ("libgomp1",)
    # Programs are started by the name python, which Ubuntu's has not by itself.
    own = ("python3", "python-is-python3") if family is Family.CUDA else ()
    named = _named(folder)
    if family is Family.ALPINE:
        named = tuple(_ON_ALPINE.get(name, name) for name in named)
    return (*own, *named, *linked)


def tools(folder: ModelFolder, family: Family) -> tuple[str, ...]:
    """What it takes to install the folder's Python packages, and not to run them."""
    requirements = folder.requirements
    if requirements is None:
        return ()
    found: list[str] = []
    if family is Family.CUDA and (requirements.packages or requirements.needs_folder):
        found.append("python3-venv")
    if _compiles(folder, family):
        found.append("build-base" if family is Family.ALPINE else "build-essential")
        if family is Family.CUDA:
            found.append("python3-dev")
    if requirements.names & _WITH_CMAKE:
        found.append("cmake")
    if any("git+" in package for package in requirements.packages):
        found.append("git")
    return tuple(found)


def _compiles(folder: ModelFolder, family: Family) -> bool:
    """Whether a compiler is wanted. On Alpine any package may want one."""
    requirements = folder.requirements
    if requirements is None or not requirements.packages:
        return False
    return family is Family.ALPINE or bool(requirements.names & _COMPILED)


def _named(folder: ModelFolder) -> tuple[str, ...]:
    return tuple(name for name in folder.system_packages if _NAME.fullmatch(name))


def install(names: Iterable[str], family: Family) -> Iterator[str]:
    """The lines that install them; none when there is nothing to install."""
    words = " ".join(dict.fromkeys(names))
    if not words:
        return
    # Pinning is advised, but Debian and Alpine drop old versions, and then nothing builds.
    if family is Family.ALPINE:
        yield "# hadolint ignore=DL3018"
        yield f"RUN apk add --no-cache {words}"
    else:
        yield "# hadolint ignore=DL3008"
        yield (
            "RUN apt-get update \\\n"
            f"    && apt-get install -y --no-install-recommends {words} \\\n"
            "    && rm -rf /var/lib/apt/lists/*"
        )


def notes_on_system(folder: ModelFolder, family: Family) -> Iterator[str]:
    """Sentences about them."""
    names = _named(folder) if family is not Family.DISTROLESS else ()
    if names:
        shown = ", ".join(names[:8])
        yield tr("Packages of the operating system are installed: {names}.", names=shown)
        if family is Family.ALPINE:
            yield tr("They may have other names on Alpine.")
    odd = [name for name in folder.system_packages if not _NAME.fullmatch(name)]
    if odd:
        shown = ", ".join(printable(name)[:60] for name in odd[:8])
        yield tr("Left out, as these are not names of packages: {names}.", names=shown)

"""The kinds of base images to choose from, and what each would mean for a folder."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes import musl
from modeldesk.core.recipes.pythons import lowest_fitting
from modeldesk.core.words import tr

_PYTHON = 11
"""The minor version of Python 3 that is taken where a folder asks for none."""
_PYTHONS = range(8, 15)
"""Minor versions that there are images of, and that know all that a recipe asks of Python."""


class BaseKind(Enum):
    """What people call a base image by."""

    SLIM = "slim"
    ALPINE = "alpine"
    DISTROLESS = "distroless"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class Ground:
    """An image that has a Python."""

    image: str
    python: int
    """The minor version of Python 3."""
    built_on: str = ""
    """Where packages are installed for it, when nothing can be run in it: the same Python on the
    same C library."""


_DISTROLESS = (
    Ground("gcr.io/distroless/python3-debian12:nonroot", 11, "python:3.11-slim-bookworm"),
    Ground("gcr.io/distroless/python3-debian13:nonroot", 13, "python:3.13-slim-trixie"),
    Ground("gcr.io/distroless/python3-debian11:nonroot", 9, "python:3.9-slim-bullseye"),
)
_CUDA = (
    Ground("nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04", 12),
    Ground("nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04", 10),
)


def image_of(kind: BaseKind, folder: ModelFolder) -> str:
    """The image of a kind with the Python that the folder asks for, else with the nearest there
    is; `notes_on_base` says where it is another."""
    match kind:
        case BaseKind.SLIM:
            return f"python:3.{_wanted(folder, _PYTHONS, _PYTHON)}-slim"
        case BaseKind.ALPINE:
            return f"python:3.{_wanted(folder, _PYTHONS, _PYTHON)}-alpine"
        case BaseKind.DISTROLESS:
            return _ground(folder, _DISTROLESS).image
        case BaseKind.CUDA:
            return _ground(folder, _CUDA).image


def python_of(repository: str, tag: str) -> int | None:
    """The minor version of Python 3 in a distroless or CUDA image; None when it is not known."""
    for ground in (*_DISTROLESS, *_CUDA):
        name, _, end = ground.image.rpartition(":")
        # CUDA's images bring no Python: it is Ubuntu's, whose version ends the tag.
        told = ground in _DISTROLESS or tag.endswith(end.rpartition("-")[2])
        if told and repository.endswith(name.rpartition("/")[2]):
            return ground.python
    return None


def builder_of(repository: str) -> str:
    """Where packages are installed for a distroless image: Python's own image with the same
    version on the same Debian."""
    for ground in _DISTROLESS:
        if repository.endswith(ground.image.rpartition(":")[0].rpartition("/")[2]):
            return ground.built_on
    return _DISTROLESS[0].built_on


def consequence(kind: BaseKind, folder: ModelFolder) -> str:
    """What follows from choosing it, in one or two short sentences."""
    return _CONSEQUENCES[kind](folder)


def _slim(folder: ModelFolder) -> str:
    if folder.gpu is not None and folder.gpu.needed:
        return tr("Debian with Python: all wheels load. The model wants a GPU: packages such as "
                  "torch bring CUDA along, others need the CUDA base.")  # fmt: skip
    return tr("Debian with Python: all wheels load, and there is a shell.")


def _alpine(folder: ModelFolder) -> str:
    return musl.said(folder) or tr("About 80 MB smaller than slim. It has musl in place of glibc; "
                                   "no package here is known to mind.")  # fmt: skip


def _distroless(_folder: ModelFolder) -> str:
    return tr("No shell and no package manager: less to attack, and no docker exec to look "
              "around. Packages are installed in a stage before; packages of the operating "
              "system can’t be added.")  # fmt: skip


def _cuda(folder: ModelFolder) -> str:
    said = tr("CUDA 12 and cuDNN: 1 to 2 GB more to pull. Whoever runs it needs NVIDIA’s driver "
              "525 or newer and its container toolkit.")  # fmt: skip
    if folder.gpu is None or not folder.gpu.needed:
        in_vain = tr("Nothing in the folder asks for a GPU.")
        return f"{said} {in_vain}"
    return said


_CONSEQUENCES: dict[BaseKind, Callable[[ModelFolder], str]] = {
    BaseKind.SLIM: _slim,
    BaseKind.ALPINE: _alpine,
    BaseKind.DISTROLESS: _distroless,
    BaseKind.CUDA: _cuda,
}


def _wanted(folder: ModelFolder, offered: range, preferred: int) -> int:
    if folder.python is None:
        return preferred
    found = lowest_fitting(folder.python.version, offered, preferred)
    return preferred if found is None else found


def _ground(folder: ModelFolder, grounds: tuple[Ground, ...]) -> Ground:
    first = grounds[0]
    if folder.python is None:
        return first
    offered = [ground.python for ground in grounds]
    found = lowest_fitting(folder.python.version, offered, first.python)
    return next((ground for ground in grounds if ground.python == found), first)

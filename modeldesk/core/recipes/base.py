"""The image that a proposed Dockerfile starts from."""

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum, auto

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.references import Reference
from modeldesk.core.settings import DEFAULT_BASE_IMAGE
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_TAGGED = re.compile(r"3\.(?P<minor>\d+)(?P<rest>(?:\.\d+)?(?:-.+)?)")
_CLAUSE = re.compile(
    r"(?P<sign>>=|<=|==|!=|~=|>|<|=|)\s*3(?:\.(?P<minor>\d+|\*))?(?P<rest>[\w.*]*)"
)
_PYTHONS = range(8, 15)
"""Minor versions that there are images of, and that know all that a recipe asks of Python."""
_WITH_CUDA = re.compile(r"cuda|nvidia|gpu|rocm|pytorch/pytorch")


class Family(Enum):
    """What a base image is made of."""

    DEBIAN = auto()
    """Debian, Ubuntu, and all that is not known to be something else."""
    ALPINE = auto()
    DISTROLESS = auto()


def family_of(base: Reference) -> Family:
    """By its name, as nothing else is known of an image that may not be here."""
    name = f"{base.repository}:{base.tag}"
    if "alpine" in name:
        return Family.ALPINE
    return Family.DISTROLESS if "distroless" in base.name else Family.DEBIAN


def base_for(folder: ModelFolder, base_image: str) -> Reference:
    """`base_image`; where it is the settings' default, in the Python that the folder asks for.

    Raises `InvalidReference`.
    """
    base = Reference.parse(base_image)
    if folder.python is None or base_image != DEFAULT_BASE_IMAGE:
        return base
    own = _minor(base)
    wanted = _wanted(folder.python.version, own)
    if wanted is None or wanted == own or own is None:
        return base
    return replace(base, tag=base.tag.replace(f"3.{own}", f"3.{wanted}", 1))


def notes_on_base(folder: ModelFolder, base: Reference, base_image: str) -> Iterator[str]:
    """Sentences about what the base image means for the folder."""
    if "python" not in base.repository:
        yield tr("Python is expected in {base}.", base=base)
    if not base.digest and base.tag in ("", "latest"):
        yield tr("{base} changes over time. A tag with a version keeps builds alike.", base=base)
    yield from _note_on_python(folder, base, base_image)
    if family_of(base) is Family.ALPINE:
        yield tr("Alpine has musl in place of glibc: packages without a musllinux wheel are "
                 "compiled, which can take long.")  # fmt: skip
    if family_of(base) is Family.DISTROLESS:
        yield tr("{base} has no shell, so nothing can be run or installed in it while it is built. "
                 "Choose a slim base image in the settings, or write the Dockerfile yourself.",
                 base=base)  # fmt: skip
    gpu = folder.gpu
    if gpu is not None and gpu.needed and not _WITH_CUDA.search(str(base)):
        yield tr("The model wants a GPU ({path}), and {base} has no CUDA. Packages such as torch "
                 "bring their own; others need a base image with it, such as nvidia/cuda with "
                 "Python.", path=printable(str(gpu.path)), base=base)  # fmt: skip


def _note_on_python(folder: ModelFolder, base: Reference, base_image: str) -> Iterator[str]:
    python = folder.python
    if python is None:
        return
    path, version = printable(str(python.path)), printable(python.version)[:40]
    own = _minor(base)
    if base != Reference.parse(base_image):
        yield tr("The base image is {base}, as {path} asks for Python {version}.",
                 base=base, path=path, version=version)  # fmt: skip
    elif own is not None and _wanted(python.version, own) != own:
        yield tr("{path} asks for Python {version}, and the base image is {base}.",
                 path=path, version=version, base=base)  # fmt: skip


def _minor(base: Reference) -> int | None:
    """The 11 of ``python:3.11-slim``; None for what is not Python's own image."""
    match = _TAGGED.fullmatch(base.tag) if base.repository.endswith("python") else None
    return int(match["minor"]) if match else None


def _wanted(version: str, own: int | None) -> int | None:
    """The minor version of Python 3 to take: `own` where it will do, else the lowest that does;
    None when there is none, or `version` can't be read."""
    clauses = [_CLAUSE.fullmatch(part.strip()) for part in version.split(",") if part.strip()]
    if not clauses:
        return own
    fitting = [
        minor
        for minor in _PYTHONS
        if all(match is not None and _fits(match, minor) for match in clauses)
    ]
    if own in fitting:
        return own
    return fitting[0] if fitting else None


def _fits(clause: re.Match[str], minor: int) -> bool:
    """Whether some release of 3.`minor` satisfies the clause."""
    if clause["minor"] in (None, "*"):
        return clause["sign"] not in ("<", ">", "!=")
    named, patch = int(clause["minor"]), clause["rest"]
    match clause["sign"]:
        case ">=":
            return minor >= named
        case ">":
            return minor > named or (minor == named and bool(patch))
        case "<=":
            return minor <= named
        case "<":
            return minor < named or (minor == named and patch not in ("", ".0"))
        case "~=":
            return minor == named if patch else minor >= named
        case "!=":
            return minor != named or patch not in ("", ".*")
        case _:
            return minor == named

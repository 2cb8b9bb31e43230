"""The image that a proposed Dockerfile starts from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum, auto

from modeldesk.core.model_folder.model import ModelFolder
from modeldesk.core.recipes import kinds, musl
from modeldesk.core.recipes.choice import RecipeChoice
from modeldesk.core.recipes.kinds import BaseKind
from modeldesk.core.recipes.pythons import lowest_fitting
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.settings import DEFAULT_BASE_IMAGE
from modeldesk.core.text import printable
from modeldesk.core.words import tr

_TAGGED = re.compile(r"3\.(?P<minor>\d+)(?P<rest>(?:\.\d+)?(?:-.+)?)")
_PYTHONS = range(8, 15)
"""Minor versions that there are images of, and that know all that a recipe asks of Python."""
_WITH_CUDA = re.compile(r"cuda|nvidia|gpu|rocm|pytorch/pytorch")


class Family(Enum):
    """What a base image is made of."""

    DEBIAN = auto()
    """Debian, Ubuntu, and all that is not known to be something else."""
    ALPINE = auto()
    DISTROLESS = auto()
    """Debian's Python, without a shell."""
    CUDA = auto()
    """Ubuntu with CUDA and without Python."""


def family_of(base: Reference) -> Family:
    """By its name, as nothing else is known of an image that may not be here."""
    name = f"{base.repository}:{base.tag}"
    if "alpine" in name:
        return Family.ALPINE
    if f"/{base.repository}".endswith("/nvidia/cuda"):
        return Family.CUDA
    return Family.DISTROLESS if "distroless" in base.name else Family.DEBIAN


def kind_of(base: Reference) -> BaseKind | None:
    """What people call it; None for an image of no such kind."""
    match family_of(base):
        case Family.ALPINE:
            return BaseKind.ALPINE
        case Family.DISTROLESS:
            return BaseKind.DISTROLESS
        case Family.CUDA:
            return BaseKind.CUDA
        case Family.DEBIAN:
            is_slim = base.repository.endswith("python") and "slim" in base.tag
            return BaseKind.SLIM if is_slim else None


def base_for(folder: ModelFolder, choice: RecipeChoice) -> Reference:
    """The image of the kind that was chosen, else the one that was named; where that is the
    settings' default, in the Python that the folder asks for. As it is written in the Dockerfile:
    at the mirror, and by its digest where that is known.

    Raises `InvalidReference`.
    """
    return _placed(_chosen(folder, choice), choice)


def builder_for(base: Reference, choice: RecipeChoice) -> Reference:
    """Where packages are installed for `base`: there, unless nothing can be run in it."""
    if family_of(base) is not Family.DISTROLESS:
        return base
    return _placed(Reference.parse(kinds.builder_of(base.repository)), choice)


def images_of(folder: ModelFolder, choice: RecipeChoice) -> Iterator[Reference]:
    """Every image that the Dockerfile names, that of the last stage first. Raises
    `InvalidReference`."""
    base = base_for(folder, choice)
    builder = builder_for(base, choice)
    yield base
    if builder != base and (choice.reproducible or _installs(folder)):
        yield builder


def mirrored(base: Reference, mirror: str) -> Reference:
    """The image as the mirror of Docker Hub has it; those of other registries stay. A mirror that
    ends in ``/library`` has only Docker's own images there, and the others beside it.

    Raises `InvalidReference`."""
    mirror = mirror.strip().strip("/")
    if not mirror or base.registry != DEFAULT_REGISTRY:
        return base
    if "/" in base.repository:
        mirror = mirror.removesuffix("/library")
    place = Reference.parse(f"{mirror}/{base.repository}")
    return replace(base, registry=place.registry, repository=place.repository)


def pinned(base: Reference, digests: Mapping[str, str]) -> Reference:
    """With its digest beside the tag, where it is known and not written already."""
    digest = digests.get(str(base), "")
    return replace(base, digest=digest) if digest and not base.digest else base


def notes_on_base(folder: ModelFolder, base: Reference, choice: RecipeChoice) -> Iterator[str]:
    """Sentences about what the base image means for the folder."""
    family = family_of(base)
    if "python" not in base.repository and family is not Family.CUDA:
        yield tr("Python is expected in {base}.", base=base)
    if not base.digest and base.tag in ("", "latest"):
        yield tr("{base} changes over time. A tag with a version keeps builds alike.", base=base)
    yield from _note_on_python(folder, base, choice)
    if family is Family.ALPINE:
        yield tr("Alpine has musl in place of glibc: packages without a musllinux wheel are "
                 "compiled, which can take long.")  # fmt: skip
        if said := musl.said(folder):
            yield said
    if family is Family.DISTROLESS:
        yield from _notes_on_distroless(folder, base, choice)
    if family is Family.CUDA:
        yield kinds.consequence(BaseKind.CUDA, folder)
    gpu = folder.gpu
    if gpu is not None and gpu.needed and not _WITH_CUDA.search(str(base)):
        yield tr("The model wants a GPU ({path}), and {base} has no CUDA. Packages such as torch "
                 "bring their own; others need a base image with it, such as nvidia/cuda with "
                 "Python.", path=printable(str(gpu.path)), base=base)  # fmt: skip


def _notes_on_distroless(
    folder: ModelFolder, base: Reference, choice: RecipeChoice
) -> Iterator[str]:
    yield tr("{base} has no shell: nothing can be run in it, not by docker exec either.",
             base=replace(base, digest=""))  # fmt: skip
    if _installs(folder):
        builder = replace(builder_for(base, choice), digest="")
        yield tr("Packages are installed in a stage on {builder}, which has the same Python.",
                 builder=builder)  # fmt: skip
    if folder.system_packages:
        names = ", ".join(printable(name)[:60] for name in folder.system_packages[:8])
        yield tr("Packages of the operating system can’t be added to it, so these are missing: "
                 "{names}.", names=names)  # fmt: skip


def _installs(folder: ModelFolder) -> bool:
    requirements = folder.requirements
    return requirements is not None and bool(requirements.packages or requirements.needs_folder)


def _chosen(folder: ModelFolder, choice: RecipeChoice) -> Reference:
    if choice.kind is not None:
        # The settings' own image of the kind has the first word, if it is one.
        named = Reference.parse(choice.base_image)
        if kind_of(named) is not choice.kind or choice.base_image == DEFAULT_BASE_IMAGE:
            return Reference.parse(kinds.image_of(choice.kind, folder))
        return named
    base = Reference.parse(choice.base_image)
    if folder.python is None or choice.base_image != DEFAULT_BASE_IMAGE:
        return base
    own = minor_of(base)
    wanted = lowest_fitting(folder.python.version, _PYTHONS, own)
    if wanted is None or wanted == own or own is None:
        return base
    return replace(base, tag=base.tag.replace(f"3.{own}", f"3.{wanted}", 1))


def _placed(base: Reference, choice: RecipeChoice) -> Reference:
    return pinned(mirrored(base, choice.mirror), choice.digests)


def _note_on_python(folder: ModelFolder, base: Reference, choice: RecipeChoice) -> Iterator[str]:
    python = folder.python
    if python is None:
        return
    path, version = printable(str(python.path)), printable(python.version)[:40]
    own = minor_of(base)
    shown = replace(base, digest="") if base.tag else base
    differs = own is not None and lowest_fitting(python.version, _PYTHONS, own) != own
    if differs:
        yield tr("{path} asks for Python {version}, and the base image is {base}.",
                 path=path, version=version, base=shown)  # fmt: skip
    elif own is not None and own != _usual(choice):
        yield tr("The base image is {base}, as {path} asks for Python {version}.",
                 base=shown, path=path, version=version)  # fmt: skip


def _usual(choice: RecipeChoice) -> int | None:
    """The Python that would be in the base image of a folder that asks for none."""
    if choice.kind is None:
        return minor_of(Reference.parse(choice.base_image))
    return None


def minor_of(base: Reference) -> int | None:
    """The 11 of ``python:3.11-slim``; None for an image whose Python is not known."""
    if base.repository.endswith("python"):
        match = _TAGGED.fullmatch(base.tag)
        return int(match["minor"]) if match else None
    return kinds.python_of(base.repository, base.tag)

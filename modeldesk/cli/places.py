"""From what a person writes to an image, wherever it is: an archive, the engine, a registry."""

import re
from pathlib import Path

from modeldesk.cli.session import Session
from modeldesk.core.contents.model import (
    ArchiveImage,
    EngineImage,
    Place,
    RegistryImage,
)
from modeldesk.core.errors import (
    EngineNotPermitted,
    EngineTooOld,
    EngineUnavailable,
    InvalidInput,
    InvalidReference,
    NotFound,
)
from modeldesk.core.library.find import find_version
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.words import tr

HELP = (
    "repository:tag, model:version, digest or image id; a registry's name of an image that is not "
    "on the engine; or an archive (docker save, OCI layout), with :NAME where it holds several"
)

_LAYOUTS = ("index.json", "manifest.json")
_PATH = re.compile(r"\.{0,2}/.*|.*\.(?:tar(?:\.(?:gz|zst|xz|bz2))?|tgz|tzst)", re.DOTALL)
"""What nobody calls an image on an engine."""
_NO_ENGINE = (EngineUnavailable, EngineNotPermitted, EngineTooOld)


def find_place(session: Session, text: str) -> tuple[Place, int | None]:
    """Where the image is, and how many of its lowest layers are its base image's, where the
    library knows. What exists as a file is an archive, and what is written like a file has to be
    one; then the engine is asked, if there is one; what it has not, and whose name begins with a
    registry, is there."""
    archive = _archive(text)
    if archive is not None:
        return archive, None
    if _PATH.fullmatch(text):
        raise _no_archive(text)
    try:
        snapshot = session.snapshot()
        version = find_version(snapshot, text)
    except (NotFound, *_NO_ENGINE) as error:
        if _names_a_registry(text):
            return RegistryImage(text), None
        if isinstance(error, NotFound):
            error.hint = f"{_registry_hint(text)} {error.hint}".strip()
        raise
    place = EngineImage(session.engine().info.address, version.key.image, text)
    return place, version.base_layers


def _archive(text: str) -> ArchiveImage | None:
    if _is_archive(text):
        return ArchiveImage(Path(text))
    place = text.find(":")
    while place > 0:
        if _is_archive(text[:place]):
            return ArchiveImage(Path(text[:place]), text[place + 1 :])
        place = text.find(":", place + 1)
    return None


def _is_archive(text: str) -> bool:
    """A file, or a folder with an image's layout in it: one that only has a model's name is
    where that model is built."""
    path = Path(text)
    if path.is_dir():
        return any((path / name).is_file() for name in _LAYOUTS)
    return path.is_file()


def _no_archive(text: str) -> NotFound | InvalidInput:
    if Path(text).is_dir():
        return InvalidInput(
            tr("There is no image in the folder {path}.", path=text),
            tr("Open what “docker save” or “skopeo copy” writes, or an OCI layout."),
        )
    return NotFound(
        tr("There is no file {path}.", path=text), tr("Check that it was not moved or renamed.")
    )


def _registry_hint(text: str) -> str:
    """How a name that is on no engine is read where it may be; empty where it is no name."""
    try:
        wanted = Reference.parse(text)
    except InvalidReference:
        return ""
    official = "" if "/" in wanted.repository else "library/"
    return tr(
        "As {name} it is read from its registry.",
        name=f"{DEFAULT_REGISTRY}/{official}{text}",
    )


def _names_a_registry(text: str) -> bool:
    head, slash, _ = text.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        return False
    try:
        Reference.parse(text)
    except InvalidReference:
        return False
    return True

"""From what a person writes to an image, wherever it is: an archive, the engine, a registry."""

from pathlib import Path

from modeldesk.cli.session import Session
from modeldesk.core.contents.bases import KnownImage
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
    InvalidReference,
    NotFound,
)
from modeldesk.core.library.find import find_version
from modeldesk.core.library.known_bases import known_bases
from modeldesk.core.references import Reference

HELP = (
    "repository:tag, model:version, digest or image id; a registry's name of an image that is not "
    "on the engine; or an archive (docker save, OCI layout), with :NAME where it holds several"
)

_LAYOUTS = ("index.json", "manifest.json")
_NO_ENGINE = (EngineUnavailable, EngineNotPermitted, EngineTooOld)


def find_place(session: Session, text: str) -> tuple[Place, tuple[KnownImage, ...]]:
    """Where the image is, and the images that it may stand on. What exists as a file is an
    archive; then the engine is asked, if there is one; what it has not, and whose name begins
    with a registry, is there."""
    archive = _archive(text)
    if archive is not None:
        return archive, ()
    try:
        snapshot = session.snapshot()
        version = find_version(snapshot, text)
    except (NotFound, *_NO_ENGINE):
        if _names_a_registry(text):
            return RegistryImage(text), ()
        raise
    place = EngineImage(session.engine().info.address, version.key.image, text)
    return place, tuple(known_bases(snapshot, version.key.model))


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


def _names_a_registry(text: str) -> bool:
    head, slash, _ = text.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        return False
    try:
        Reference.parse(text)
    except InvalidReference:
        return False
    return True

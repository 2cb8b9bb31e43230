"""From what a person writes to an image, wherever it is: an archive, the engine, a registry."""

from collections.abc import Iterator
from pathlib import Path

from modeldesk.cli.session import Session
from modeldesk.core.contents.bases import KnownImage
from modeldesk.core.contents.model import (
    ArchiveImage,
    EngineImage,
    ImageContents,
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
from modeldesk.core.ids import ModelName
from modeldesk.core.library.find import find_version
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.references import Reference

HELP = (
    "repository:tag, model:version, digest or image id; a registry's name of an image that is not "
    "on the engine; or an archive (docker save, OCI layout), with :NAME where it holds several"
)

_NO_ENGINE = (EngineUnavailable, EngineNotPermitted, EngineTooOld)


def look_inside(session: Session, text: str) -> ImageContents:
    """Everything in the image that `text` means. Raises `NotFound`, `InvalidInput`, and what
    reading it can."""
    place, bases = find_place(session, text)
    return session.contents().read(place, session.job, bases)


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
    return place, tuple(_others(snapshot, version.key.model))


def _archive(text: str) -> ArchiveImage | None:
    whole = Path(text)
    if whole.exists():
        return ArchiveImage(whole)
    place = text.find(":")
    while place > 0:
        path = Path(text[:place])
        if path.exists():
            return ArchiveImage(path, text[place + 1 :])
        place = text.find(":", place + 1)
    return None


def _names_a_registry(text: str) -> bool:
    head, slash, _ = text.partition("/")
    if not slash or not ("." in head or ":" in head or head == "localhost"):
        return False
    try:
        Reference.parse(text)
    except InvalidReference:
        return False
    return True


def _others(snapshot: LibrarySnapshot, model: ModelName) -> Iterator[KnownImage]:
    """Named images of other models: a version does not stand on another of its own."""
    for group in (*snapshot.models, *snapshot.others):
        if group.name and group.name != model:
            for version in group.versions:
                if version.layers is not None:
                    yield KnownImage(
                        str(version.references[0]) if version.references else "",
                        tuple(layer.diff_id for layer in version.layers),
                        frozenset(
                            (version.key.image, *(digest.digest for digest in version.digests))
                        ),
                    )

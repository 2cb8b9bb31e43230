"""The digests of base images, so that a Dockerfile stands on one image for good."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from modeldesk.core.errors import EngineError, RegistryError
from modeldesk.core.images import ImageSummary
from modeldesk.core.jobs import CancelToken
from modeldesk.core.ports import ImageEngine
from modeldesk.core.recipes.ports import ImageRegistry
from modeldesk.core.references import Reference
from modeldesk.core.words import tr


@dataclass(frozen=True, slots=True)
class FoundDigests:
    """What was found out."""

    digests: Mapping[str, str] = field(default_factory=dict)
    """Digest by the image's name as it is written without it."""
    notes: tuple[str, ...] = ()
    """A sentence for each image whose digest is not known."""


def find_digests(
    bases: Iterable[Reference],
    engine: ImageEngine | None,
    registry: ImageRegistry | None,
    token: CancelToken,
) -> FoundDigests:
    """The digests of those of `bases` that have none: of the image that the engine has, which it
    would build with, else of that in the registry. What can't be found out is said and no more.
    Raises `Cancelled`."""
    found: dict[str, str] = {}
    notes: list[str] = []
    for base in bases:
        if base.digest:
            continue
        image = _on_engine(base, engine)
        if image is None:
            digest, note = _in_registry(base, registry, token)
        else:
            digest, note = _of_image(base, image, registry, token)
        if digest:
            found[str(base)] = digest
        elif note:
            notes.append(note)
    return FoundDigests(found, tuple(notes))


def named(base: Reference, images: Iterable[ImageSummary]) -> ImageSummary | None:
    """The image of that name; one without a tag is `latest`."""
    tagged = base if base.tag else base.with_tag("latest")
    return next((image for image in images if tagged in image.tags), None)


def digest_of(base: Reference, image: ImageSummary) -> str:
    """The digest that the engine knows `image` by under the name `base`; empty for none."""
    return next((one.digest for one in image.digests if one.name == base.name), "")


def _of_image(
    base: Reference, image: ImageSummary, registry: ImageRegistry | None, token: CancelToken
) -> tuple[str, str]:
    digest = digest_of(base, image)
    if digest != image.id:
        return digest, "" if digest else _no_digest(base)
    # A containerd store names every image by its digest, wherever it is from, and its builder
    # asks the registry for what is named so.
    confirmed, note = _in_registry(base, registry, token)
    if confirmed == digest:
        return digest, ""
    return "", _another(base) if confirmed else note or _no_digest(base)


def _on_engine(base: Reference, engine: ImageEngine | None) -> ImageSummary | None:
    if engine is None:
        return None
    try:
        return named(base, engine.list_images())
    except EngineError:
        return None


def _in_registry(
    base: Reference, registry: ImageRegistry | None, token: CancelToken
) -> tuple[str, str]:
    if registry is None:
        return "", ""
    try:
        return registry.digest(base, token), ""
    except RegistryError as error:
        return "", tr("The digest of {base} is not known, so it is written by its tag: {reason}",
                      base=base, reason=error.message)  # fmt: skip


def _no_digest(base: Reference) -> str:
    return tr("{base} is on the engine and came from no registry, so it has no digest and is "
              "written by its tag.", base=base)  # fmt: skip


def _another(base: Reference) -> str:
    return tr("{base} on the engine is another image than its registry has now, so it is written "
              "by its tag.", base=base)  # fmt: skip

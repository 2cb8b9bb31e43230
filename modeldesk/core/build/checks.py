"""Whether the names that a build is to give can be given."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.errors import InvalidReference, InvalidVersion
from modeldesk.core.ids import ImageId
from modeldesk.core.images import ImageSummary
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import check_version, is_mutable
from modeldesk.core.versioning.proposals import free_name
from modeldesk.core.words import tr


def check_references(request: BuildRequest) -> None:
    """Raise `InvalidReference` or `InvalidVersion` unless the first reference names a version
    and every other has a tag."""
    if not request.references:
        raise InvalidReference(tr("The image would have no name."), tr("Give it a version."))
    for reference in request.references:
        if not reference.tag or reference.digest:
            raise InvalidReference(
                tr("“{name}” needs a tag and no digest to be built.", name=reference),
                tr("Write it as repository:version."),
            )
    check_version(request.references[0].tag)


def versions_of(request: BuildRequest) -> tuple[Reference, ...]:
    """The references that name this image for good, each once, in the order of names."""
    return tuple(sorted({one for one in request.references if not is_mutable(one.tag)}))


class Holders:
    """What has which name, on the engine and, as far as it was listed, in a registry. Versions
    keep their names; those that move (channels, ``latest``) may be taken."""

    def __init__(self, images: Iterable[ImageSummary], remote: Iterable[RemoteVersion]) -> None:
        self.here: Mapping[Reference, ImageSummary] = {
            tag: image for image in images for tag in image.tags
        }
        self._there = {(one.repository, one.tag): one for one in remote}

    def check(
        self, versions: Iterable[Reference], now: datetime, image: ImageId | None = None
    ) -> None:
        """Raise `InvalidVersion`, with a name that is free, for the first of `versions` that
        another image than `image` has: a version once given is never given again."""
        for reference in versions:
            held = self.here.get(reference)
            there = self._there.get((reference.name, reference.tag))
            if held is not None and held.id != image:
                message = tr(
                    "{name} exists already, and a version is never given to another image.",
                    name=reference,
                )
                raise InvalidVersion(message, self._way_out(reference, now, here=True))
            if there is not None and image not in (there.image, there.digest):
                message = tr(
                    "{name} exists already in the registry, and a version is never given to "
                    "another image.",
                    name=reference,
                )
                raise InvalidVersion(message, self._way_out(reference, now, here=False))

    def _way_out(self, reference: Reference, now: datetime, *, here: bool) -> str:
        taken = {one.tag for one in self.here if one.name == reference.name}
        taken |= {tag for repository, tag in self._there if repository == reference.name}
        free = free_name(reference.tag, taken, now)
        if not free:
            return tr("Choose another version.")
        if here:
            return tr("Choose another version ({tag} is free), or remove that one first.", tag=free)
        return tr("Choose another version; {tag} is free.", tag=free)

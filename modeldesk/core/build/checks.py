"""Whether the names that a build is to give can be given."""

from modeldesk.core.build.model import BuildRequest
from modeldesk.core.errors import InvalidReference, InvalidVersion
from modeldesk.core.ids import ImageId
from modeldesk.core.ports import ImageEngine
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import check_version, is_mutable
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


def existing_images(engine: ImageEngine, request: BuildRequest) -> dict[Reference, ImageId]:
    """The images that have the names now; only names that move (channels, ``latest``) may be
    taken. Raises `InvalidVersion`: a version once given is never given again."""
    wanted = frozenset(request.references)
    found = {tag: image.id for image in engine.list_images() for tag in wanted & {*image.tags}}
    for reference in versions_of(request):
        if reference in found:
            raise InvalidVersion(
                tr(
                    "{name} exists already, and a version is never given to another image.",
                    name=reference,
                ),
                tr("Choose another version, or remove that one first."),
            )
    return found

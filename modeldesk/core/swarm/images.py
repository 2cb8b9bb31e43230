"""What a swarm is told to run for a version, so that each machine runs the same (pure)."""

from modeldesk.core.errors import InvalidReference
from modeldesk.core.images import ImageSummary
from modeldesk.core.references import Reference
from modeldesk.core.releases.model import VersionTarget


def swarm_image(target: VersionTarget, here: ImageSummary | None) -> str:
    """``repository@digest``, where a registry knows the version by one, which any machine can
    pull; else the image's id, which only those can start that have it. `here` is what the engine
    says of the image, None where it has not got it."""
    known = here.digests if here is not None else ()
    own = [one for one in known if one.digest == target.digest]
    for reference in (*own, *known):
        return f"{reference.name}@{reference.digest}"
    if here is None and target.digest != target.image:
        try:
            named = Reference.parse(target.reference)
        except InvalidReference:
            return target.image
        return f"{named.name}@{target.digest}"
    return target.image


def is_of(image: str, target: VersionTarget) -> bool:
    """Whether what a service runs is that version."""
    return image in (target.image, target.digest) or image.endswith(f"@{target.digest}")


def can_be_pulled(image: str) -> bool:
    """Whether it names a repository that machines could pull it from."""
    return "@" in image

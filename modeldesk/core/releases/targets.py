"""A version of the library as something that can be put in service (pure)."""

from modeldesk.core.library.model import Version
from modeldesk.core.releases.model import VersionTarget


def target_of(version: Version) -> VersionTarget:
    """Pinned: by the digest a registry gave, else by the image id, never by a tag."""
    image = version.key.image
    return VersionTarget(
        image=image,
        reference=str(version.references[0]) if version.references else version.name,
        digest=version.digests[0].digest if version.digests else image,
    )

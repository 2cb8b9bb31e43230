"""What to call the images in an archive, so that one of them can be chosen."""

from pathlib import Path

from modeldesk.core.archives.source import images_in
from modeldesk.core.jobs import CancelToken


def names_in(path: Path, token: CancelToken) -> tuple[str, ...]:
    """A name for each image, by which `ArchiveImage` finds it; platforms of one image have one
    name. Raises `ArchiveError`."""
    images = images_in(path, token).images
    return tuple(
        dict.fromkeys(
            image.names[0] if image.names else image.configuration.detail.id for image in images
        )
    )

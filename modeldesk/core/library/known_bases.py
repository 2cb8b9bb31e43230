"""What of a library an image may stand on, for whoever looks into a single image."""

from collections.abc import Iterator

from modeldesk.core.contents.bases import KnownImage
from modeldesk.core.ids import ModelName
from modeldesk.core.library.model import LibrarySnapshot


def known_bases(snapshot: LibrarySnapshot, model: ModelName) -> Iterator[KnownImage]:
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

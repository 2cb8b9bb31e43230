"""What metadata asks of the records."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from modeldesk.core.ids import ImageId
from modeldesk.core.metadata.model import Edit


class MetadataRecords(Protocol):
    """Edits, by the image they are about, wherever they were made. Every method raises
    `RecordsError`."""

    def edits(self, image: ImageId) -> tuple[Edit, ...]:
        """All that are kept of an image, in no order."""
        ...

    def every_edit(self) -> Mapping[ImageId, tuple[Edit, ...]]:
        """All that are kept."""
        ...

    def keep_edits(self, image: ImageId, edits: Iterable[Edit]) -> None:
        """Keep them; what is kept already stays so. On the disk when this returns."""
        ...

    def attached(self, repository: str) -> frozenset[str]:
        """The tags of edits that a repository (with its registry) is known to have, and that are
        kept."""
        ...

    def note_attached(self, repository: str, tags: Iterable[str]) -> None:
        """A repository has these, and they are kept."""
        ...

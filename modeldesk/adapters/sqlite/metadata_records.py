"""Edits of metadata, by image."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.core.errors import InvalidInput
from modeldesk.core.ids import ImageId
from modeldesk.core.metadata.document import edit_id, from_bytes, to_bytes
from modeldesk.core.metadata.model import Edit

logger = logging.getLogger(__name__)


class SqliteMetadataRecords:
    """Implements `MetadataRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def edits(self, image: ImageId) -> tuple[Edit, ...]:
        """See `modeldesk.core.metadata.ports.MetadataRecords`."""
        rows = self._database.read("SELECT content FROM metadata_edit WHERE image = ?", (image,))
        return tuple(edit for (content,) in rows if (edit := _edit(content)))

    def every_edit(self) -> Mapping[ImageId, tuple[Edit, ...]]:
        """See `modeldesk.core.metadata.ports.MetadataRecords`."""
        found: dict[ImageId, list[Edit]] = defaultdict(list)
        for image, content in self._database.read("SELECT image, content FROM metadata_edit"):
            if edit := _edit(content):
                found[ImageId(str(image))].append(edit)
        return {image: tuple(edits) for image, edits in found.items()}

    def keep_edits(self, image: ImageId, edits: Iterable[Edit]) -> None:
        """See `modeldesk.core.metadata.ports.MetadataRecords`."""
        rows = [(image, edit_id(edit), to_bytes(edit)) for edit in edits]
        if rows:
            with self._database.writing(durable=True) as connection:
                connection.executemany("INSERT OR IGNORE INTO metadata_edit VALUES (?, ?, ?)", rows)

    def attached(self, repository: str) -> frozenset[str]:
        """See `modeldesk.core.metadata.ports.MetadataRecords`."""
        rows = self._database.read(
            "SELECT tag FROM metadata_attached WHERE repository = ?", (repository,)
        )
        return frozenset(str(tag) for (tag,) in rows)

    def note_attached(self, repository: str, tags: Iterable[str]) -> None:
        """See `modeldesk.core.metadata.ports.MetadataRecords`."""
        rows = [(repository, tag) for tag in tags]
        if rows:
            with self._database.writing() as connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO metadata_attached VALUES (?, ?)", rows
                )


def _edit(content: Value) -> Edit | None:
    """None for what was damaged: one edit that can't be read is no reason to show none."""
    try:
        return from_bytes(content) if isinstance(content, bytes) else None
    except InvalidInput as error:
        logger.info("a kept edit of metadata is damaged: %s", error.detail)
        return None

"""Versions that were seen, by model."""

import logging
from collections.abc import Iterable

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.errors import RecordsDamaged
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import KeptVersion

logger = logging.getLogger(__name__)


class SqliteVersionRecords:
    """Implements the `VersionRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep_versions(self, versions: Iterable[KeptVersion]) -> None:
        """See `modeldesk.core.library.ports.VersionRecords`."""
        rows = [
            (
                plain(version.model),
                version.image,
                plain(version.name),
                to_text(version.created),
                to_json({kind.value: size for kind, size in version.bytes_by_kind.items()}),
            )
            for version in versions
        ]
        if rows:
            with self._database.writing() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?)", rows
                )

    def kept_versions(self, model: ModelName) -> tuple[KeptVersion, ...]:
        """See `modeldesk.core.library.ports.VersionRecords`."""
        rows = self._database.read(
            "SELECT image, name, created, sizes_json FROM version WHERE model = ?",
            (plain(model),),
        )
        found = []
        for row in rows:
            # One bar that can't be drawn is no reason to draw none.
            try:
                with readable(self._database.path):
                    found.append(_version(model, row))
            except RecordsDamaged as error:
                logger.info("a kept version is damaged: %s", error.detail)
        return tuple(found)


def _version(model: ModelName, row: tuple[Value, ...]) -> KeptVersion:
    image, name, created, sizes = row
    return KeptVersion(
        model,
        ImageId(str(image)),
        str(name),
        to_time(created),
        {LayerKind(kind): int(size) for kind, size in from_json(sizes).items()},
    )

"""Versions that registries have, by repository."""

import logging
from collections.abc import Iterable

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.errors import RecordsDamaged
from modeldesk.core.ids import ImageId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.model import RemoteVersion

logger = logging.getLogger(__name__)


class SqliteRemoteRecords:
    """Implements the `RemoteRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remote_versions(self, repository: str) -> tuple[RemoteVersion, ...]:
        """See `modeldesk.core.ports.RemoteRecords`."""
        rows = self._database.read(
            "SELECT tag, digest, image, created, model, compressed_json FROM remote_version "
            "WHERE repository = ?",
            (repository,),
        )
        found = []
        for row in rows:
            # The registry is asked again for what can't be read.
            try:
                with readable(self._database.path):
                    found.append(_version(repository, row))
            except RecordsDamaged as error:
                logger.info("a kept version of a registry is damaged: %s", error.detail)
        return tuple(found)

    def keep_remote_versions(self, versions: Iterable[RemoteVersion]) -> None:
        """See `modeldesk.core.ports.RemoteRecords`."""
        rows = [
            (
                one.repository,
                one.tag,
                one.digest,
                one.image,
                to_text(one.created),
                plain(one.model),
                to_json({kind.value: size for kind, size in one.compressed_by_kind.items()}),
            )
            for one in versions
        ]
        if rows:
            with self._database.writing() as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO remote_version VALUES (?, ?, ?, ?, ?, ?, ?)", rows
                )

    def forget_remote_versions(self, repository: str, tags: Iterable[str]) -> None:
        """See `modeldesk.core.ports.RemoteRecords`."""
        rows = [(repository, tag) for tag in tags]
        if rows:
            with self._database.writing() as connection:
                connection.executemany(
                    "DELETE FROM remote_version WHERE repository = ? AND tag = ?", rows
                )


def _version(repository: str, row: tuple[Value, ...]) -> RemoteVersion:
    tag, digest, image, created, model, sizes = row
    return RemoteVersion(
        repository,
        str(tag),
        str(digest),
        ImageId(str(image)),
        to_time(created),
        str(model),
        {LayerKind(kind): int(size) for kind, size in from_json(sizes).items()},
    )

"""Details of images, by image id."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import (
    from_microseconds,
    pack_json,
    to_microseconds,
    unpack_json,
)
from modeldesk.core.errors import RecordsDamaged
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import HistoryEntry, ImageConfig, ImageDetail

logger = logging.getLogger(__name__)

_AT_ONCE = 500
"""Ids in one query: less than the fewest parameters an SQLite of today takes."""


class SqliteImageRecords:
    """Implements the `ImageRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def image_details(self, ids: Iterable[ImageId]) -> Mapping[ImageId, ImageDetail]:
        """See `modeldesk.core.library.ports.ImageRecords`."""
        found: dict[ImageId, ImageDetail] = {}
        for rows in self._rows(ids):
            for row in rows:
                # The engine can be asked again for what is damaged.
                try:
                    with readable(self._database.path):
                        detail = _detail(row)
                except RecordsDamaged as error:
                    logger.info("a kept image detail is damaged: %s", error.detail)
                else:
                    found[detail.id] = detail
        return found

    def keep_image_details(self, details: Iterable[ImageDetail]) -> None:
        """See `modeldesk.core.library.ports.ImageRecords`."""
        rows = [(detail.id, pack_json(_content(detail))) for detail in details]
        if not rows:
            return
        with self._database.writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO image_detail VALUES (?, ?)", rows)

    def _rows(self, ids: Iterable[ImageId]) -> Iterator[list[tuple[Value, ...]]]:
        remaining = iter(ids)
        while batch := list(islice(remaining, _AT_ONCE)):
            marks = ",".join("?" * len(batch))
            yield self._database.read(
                f"SELECT image, detail_packed FROM image_detail WHERE image IN ({marks})", batch
            )


def _content(detail: ImageDetail) -> dict[str, object]:
    config = detail.config
    return {
        "layers": detail.diff_ids,
        "history": [
            (entry.created_by, entry.size_bytes, to_microseconds(entry.created), entry.comment)
            for entry in detail.history
        ],
        "config": {
            "entrypoint": config.entrypoint,
            "command": config.command,
            "environment": config.environment,
            "user": config.user,
            "working_directory": config.working_directory,
            "exposed_ports": config.exposed_ports,
            "volumes": config.volumes,
            "stop_signal": config.stop_signal,
            "healthcheck": config.healthcheck,
        },
        "size": detail.size_bytes,
        "architecture": detail.architecture,
        "system": detail.operating_system,
        "labels": dict(detail.labels),
    }


def _detail(row: tuple[Value, ...]) -> ImageDetail:
    image, packed = row
    content = unpack_json(packed)
    config = content["config"]
    return ImageDetail(
        id=ImageId(str(image)),
        diff_ids=tuple(map(DiffId, content["layers"])),
        history=tuple(
            HistoryEntry(created_by, size, from_microseconds(created), comment)
            for created_by, size, created, comment in content["history"]
        ),
        config=ImageConfig(
            entrypoint=tuple(config["entrypoint"]),
            command=tuple(config["command"]),
            environment=tuple(config["environment"]),
            user=config["user"],
            working_directory=config["working_directory"],
            exposed_ports=tuple(config["exposed_ports"]),
            volumes=tuple(config["volumes"]),
            stop_signal=config["stop_signal"],
            healthcheck=tuple(config["healthcheck"]),
        ),
        size_bytes=content["size"],
        architecture=content["architecture"],
        operating_system=content["system"],
        labels=content["labels"],
    )

"""Versions that registries have, by repository."""

import logging
from collections.abc import Iterable, Mapping
from sys import intern

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.errors import RecordsDamaged
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import add_up
from modeldesk.core.library.remote_model import RegistryLook, RemoteArtifact, RemoteVersion

_COLUMNS = (
    "repository, tag, digest, image, created, model, compressed_json, labels_json, platforms, "
    "attestations, artifact"
)
_OF_A_REPOSITORY = ("remote_version", "remote_channel", "remote_artifact")

logger = logging.getLogger(__name__)


class SqliteRemoteRecords:
    """Implements the `RemoteRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remote_versions(self, repository: str) -> tuple[RemoteVersion, ...]:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM remote_version WHERE repository = ?", (repository,)
        )
        return self._readable(rows)

    def every_remote_version(self) -> tuple[RemoteVersion, ...]:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        return self._readable(self._database.read(f"SELECT {_COLUMNS} FROM remote_version"))

    def keep_remote_versions(self, versions: Iterable[RemoteVersion]) -> None:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = [
            (
                one.repository,
                one.tag,
                one.digest,
                one.image,
                to_text(one.created),
                plain(one.model),
                to_json(_sizes(one)),
                None if one.labels is None else to_json(dict(one.labels)),
                None if one.platforms is None else plain("\n".join(one.platforms)),
                one.attestations,
                plain(one.artifact),
            )
            for one in versions
        ]
        if rows:
            with self._database.writing() as connection:
                connection.executemany(
                    f"INSERT OR REPLACE INTO remote_version ({_COLUMNS}) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    rows,
                )

    def forget_remote_versions(self, repository: str, tags: Iterable[str]) -> None:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = [(repository, tag) for tag in tags]
        if rows:
            with self._database.writing() as connection:
                connection.executemany(
                    "DELETE FROM remote_version WHERE repository = ? AND tag = ?", rows
                )

    def keep_remote_artifacts(self, repository: str, artifacts: Iterable[RemoteArtifact]) -> None:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = [(repository, one.tag, one.digest, plain(one.kind)) for one in artifacts]
        with self._database.writing() as connection:
            connection.execute("DELETE FROM remote_artifact WHERE repository = ?", (repository,))
            connection.executemany("INSERT INTO remote_artifact VALUES (?, ?, ?, ?)", rows)

    def remote_artifacts(self, repository: str) -> tuple[RemoteArtifact, ...]:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = self._database.read(
            "SELECT repository, tag, digest, kind FROM remote_artifact WHERE repository = ?",
            (repository,),
        )
        return tuple(RemoteArtifact(*map(str, row)) for row in rows)

    def every_remote_artifact(self) -> tuple[RemoteArtifact, ...]:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = self._database.read("SELECT repository, tag, digest, kind FROM remote_artifact")
        return tuple(RemoteArtifact(*map(str, row)) for row in rows)

    def forget_remote_repository(self, repository: str) -> None:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        with self._database.writing() as connection:
            for table in _OF_A_REPOSITORY:
                connection.execute(f"DELETE FROM {table} WHERE repository = ?", (repository,))

    def keep_registry_look(self, look: RegistryLook) -> None:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        row = (
            look.registry,
            to_text(look.finished),
            look.repositories,
            look.versions,
            look.artifacts,
        )
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO registry_look VALUES (?, ?, ?, ?, ?)", row)

    def registry_looks(self) -> tuple[RegistryLook, ...]:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        rows = self._database.read(
            "SELECT registry, finished, repositories, versions, artifacts FROM registry_look"
        )
        with readable(self._database.path):
            return tuple(
                RegistryLook(str(one[0]), to_time(one[1]), *(int(str(n)) for n in one[2:]))
                for one in rows
            )

    def keep_remote_channels(self, repository: str, channels: Mapping[str, str]) -> None:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM remote_channel WHERE repository = ?", (repository,))
            connection.executemany(
                "INSERT INTO remote_channel VALUES (?, ?, ?)",
                [(repository, channel, digest) for channel, digest in channels.items()],
            )

    def remote_channels(self) -> Mapping[str, Mapping[str, str]]:
        """See `modeldesk.core.library.ports.RemoteRecords`."""
        found: dict[str, dict[str, str]] = {}
        for row in self._database.read("SELECT repository, channel, digest FROM remote_channel"):
            repository, channel, digest = map(str, row)
            found.setdefault(repository, {})[channel] = digest
        return found

    def _readable(self, rows: Iterable[tuple[Value, ...]]) -> tuple[RemoteVersion, ...]:
        found = []
        for row in rows:
            # The registry is asked again for what can't be read.
            try:
                with readable(self._database.path):
                    found.append(_version(row))
            except RecordsDamaged as error:
                logger.info("a kept version of a registry is damaged: %s", error.detail)
        return tuple(found)


def _version(row: tuple[Value, ...]) -> RemoteVersion:
    repository, tag, digest, image, created, model, text, labels, platforms, *rest = row
    attestations, artifact = rest
    sizes, layers = from_json(text), tuple[Layer, ...]()
    if isinstance(sizes, list):
        layers = tuple(
            Layer(DiffId(intern(diff_id)), "", int(size), LayerKind(kind))
            for diff_id, size, kind in sizes
        )
        by_kind = add_up(layer.parts for layer in layers)
    else:
        by_kind = {LayerKind(kind): int(size) for kind, size in sizes.items()}
    return RemoteVersion(
        intern(str(repository)),
        str(tag),
        str(digest),
        ImageId(str(image)),
        to_time(created),
        str(model),
        by_kind,
        layers,
        None if labels is None else _labels(from_json(labels)),
        None if platforms is None else tuple(intern(one) for one in str(platforms).splitlines()),
        int(str(attestations)),
        str(artifact),
    )


def _labels(found: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(value) for name, value in found.items()}


def _sizes(version: RemoteVersion) -> object:
    """Of each layer, with its diff ID and kind; where they are not known, by kind alone."""
    if version.layers:
        return [(one.diff_id, one.size_bytes, one.kind.value) for one in version.layers]
    return {kind.value: size for kind, size in version.compressed_by_kind.items()}

"""Deployments, their releases, and the journal. Everything written here is durable."""

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.release_packing import (
    CONTAINER,
    DEPLOYMENT,
    JOURNAL,
    RELEASE,
    Row,
    container_values,
    deployment_of,
    deployment_values,
    journal_entry_of,
    journal_values,
    release_of,
    release_values,
    settings_json,
    settings_of,
)
from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.ids import EngineId
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    JournalEntry,
    Release,
    ServiceSettings,
)

_OF_DEPLOYMENT = "WHERE engine = ? AND deployment = ?"
_SETTINGS = "engine, deployment, revision, settings_json"


class SqliteReleaseRecords:
    """Implements the `ReleaseRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deployments(self) -> tuple[Deployment, ...]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        return self._deployments("ORDER BY name, engine", ())

    def deployment(self, key: DeploymentKey) -> Deployment | None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        found = self._deployments("WHERE engine = ? AND name = ?", (key.engine, key.name))
        return found[0] if found else None

    def save_deployment(self, deployment: Deployment) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        key = (deployment.engine, deployment.name)
        settings = (*key, deployment.revision, settings_json(deployment.settings))
        with self._database.writing(durable=True) as connection:
            connection.execute(_replacing("settings", _SETTINGS), settings)
            connection.execute(_replacing("deployment", DEPLOYMENT), deployment_values(deployment))
            connection.execute(f"DELETE FROM version_container {_OF_DEPLOYMENT}", key)
            connection.executemany(
                _replacing("version_container", CONTAINER), container_values(deployment)
            )

    def keep_settings(self, key: DeploymentKey, revision: int, settings: ServiceSettings) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        values = (key.engine, key.name, revision, settings_json(settings))
        with self._database.writing(durable=True) as connection:
            connection.execute(_replacing("settings", _SETTINGS), values)

    def settings(self, key: DeploymentKey) -> dict[int, ServiceSettings]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        rows = self._database.read(
            f"SELECT revision, settings_json FROM settings {_OF_DEPLOYMENT} ORDER BY revision DESC",
            (key.engine, key.name),
        )
        with readable(self._database.path):
            return {int(str(revision)): settings_of(text) for revision, text in rows}

    def delete_deployment(self, key: DeploymentKey) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        which = (key.engine, key.name)
        with self._database.writing(durable=True) as connection:
            connection.execute("DELETE FROM deployment WHERE engine = ? AND name = ?", which)
            connection.execute(f"DELETE FROM version_container {_OF_DEPLOYMENT}", which)

    def move(self, key: DeploymentKey, engine: EngineId) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        values = (engine, key.engine, key.name)
        with self._database.writing(durable=True) as connection:
            both = connection.execute(
                "SELECT count(*) FROM deployment WHERE engine IN (?, ?) AND name = ?", values
            ).fetchone()
            if both[0] > 1:
                return
            connection.execute(
                "UPDATE deployment SET engine = ? WHERE engine = ? AND name = ?", values
            )
            # Settings of a deployment that had the name there, and is gone, give way.
            for table in ("settings", "version_container", '"release"'):
                connection.execute(
                    f"UPDATE OR REPLACE {table} SET engine = ? {_OF_DEPLOYMENT}", values
                )

    def keep_engine(self, engine: EngineIdentity) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        self._insert("INSERT OR REPLACE INTO engine (id, address)", (engine.id, engine.address))

    def engine_addresses(self) -> dict[EngineId, str]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        rows = self._database.read("SELECT id, address FROM engine")
        return {EngineId(str(engine)): str(address) for engine, address in rows}

    def add_release(self, release: Release) -> int:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        return self._insert(f'INSERT INTO "release" ({RELEASE})', release_values(release))

    def finish_release(self, release: Release) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        columns = ", ".join(f"{name.strip()} = ?" for name in RELEASE.split(","))
        with self._database.writing(durable=True) as connection:
            connection.execute(
                f'UPDATE "release" SET {columns} WHERE id = ?',
                (*release_values(release), release.id),
            )

    def releases(self, key: DeploymentKey) -> tuple[Release, ...]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        return self._releases(f"{_OF_DEPLOYMENT} ORDER BY id DESC", (key.engine, key.name))

    def unfinished_releases(self) -> tuple[Release, ...]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        return self._releases("WHERE state = 'running' ORDER BY id", ())

    def rolling_releases(self) -> tuple[Release, ...]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        return self._releases("WHERE state = 'rolling' ORDER BY id", ())

    def write_journal(self, entry: JournalEntry) -> None:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        self._insert(f"INSERT INTO journal ({JOURNAL})", journal_values(entry))

    def journal(self, release: int) -> tuple[JournalEntry, ...]:
        """See `modeldesk.core.releases.ports.ReleaseRecords`."""
        rows = self._database.read(
            f'SELECT {JOURNAL} FROM journal WHERE "release" = ? ORDER BY number', (release,)
        )
        with readable(self._database.path):
            return tuple(map(journal_entry_of, rows))

    def _deployments(self, which: str, values: tuple[Value, ...]) -> tuple[Deployment, ...]:
        # One statement for each table would tear what another program changes meanwhile apart.
        columns = ", ".join(f"d.{name.strip()}" for name in DEPLOYMENT.split(","))
        beside = ", ".join(f"c.{name.strip()}" for name in CONTAINER.split(","))
        rows = self._database.read(
            f"SELECT {columns}, s.settings_json, {beside} FROM "
            f"(SELECT * FROM deployment {which}) AS d "
            "LEFT JOIN settings AS s ON s.engine = d.engine AND s.deployment = d.name "
            "AND s.revision = d.revision "
            "LEFT JOIN version_container AS c ON c.engine = d.engine AND c.deployment = d.name "
            "ORDER BY d.name, d.engine, c.replaced DESC",
            values,
        )
        width = len(DEPLOYMENT.split(","))
        found: dict[Row, list[Row]] = {}
        for row in rows:
            containers = found.setdefault(row[: width + 1], [])
            if row[width + 1] is not None:
                containers.append(row[width + 1 :])
        with readable(self._database.path):
            return tuple(
                deployment_of(row[:width], settings_of(row[width]), containers)
                for row, containers in found.items()
            )

    def _releases(self, which: str, values: tuple[Value, ...]) -> tuple[Release, ...]:
        rows = self._database.read(f'SELECT id, {RELEASE} FROM "release" {which}', values)
        with readable(self._database.path):
            return tuple(map(release_of, rows))

    def _insert(self, insert: str, values: Row) -> int:
        """Run `insert` for `values`; the number of the new row."""
        with self._database.writing(durable=True) as connection:
            return connection.execute(_with_marks(insert, len(values)), values).lastrowid or 0


def _replacing(table: str, columns: str) -> str:
    insert = f"INSERT OR REPLACE INTO {table} ({columns})"
    return _with_marks(insert, len(columns.split(",")))


def _with_marks(insert: str, count: int) -> str:
    return f"{insert} VALUES ({','.join('?' * count)})"

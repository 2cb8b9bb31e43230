"""Deployments, their releases, and the journal. Everything written here is durable."""

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.errors import readable
from modeldesk.adapters.sqlite.packing import from_json, plain, to_json, to_text, to_time
from modeldesk.core.containers.model import Mount, PortBinding
from modeldesk.core.engine.model import EngineIdentity
from modeldesk.core.ids import ContainerId, DeploymentName, EngineId, ImageId, ModelName
from modeldesk.core.releases.model import (
    Deployment,
    DeploymentKey,
    JournalEntry,
    Release,
    ReleaseKind,
    ReleaseState,
    ServiceSettings,
    StepPhase,
    VersionTarget,
)

_DEPLOYMENT = "engine, name, model, settings_json, image, reference, digest, container, created"
_RELEASE = (
    "engine, deployment, kind, image, reference, digest, previous_image, previous_reference, "
    "previous_digest, started, who, why, state, finished, error"
)
_JOURNAL = '"release", position, step, phase, container, time'


class SqliteReleaseRecords:
    """Implements the `ReleaseRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deployments(self) -> tuple[Deployment, ...]:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        rows = self._database.read(f"SELECT {_DEPLOYMENT} FROM deployment ORDER BY name, engine")
        with readable(self._database.path):
            return tuple(map(_deployment, rows))

    def deployment(self, key: DeploymentKey) -> Deployment | None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        rows = self._database.read(
            f"SELECT {_DEPLOYMENT} FROM deployment WHERE engine = ? AND name = ?",
            (key.engine, key.name),
        )
        with readable(self._database.path):
            return _deployment(rows[0]) if rows else None

    def save_deployment(self, deployment: Deployment) -> None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        values = (
            deployment.engine,
            deployment.name,
            deployment.model,
            _settings_json(deployment.settings),
            *_target_values(deployment.current),
            deployment.container,
            to_text(deployment.created),
        )
        self._write(f"INSERT OR REPLACE INTO deployment ({_DEPLOYMENT})", values)

    def delete_deployment(self, key: DeploymentKey) -> None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        with self._database.writing(durable=True) as connection:
            connection.execute(
                "DELETE FROM deployment WHERE engine = ? AND name = ?", (key.engine, key.name)
            )

    def move(self, key: DeploymentKey, engine: EngineId) -> None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
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
            connection.execute(
                'UPDATE "release" SET engine = ? WHERE engine = ? AND deployment = ?', values
            )

    def keep_engine(self, engine: EngineIdentity) -> None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        self._write("INSERT OR REPLACE INTO engine (id, address)", (engine.id, engine.address))

    def engine_addresses(self) -> dict[EngineId, str]:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        rows = self._database.read("SELECT id, address FROM engine")
        return {EngineId(str(engine)): str(address) for engine, address in rows}

    def add_release(self, release: Release) -> int:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        return self._write(f'INSERT INTO "release" ({_RELEASE})', _release_values(release))

    def finish_release(self, release: Release) -> None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        columns = ", ".join(f"{name.strip()} = ?" for name in _RELEASE.split(","))
        with self._database.writing(durable=True) as connection:
            connection.execute(
                f'UPDATE "release" SET {columns} WHERE id = ?',
                (*_release_values(release), release.id),
            )

    def releases(self, key: DeploymentKey) -> tuple[Release, ...]:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        rows = self._database.read(
            f'SELECT id, {_RELEASE} FROM "release" WHERE engine = ? AND deployment = ? '
            "ORDER BY id DESC",
            (key.engine, key.name),
        )
        with readable(self._database.path):
            return tuple(map(_release, rows))

    def unfinished_releases(self) -> tuple[Release, ...]:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        rows = self._database.read(
            f"SELECT id, {_RELEASE} FROM \"release\" WHERE state = 'running' ORDER BY id"
        )
        with readable(self._database.path):
            return tuple(map(_release, rows))

    def write_journal(self, entry: JournalEntry) -> None:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        values = (
            entry.release,
            entry.position,
            entry.step,
            entry.phase.value,
            entry.container,
            to_text(entry.time),
        )
        self._write(f"INSERT INTO journal ({_JOURNAL})", values)

    def journal(self, release: int) -> tuple[JournalEntry, ...]:
        """See `modeldesk.core.ports.ReleaseRecords`."""
        rows = self._database.read(
            f'SELECT {_JOURNAL} FROM journal WHERE "release" = ? ORDER BY number', (release,)
        )
        with readable(self._database.path):
            return tuple(map(_journal_entry, rows))

    def _write(self, insert: str, values: tuple[Value, ...]) -> int:
        """Run `insert` for `values`; the number of the new row."""
        marks = ",".join("?" * len(values))
        with self._database.writing(durable=True) as connection:
            return connection.execute(f"{insert} VALUES ({marks})", values).lastrowid or 0


def _settings_json(settings: ServiceSettings) -> str:
    return to_json(
        {
            "ports": [
                (p.container_port, p.host_port, p.host_address, p.protocol) for p in settings.ports
            ],
            "environment": dict(settings.environment),
            "secret_names": settings.secret_names,
            "mounts": [(m.source, m.target, m.read_only) for m in settings.mounts],
            "health_timeout_s": settings.health_timeout_s,
        }
    )


def _settings(text: Value) -> ServiceSettings:
    content = from_json(text)
    return ServiceSettings(
        ports=tuple(PortBinding(*port) for port in content["ports"]),
        environment=content["environment"],
        secret_names=tuple(content["secret_names"]),
        mounts=tuple(Mount(*mount) for mount in content["mounts"]),
        health_timeout_s=content["health_timeout_s"],
    )


def _target_values(target: VersionTarget | None) -> tuple[Value, Value, Value]:
    return (target.image, target.reference, target.digest) if target else (None, None, None)


def _target(image: Value, reference: Value, digest: Value) -> VersionTarget | None:
    if image is None:
        return None
    return VersionTarget(ImageId(str(image)), str(reference), str(digest))


def _deployment(row: tuple[Value, ...]) -> Deployment:
    engine, name, model, settings, image, reference, digest, container, created = row
    return Deployment(
        engine=EngineId(str(engine)),
        name=DeploymentName(str(name)),
        model=ModelName(str(model)),
        settings=_settings(settings),
        current=_target(image, reference, digest),
        container=_container(container),
        created=to_time(created),
    )


def _release_values(release: Release) -> tuple[Value, ...]:
    return (
        release.engine,
        release.deployment,
        release.kind.value,
        *_target_values(release.target),
        *_target_values(release.previous),
        to_text(release.started),
        plain(release.who),
        plain(release.why),
        release.state.value,
        to_text(release.finished) if release.finished else None,
        plain(release.error),
    )


def _release(row: tuple[Value, ...]) -> Release:
    number, engine, deployment, kind, image, reference, digest, *previous = row[:10]
    started, who, why, state, finished, error = row[10:]
    assert isinstance(number, int)
    return Release(
        id=number,
        engine=EngineId(str(engine)),
        deployment=DeploymentName(str(deployment)),
        kind=ReleaseKind(kind),
        target=VersionTarget(ImageId(str(image)), str(reference), str(digest)),
        previous=_target(*previous),
        started=to_time(started),
        who=str(who),
        why=str(why),
        state=ReleaseState(state),
        finished=None if finished is None else to_time(finished),
        error=str(error),
    )


def _journal_entry(row: tuple[Value, ...]) -> JournalEntry:
    release, position, step, phase, container, time = row
    assert isinstance(release, int)
    assert isinstance(position, int)
    return JournalEntry(
        release=release,
        position=position,
        step=str(step),
        phase=StepPhase(phase),
        container=_container(container),
        time=to_time(time),
    )


def _container(value: Value) -> ContainerId | None:
    return None if value is None else ContainerId(str(value))

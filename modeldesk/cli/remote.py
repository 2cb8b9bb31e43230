"""What registries have, for commands: asked, or as they said it last."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from modeldesk.cli.answer import Json
from modeldesk.cli.session import Session
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.errors import RecordsError, RegistryError
from modeldesk.core.library.browsing import Looked
from modeldesk.core.library.catalog import RemoteCatalog
from modeldesk.core.library.drift import drift_remedies, drift_text
from modeldesk.core.library.labels import metrics
from modeldesk.core.library.model import Drift, LibrarySnapshot
from modeldesk.core.library.remote_model import RemoteArtifact, RemoteVersion
from modeldesk.core.library.remote_versions import remote_repositories
from modeldesk.core.text import printable
from modeldesk.core.words import trn


def joined(session: Session, snapshot: LibrarySnapshot, *, ask: bool) -> LibrarySnapshot:
    """`snapshot` with what registries have. With `ask` every known registry is asked first, and
    what goes wrong with one is said."""
    if ask:
        look_through(session, snapshot)
    return session.library().use_catalog(catalog(session))


def look_through(session: Session, snapshot: LibrarySnapshot) -> None:
    """Ask every registry that was named; what goes wrong with one is said."""
    also = [name for model in snapshot.models for name in remote_repositories(model)]
    registries = session.parts.settings.registries
    came = session.browsing().browse_all(registries, also, session.job)
    session.close_line()
    for host, one in came.items():
        if isinstance(one, RegistryError):
            say(session, one)
        else:
            say_left_out(session, host, one)


def catalog(session: Session) -> RemoteCatalog:
    """What registries said last; nothing where the records fail, which is said."""
    try:
        return session.browsing().catalog(session.parts.settings.registries)
    except RecordsError as error:
        session.job.log(str(error))
        return RemoteCatalog()


def say(session: Session, error: RegistryError) -> None:
    """What went wrong, and what to do."""
    session.job.log(" ".join(filter(None, (error.message, error.hint))))


def say_left_out(session: Session, host: str, looked: Looked) -> None:
    """What could not be read of a registry."""
    for _, error in looked.failed:
        say(session, error)
    if looked.unreadable:
        session.job.log(
            trn("{count} tag of {host} can’t be read.", "{count} tags of {host} can’t be read.",
                looked.unreadable, host=host)
        )  # fmt: skip


def drift_lines(drifts: Sequence[Drift]) -> Iterable[str]:
    """Each tag that names another image there, with what can be done about it."""
    for drift in drifts:
        yield ""
        yield printable(drift_text(drift, _moment))
        yield from (f"  {printable(remedy)}" for remedy in drift_remedies(drift))


def drift_json(drift: Drift) -> Json:
    remote = drift.remote
    return {
        "reference": f"{drift.reference.name}:{drift.reference.tag}",
        "local": {
            "digest": drift.local_digest,
            "image_id": drift.local.key.image,
            "size_bytes": drift.local.size_bytes,
            "created": drift.local.created.isoformat(),
        },
        "registry": {
            "digest": drift.remote_digest,
            "image_id": remote.image if remote else "",
            "compressed_bytes": remote.compressed_bytes if remote else None,
            "created": remote.created.isoformat() if remote else None,
        },
    }


def remote_json(version: RemoteVersion, channels: Iterable[str]) -> dict[str, Json]:
    """One tag of a registry."""
    labels = version.labels or {}
    return {
        "reference": version.name,
        "tag": version.tag,
        "digest": version.digest,
        "image_id": version.image,
        "compressed_bytes": version.compressed_bytes,
        "created": version.created.isoformat(),
        "platforms": list(version.platforms or ()),
        "attestations": version.attestations,
        "artifact": version.artifact or None,
        "channels": list(channels),
        "metrics": dict(metrics(labels)),
        "labels": {name: shown_value(name, value) for name, value in labels.items()},
    }


def artifact_json(artifact: RemoteArtifact) -> dict[str, Json]:
    return {"tag": artifact.tag, "digest": artifact.digest, "type": artifact.kind}


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"

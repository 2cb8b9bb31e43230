"""The version that a command is about: one here, or one of a registry."""

from dataclasses import dataclass

from modeldesk.cli.session import Session
from modeldesk.core.attached.service import Place, places_of
from modeldesk.core.errors import EngineError, InvalidReference
from modeldesk.core.ids import ImageId
from modeldesk.core.images import Labels
from modeldesk.core.library.find import find_version
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import DEFAULT_REGISTRY, Reference


@dataclass(frozen=True, slots=True)
class Subject:
    """A version as far as its metadata goes."""

    reference: str
    image: ImageId
    labels: Labels
    places: tuple[Place, ...]


def find_subject(session: Session, text: str) -> Subject:
    """The version `text` names: on the engine, as registries were found to have it, or as the
    registry that it names has it now. Raises `NotFound`, `RegistryError`, and what the engine
    raises where nothing else is left."""
    missing: EngineError
    try:
        version = find_version(_snapshot(session), text)
    except EngineError as error:
        missing = error
    else:
        name = str(version.references[0]) if version.references else version.key.image
        return Subject(name, version.key.image, version.labels, places_of(version.digests))
    known = session.parts.remote_records.every_remote_version()
    found = _among(known, text)
    if found is None and (repository := _repository(text)):
        answer = session.parts.remote_versions.ask([repository], session.job.token)
        if answer.errors:
            raise answer.errors[0]
        found = _among(answer.versions, text)
    if found is None:
        raise missing
    where = Reference.parse(found.repository)
    return Subject(
        f"{found.repository}:{found.tag}",
        found.image,
        found.labels or {},
        (Place(where, found.digest),),
    )


def _snapshot(session: Session) -> LibrarySnapshot:
    return session.library().reload(session.engine())


def _among(versions: tuple[RemoteVersion, ...], text: str) -> RemoteVersion | None:
    for one in versions:
        if text in (
            f"{one.repository}:{one.tag}",
            f"{one.repository}@{one.digest}",
            f"{one.model}:{one.tag}",
        ):
            return one
    return None


def _repository(text: str) -> str:
    """Where a registry of somebody's own would have it; empty where none is named."""
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return ""
    return "" if reference.registry == DEFAULT_REGISTRY else reference.name

"""The version that a command is about: one here, or one of a registry."""

from modeldesk.cli.session import Session
from modeldesk.core.attached.subject import Subject, subject_here, subject_there
from modeldesk.core.errors import EngineError, InvalidReference
from modeldesk.core.library.catalog import Channels
from modeldesk.core.library.find import find_version
from modeldesk.core.library.model import LibrarySnapshot
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import DEFAULT_REGISTRY, Reference


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
        return subject_here(version, name)
    records = session.parts.remote_records
    known = records.every_remote_version()
    found = _among(known, records.remote_channels(), text)
    if found is None and (repository := _repository(text)):
        answer = session.parts.remote_versions.ask([repository], session.job.token)
        if answer.errors:
            raise answer.errors[0]
        found = _among(answer.versions, records.remote_channels(), text)
    if found is None:
        raise missing
    others = (one for one in known if one.image == found.image and one != found)
    return subject_there((found, *others), found.name)


def _snapshot(session: Session) -> LibrarySnapshot:
    return session.library().reload(session.engine())


def _among(
    versions: tuple[RemoteVersion, ...], channels: Channels, text: str
) -> RemoteVersion | None:
    for one in versions:
        names = (one.name, f"{one.repository}@{one.digest}", f"{one.model}:{one.tag}")
        moving = channels.get(one.repository, {}).items()
        also = (f"{one.repository}:{tag}" for tag, digest in moving if digest == one.digest)
        if text in names or text in also:
            return one
    return None


def _repository(text: str) -> str:
    """Where a registry of somebody's own would have it; empty where none is named."""
    try:
        reference = Reference.parse(text)
    except InvalidReference:
        return ""
    return "" if reference.registry == DEFAULT_REGISTRY else reference.name

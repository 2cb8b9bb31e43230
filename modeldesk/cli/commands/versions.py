"""``modeldesk versions``: one model's versions in their order, where each is, what it was built
from, and what changed since the one before."""

import argparse
from collections.abc import Mapping, Sequence

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.remote import catalog, drift_json, drift_lines, joined
from modeldesk.cli.session import Session
from modeldesk.core.containers.secrets import shown_value
from modeldesk.core.errors import NotFound, RecordsError
from modeldesk.core.ids import ImageId, ModelName, short
from modeldesk.core.labels import REVISION_LABEL, SOURCE_LABEL, VERSION_LABEL
from modeldesk.core.layers.kinds import kind_name
from modeldesk.core.library.find import find_models
from modeldesk.core.library.history import GoneVersion, history
from modeldesk.core.library.lineage import Changed, Descendant, lineage
from modeldesk.core.library.model import Group, KeptVersion, LibrarySnapshot, Model, Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.remote_versions import remote_repositories
from modeldesk.core.text import size_text
from modeldesk.core.versioning.fingerprint import named_parts
from modeldesk.core.versioning.names import scheme_of, tag_of
from modeldesk.core.words import tr


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("model", metavar="MODEL", help="the model's name")
    parser.add_argument(
        "--ask",
        action="store_true",
        help="ask the model's registries what they have; else what they said last is told",
    )


def execute(arguments: argparse.Namespace, session: Session) -> Answer:
    """List the versions of a model, newest first: those here, those in a registry, and those
    that went."""
    session.snapshot()
    session.library().learn_kinds()
    snapshot = joined(session, session.library().snapshot, ask=False)
    name = ModelName(arguments.model)
    kept = _kept(session, snapshot, name)
    model = _model(snapshot, name, kept)
    remote = _remote(session, model, ask=arguments.ask)
    if arguments.ask:
        # What was asked is kept by now.
        snapshot = session.library().use_catalog(catalog(session))
        model = next((one for one in snapshot.models if one.name == model.name), model)
    drifts = [drift for one in model.placed for drift in one.drifts]
    there = {one.image: one.remote_channels for one in model.placed}
    found = lineage(history(model, kept, remote), remote)[::-1]
    header = ("VERSION", "SCHEME", "IMAGE", "SIZE", "CREATED", "WHERE", "CHANNELS", "COMMIT",
              "CHANGED")  # fmt: skip
    rows = [_row(one, _channels(one, there)) for one in found]
    return Answer(
        {
            "model": name,
            "versions": [_json(one, _channels(one, there)) for one in found],
            "drifts": [drift_json(one) for one in drifts],
        },
        (*table(header, rows, "   r"), *drift_lines(drifts)),
    )


def _kept(session: Session, snapshot: LibrarySnapshot, name: ModelName) -> tuple[KeptVersion, ...]:
    """Versions of before; none where the records fail."""
    try:
        session.parts.kept_versions.note(snapshot)
        return session.parts.kept_versions.past(name)
    except RecordsError as error:
        session.job.log(str(error))
        return ()


def _model(snapshot: LibrarySnapshot, name: ModelName, kept: tuple[KeptVersion, ...]) -> Model:
    """The model as it is here; one without versions where all of them went. Raises
    `NotFound`."""
    try:
        return find_models(snapshot, name)[0]
    except NotFound:
        if not kept:
            raise
        return Model(name, Group.MODEL, (), (), 0, None)


def _remote(session: Session, model: Model, *, ask: bool) -> tuple[RemoteVersion, ...]:
    repositories = remote_repositories(model)
    try:
        if not ask:
            return session.parts.remote_versions.kept(repositories)
    except RecordsError as error:
        session.job.log(str(error))
        return ()
    answer = session.parts.remote_versions.ask(repositories, session.job.token)
    for problem in answer.errors:
        session.job.log(str(problem))
    if answer.unreadable:
        session.job.log(tr("{count} tags of the registry can’t be read.", count=answer.unreadable))
    return answer.versions


def _channels(one: Descendant, there: Mapping[ImageId, Sequence[str]]) -> tuple[str, ...]:
    """Those of the version here; of one that is not here, those of its registries."""
    if isinstance(one.version, Version):
        return one.version.channels
    return tuple(there.get(one.image, ()))


def _row(one: Descendant, channels: Sequence[str]) -> tuple[str, ...]:
    version, scheme = one.version, scheme_of(one.name)
    here = version if isinstance(version, Version) else None
    size = _compressed(one) if isinstance(version, RemoteVersion) else _size(one)
    return (
        one.name,
        scheme.value if scheme else "",
        short(one.image),
        "?" if size is None else size_text(size),
        f"{one.created:%Y-%m-%d %H:%M}",
        one.place.value,
        " ".join(channels),
        here.commit if here else "",
        _changed_text(one.changed),
    )


def _changed_text(changed: Changed | None) -> str:
    if changed is None:
        return ""
    if changed.parts is not None:
        return named_parts(changed.parts) or tr("nothing")
    if changed.kinds is not None:
        return ", ".join(map(kind_name, changed.kinds)) or tr("nothing")
    return "?"


def _json(one: Descendant, channels: Sequence[str]) -> Json:
    version, scheme = one.version, scheme_of(one.name)
    here = version if isinstance(version, Version) else None
    digest = version.digest if isinstance(version, RemoteVersion) else ""
    if here and here.digests:
        digest = here.digests[0].digest
    return {
        "tag": one.name,
        "version": _full_version(one.name, here),
        "scheme": scheme.value if scheme else None,
        "image_id": one.image,
        "digest": digest,
        "references": [str(reference) for reference in here.references] if here else [],
        "channels": [*channels],
        "size_bytes": _size(one),
        "compressed_bytes": _compressed(one),
        "created": one.created.isoformat(),
        "where": one.place.value,
        "source": _source(here) if here else None,
        "changed": _changed_json(one.changed),
    }


def _source(version: Version) -> Json:
    """Its own commit; labels that came with a base image say nothing of it."""
    if not version.commit:
        return {"commit": "", "repository": ""}
    repository = version.labels.get(SOURCE_LABEL, "")
    return {
        "commit": version.labels.get(REVISION_LABEL, ""),
        "repository": shown_value(SOURCE_LABEL, repository),
    }


def _full_version(tag: str, here: Version | None) -> str:
    """With what a tag can't hold, where the image's label has it."""
    said = here.labels.get(VERSION_LABEL, "") if here else ""
    return said if tag_of(said) == tag else tag


def _changed_json(changed: Changed | None) -> Json:
    if changed is None or not changed.known:
        return None
    parts = changed.parts if changed.parts is not None else changed.kinds or ()
    return {
        "since": changed.since,
        "told_by": "fingerprint" if changed.parts is not None else "layers",
        "parts": [part.value for part in parts],
    }


def _size(one: Descendant) -> int | None:
    match one.version:
        case GoneVersion():
            return one.version.kept.size_bytes
        case RemoteVersion():
            return None
    return one.version.size_bytes


def _compressed(one: Descendant) -> int | None:
    version = one.version
    sizes = version.compressed_by_kind if isinstance(version, RemoteVersion) else None
    return None if sizes is None else sum(sizes.values())

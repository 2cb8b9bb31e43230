"""Versions as they are looked through, put together from the engine, registries and edits
(pure)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from modeldesk.core.containers.secrets import looks_secret
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.images import Labels
from modeldesk.core.labels import FRAMEWORK_LABEL
from modeldesk.core.library.grouping import model_of
from modeldesk.core.library.labels import commit
from modeldesk.core.library.model import Group, LibrarySnapshot, Version
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.library.versions import tag_order
from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.metadata.merge import merged
from modeldesk.core.metadata.model import DATASET, TRAINING_TIME, Edit, Key, Section, Value
from modeldesk.core.references import Reference
from modeldesk.core.search.model import Entry, Fact
from modeldesk.core.search.ports import EntryKey
from modeldesk.core.versioning.channels import channel_of, known_channels
from modeldesk.core.versioning.names import is_mutable

Edits = Mapping[ImageId, tuple[Edit, ...]]
Channels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Local:
    """What an engine tells of a version, as far as it is looked through."""

    name: str
    references: tuple[Reference, ...]
    channels: tuple[str, ...]
    digests: tuple[Reference, ...]
    size_bytes: int
    created: datetime
    labels: Labels
    commit: str


@dataclass(slots=True)
class Sources:
    """All that tells of one version. Equal ones make equal entries."""

    local: Local | None = None
    remote: list[RemoteVersion] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    """In registries."""
    edits: tuple[Edit, ...] = ()


def sources(
    snapshot: LibrarySnapshot, remote: Iterable[RemoteVersion], channels: Channels, edits: Edits
) -> dict[EntryKey, Sources]:
    """Everything that has a name, by model and image. A version of a registry is the one here
    when it has the same image, or is known here by its digest there."""
    found: dict[EntryKey, Sources] = {}
    by_digest: dict[tuple[ModelName, str], EntryKey] = {}
    for model in (*snapshot.models, *snapshot.others):
        if model.group is Group.UNTAGGED:
            continue
        for version in model.versions:
            key = (model.name, version.key.image)
            found[key] = Sources(_local(version))
            for digest in (version.key.image, *(one.digest for one in version.digests)):
                by_digest[model.name, digest] = key
    for one in remote:
        model_name = model_of(one)
        key = (model_name, one.image)
        if key not in found:
            key = by_digest.get((model_name, one.digest), key)
        own = found.setdefault(key, Sources())
        own.remote.append(one)
        own.channels += _channels(one, channels)
    for key, own in found.items():
        for image in dict.fromkeys((key[1], *(one.image for one in own.remote))):
            own.edits += edits.get(image, ())
    return found


def entry_of(key: EntryKey, told: Sources) -> Entry:
    """The version that `told` tells of."""
    model, image = key
    local, remote = told.local, told.remote
    labels: Labels = local.labels if local else next((r.labels for r in remote if r.labels), {})
    metadata = merged(from_labels(labels), told.edits)
    dataset = metadata.values.get(DATASET)
    training = metadata.values.get(TRAINING_TIME)
    tags = dict.fromkeys(
        (
            *(r.tag for r in (local.references if local else ()) if not is_mutable(r.tag)),
            *sorted((r.tag for r in remote if not is_mutable(r.tag)), key=tag_order, reverse=True),
        )
    )
    name = local.name if local else next(iter(tags), remote[0].tag)
    digests = [*(r.digest for r in (local.digests if local else ())), *(r.digest for r in remote)]
    return Entry(
        model,
        image,
        name,
        _reference(image, local, remote, name),
        local is not None,
        tuple(dict.fromkeys(sorted(r.repository for r in remote))),
        local.created if local else max(r.created for r in remote),
        tuple(tags),
        tuple(_in_order({*(local.channels if local else ()), *told.channels})),
        labels.get(FRAMEWORK_LABEL, "").strip(),
        str(dataset.value) if dataset else "",
        local.commit if local else commit(labels),
        tuple(dict.fromkeys(digests)),
        local.size_bytes if local else None,
        sum(remote[0].compressed_by_kind.values()) if remote else None,
        float(training.value) if training and not isinstance(training.value, str) else None,
        tuple(
            Fact(key.section, key.name, told.value)
            for key, told in metadata.values.items()
            if key.section is not Section.TRAINING and not _is_secret(key, told.value)
        ),
    )


def _is_secret(key: Key, value: Value) -> bool:
    """Labels are anybody's, and may have what belongs into no other file."""
    return isinstance(value, str) and looks_secret(key.name, value)


def _local(version: Version) -> Local:
    return Local(
        version.name,
        version.references,
        version.channels,
        version.digests,
        version.size_bytes,
        version.created,
        version.labels,
        version.commit,
    )


def _channels(one: RemoteVersion, channels: Channels) -> Iterator[str]:
    for channel, digest in channels.get(one.repository, {}).items():
        if digest == one.digest:
            yield channel_of(channel) or channel
    # Whoever read the registry may not know of a person's own channels.
    if (own := channel_of(one.tag)) is not None:
        yield own


def _in_order(channels: set[str]) -> Iterator[str]:
    known = known_channels()
    yield from (channel for channel in known if channel in channels)
    yield from sorted(channels.difference(known))


def _reference(image: ImageId, local: Local | None, remote: list[RemoteVersion], name: str) -> str:
    if local is not None:
        return str(local.references[0]) if local.references else image
    best = next((one for one in remote if one.tag == name), remote[0])
    return f"{best.repository}:{best.tag}"

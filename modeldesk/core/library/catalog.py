"""What registries were found to have, joined with what is here (pure)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.library.grouping import EditedMetrics, model_of
from modeldesk.core.library.model import (
    Drift,
    Group,
    LibrarySnapshot,
    Model,
    PlacedVersion,
    Version,
)
from modeldesk.core.library.placed import count_places
from modeldesk.core.library.remote_model import RegistryLook, RemoteArtifact, RemoteVersion
from modeldesk.core.library.versions import channels_said, newest_first, tag_order
from modeldesk.core.references import DEFAULT_REGISTRY, Reference
from modeldesk.core.versioning.names import is_mutable

Channels = Mapping[str, Mapping[str, str]]
"""By repository, the tags that move and the digests of what they name."""


Edited = Mapping[ImageId, EditedMetrics]
_NOTHING: Edited = MappingProxyType({})
_NONE: EditedMetrics = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RemoteCatalog:
    """All that is known of registries at one moment. Never changed once made."""

    versions: tuple[RemoteVersion, ...] = ()
    channels: Channels = field(default_factory=dict)
    artifacts: tuple[RemoteArtifact, ...] = ()
    looks: tuple[RegistryLook, ...] = ()
    registries: frozenset[str] = frozenset()
    """Those a person named. Of others only what models here are tagged for is joined."""

    def look(self, registry: str) -> RegistryLook | None:
        """When a registry was looked through last."""
        return next((one for one in self.looks if one.registry == registry), None)


class Joiner:
    """Joins one catalog with snapshot after snapshot."""

    def __init__(self, catalog: RemoteCatalog) -> None:
        self.catalog = catalog
        self._edited: Edited = _NOTHING
        self._by_model: dict[ModelName, list[RemoteVersion]] = defaultdict(list)
        self._by_digest = {(one.repository, one.digest): one for one in catalog.versions}
        self._tags = {(one.repository, one.tag): one for one in catalog.versions}
        self._read = frozenset(
            {one.repository for one in catalog.versions} | catalog.channels.keys()
        )
        for one in catalog.versions:
            self._by_model[model_of(one)].append(one)

    def join(self, snapshot: LibrarySnapshot, edited: Edited = _NOTHING) -> LibrarySnapshot:
        """`snapshot` with what registries have, and the models that only they have. `edited` is
        what was said of metrics since versions were made."""
        self._edited = edited
        if not self._by_model and not self.catalog.channels:
            return snapshot
        here = {model.name for model in (*snapshot.models, *snapshot.others)}
        models = [self._joined(model) for model in snapshot.models]
        for name in self._by_model.keys() - here:
            model = self._only_there(name)
            if model is not None:
                models.append(model)
        models.sort(key=lambda model: (model.name.casefold(), model.name))
        return replace(
            snapshot,
            models=tuple(models),
            others=tuple(map(self._joined, snapshot.others)),
        )

    def _joined(self, model: Model) -> Model:
        if model.group is Group.UNTAGGED:
            return model
        remote = [
            one
            for one in self._by_model.get(model.name, ())
            if self._is_named(one.repository) or one.repository in model.repositories
        ]
        if not remote and self._read.isdisjoint(model.repositories):
            return model
        placed = self._placed(model.versions, remote)
        return replace(
            model,
            placed=placed,
            places=count_places(placed),
            repositories=tuple(sorted({*model.repositories, *(one.repository for one in remote)})),
        )

    def _only_there(self, name: ModelName) -> Model | None:
        remote = [one for one in self._by_model[name] if self._is_named(one.repository)]
        if not remote:
            return None
        repositories = sorted({one.repository for one in remote})
        placed = self._placed((), remote)
        return Model(
            name,
            Group.MODEL,
            tuple(repositories),
            (),
            0,
            0,
            placed=placed,
            places=count_places(placed),
        )

    def _is_named(self, repository: str) -> bool:
        return repository.partition("/")[0] in self.catalog.registries

    def _placed(
        self, versions: Sequence[Version], remote: Iterable[RemoteVersion]
    ) -> tuple[PlacedVersion, ...]:
        by_image: dict[ImageId, list[RemoteVersion]] = defaultdict(list)
        holder = _holders(versions)
        here: dict[ImageId, list[RemoteVersion]] = defaultdict(list)
        for one in remote:
            image = holder.get(one.digest) or holder.get(one.image)
            if image is not None:
                here[image].append(one)
            else:
                by_image[one.image].append(one)
        drifted: set[tuple[str, str]] = set()
        found = []
        for version in versions:
            drifts = self._drifts(version)
            drifted.update((one.reference.name, one.reference.tag) for one in drifts)
            found.append(self._one(version, here.get(version.key.image, ()), drifts))
        # What has no other name than that of a version here is told there.
        found += (
            self._one(None, tags, ())
            for tags in by_image.values()
            if any((one.repository, one.tag) not in drifted for one in tags)
        )
        return tuple(newest_first(found, _order))

    def _one(
        self,
        local: Version | None,
        remote: Collection[RemoteVersion],
        drifts: tuple[Drift, ...],
    ) -> PlacedVersion:
        ordered = sorted(
            remote, key=lambda one: (not is_mutable(one.tag), tag_order(one.tag)), reverse=True
        )
        channels = {
            channel
            for one in {(one.repository, one.digest) for one in remote}
            for channel, digest in self.catalog.channels.get(one[0], {}).items()
            if digest == one[1]
        }
        repositories = {one.name for one in (local.references if local else ())}
        return PlacedVersion(
            local,
            tuple(ordered),
            channels_said(channels),
            drifts,
            bool(repositories) and repositories <= self._read,
            _NONE if local is not None else self._edited.get(ordered[0].image, _NONE),
        )

    def _drifts(self, version: Version) -> tuple[Drift, ...]:
        found = []
        for reference in version.references:
            if reference.registry == DEFAULT_REGISTRY or not reference.tag:
                continue
            remote = self._tags.get((reference.name, reference.tag))
            digest = remote.digest if remote else self._channel(reference)
            if not digest:
                continue
            known = [one.digest for one in version.digests if one.name == reference.name]
            remote = remote or self._by_digest.get((reference.name, digest))
            image = version.key.image
            if digest in known or digest == image or (remote and remote.image == image):
                continue
            if remote is None and not known:
                # Nothing says whether they are the same.
                continue
            local = known[0] if known else str(image)
            found.append(Drift(reference, version, local, digest, remote))
        return tuple(found)

    def _channel(self, reference: Reference) -> str:
        return self.catalog.channels.get(reference.name, {}).get(reference.tag, "")


def _holders(versions: Iterable[Version]) -> dict[str, ImageId]:
    """By every digest and id that a version here is known by: its image."""
    return {
        digest: version.key.image
        for version in versions
        for digest in (version.key.image, *(one.digest for one in version.digests))
    }


def _order(one: PlacedVersion) -> tuple[str, datetime, str]:
    tag = one.local.references[0].tag if one.local and one.local.references else ""
    if one.local is None:
        tag = one.remote[0].tag
    return "" if is_mutable(tag) else tag, one.created, one.image

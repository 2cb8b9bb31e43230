"""What a repository of a registry holds: model artifacts and images, side by side, known by their
manifests and configurations."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from modeldesk.core.artifacts.model import Artifact
from modeldesk.core.artifacts.reading import artifact_of, is_artifact
from modeldesk.core.attached.attaching import attached
from modeldesk.core.errors import ArchiveDamaged, ArtifactError, NotInRegistry, RegistryLied
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.image_documents import Index, read_configuration, read_manifest
from modeldesk.core.jobs import CancelToken
from modeldesk.core.labels import MODEL_NAME_LABEL
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.library.labels import created_at
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.metadata.labels import from_labels
from modeldesk.core.metadata.merge import merged
from modeldesk.core.metadata.model import Edit, Metadata
from modeldesk.core.references import Reference
from modeldesk.core.registry.at_once import QUESTIONS, at_once
from modeldesk.core.registry.model import Manifest
from modeldesk.core.registry.ports import Registries, Registry
from modeldesk.core.registry.tagging import tags_by_digest
from modeldesk.core.registry.walk import spoken_of
from modeldesk.core.search.entries import Sources, entry_of
from modeldesk.core.search.model import Entry
from modeldesk.core.versioning.channels import channel_of
from modeldesk.core.versioning.names import is_mutable, sort_key

_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Held:
    """What one digest of a repository is."""

    digest: str
    size_bytes: int
    """Of its layers, as they lie in the registry; of an image, for one platform."""
    created: datetime
    labels: Mapping[str, str]
    config_digest: str
    artifact: Artifact | None
    """None for an image."""


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version in a repository."""

    repository: Reference
    """With the registry, without a tag."""
    name: str
    """Its tag; empty for what has none but a channel's."""
    held: Held
    channels: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    """Of its metadata, since it was made."""

    @property
    def reference(self) -> Reference:
        """With the digest, and the tag where it has one."""
        return replace(self.repository, tag=self.name, digest=self.held.digest)

    @property
    def metadata(self) -> Metadata:
        """What is said of it, by its labels and by edits."""
        return merged(from_labels(self.held.labels), self.edits)

    @property
    def entry(self) -> Entry:
        """As it is looked through by queries."""
        held = self.held
        remote = RemoteVersion(
            self.repository.name,
            self.name or held.digest,
            held.digest,
            ImageId(held.config_digest),
            held.created,
            held.labels.get(MODEL_NAME_LABEL, ""),
            {LayerKind.MODEL_WEIGHTS: held.size_bytes},
            labels=held.labels,
        )
        told = Sources(remote=[remote], channels=list(self.channels), edits=self.edits)
        return entry_of((ModelName(self.repository.repository), ImageId(held.config_digest)), told)


class Catalogue:
    """Asks repositories, and asks nothing twice that a digest tells. Any thread may ask."""

    def __init__(self, registries: Registries) -> None:
        self._registries = registries
        self._lock = threading.Lock()
        self._held: dict[tuple[str, str], Held | None] = {}
        """None for what is neither an artifact nor an image."""
        self._edits: dict[str, dict[str, tuple[str, Edit]]] = defaultdict(dict)
        """By repository and tag: the digest it is about, and the edit."""

    def versions(self, repository: Reference, token: CancelToken) -> tuple[HeldVersion, ...]:
        """Every version, the newest name first; none for a repository that is not there, and tags
        that are no model's are passed over. Raises as `Registry`, `Cancelled`."""
        registry = self._registries.at(repository.registry)
        path = repository.repository
        tags = {
            digest: names
            for digest, found in tags_by_digest(registry, path, token).items()
            if (names := [tag for tag in found if not spoken_of(tag)])
        }
        facts = at_once(
            lambda digest, own: self._look(registry, path, digest, own), tags, QUESTIONS, token
        )
        held = {one.digest: one for one in facts if one is not None}
        edits = self._fetch_edits(registry, path, held, token)
        place = Reference(repository.registry, path)
        found = [
            version
            for digest, one in held.items()
            for version in _versions(place, one, tags[digest], edits.get(digest, ()))
        ]
        return tuple(sorted(found, key=lambda one: sort_key(one.name), reverse=True))

    def _look(
        self, registry: Registry, repository: str, digest: str, token: CancelToken
    ) -> Held | None:
        key = (f"{registry.name}/{repository}", digest)
        with self._lock:
            if key in self._held:
                return self._held[key]
        try:
            manifest = registry.manifest(repository, digest, token)
            found = _held(registry, repository, manifest, token)
        except (ArtifactError, ArchiveDamaged, RegistryLied):
            found = None
        except NotInRegistry:
            return None
        with self._lock:
            self._held[key] = found
        return found

    def _fetch_edits(
        self, registry: Registry, repository: str, held: Mapping[str, Held], token: CancelToken
    ) -> Mapping[str, tuple[Edit, ...]]:
        name = f"{registry.name}/{repository}"
        with self._lock:
            known = dict(self._edits[name])
        for digest, tag, edit in attached(registry, repository, held, known, token):
            known[tag] = digest, edit
        with self._lock:
            self._edits[name].update(known)
        found: dict[str, tuple[Edit, ...]] = defaultdict(tuple)
        for digest, edit in known.values():
            found[digest] += (edit,)
        return found


def _versions(
    place: Reference, held: Held, tags: list[str], edits: tuple[Edit, ...]
) -> Iterator[HeldVersion]:
    channels = tuple(dict.fromkeys(c for tag in tags if (c := channel_of(tag)) is not None))
    names = [tag for tag in tags if not is_mutable(tag)]
    for name in names or [""]:
        yield HeldVersion(place, name, held, channels, edits)


def _held(
    registry: Registry, repository: str, manifest: Manifest, token: CancelToken, depth: int = 0
) -> Held | None:
    if is_artifact(manifest):
        artifact = artifact_of(registry, repository, manifest, token)
        return Held(
            manifest.digest,
            artifact.size_bytes,
            artifact.created,
            artifact.labels,
            artifact.config_digest,
            artifact,
        )
    read = read_manifest(manifest.content)
    if isinstance(read, Index):
        images = [one for one in read.manifests if not one.is_attestation]
        if not images or depth >= _DEEPEST:
            return None
        member = registry.manifest(repository, images[0].digest, token)
        found = _held(registry, repository, member, token, depth + 1)
        return found and replace(found, digest=manifest.digest)
    if not read.is_image:
        return None
    document = registry.document(repository, read.config.digest, token)
    configuration = read_configuration(document)
    labels = configuration.detail.labels
    return Held(
        manifest.digest,
        sum(layer.size_bytes for layer in read.layers),
        created_at(configuration.created, labels),
        labels,
        read.config.digest,
        None,
    )

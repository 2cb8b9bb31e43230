"""What registries were found to have, and how it is told of."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from modeldesk.core.errors import RegistryError
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import Labels
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import Told, add_up


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """A tag of a registry, known by its manifest and configuration: no layer was fetched."""

    repository: str
    """With the registry, such as ``registry.lan:5000/team/recommendation``."""
    tag: str
    digest: str
    """Of what the tag names: a manifest, or an index of several platforms."""
    image: ImageId
    """The digest of the configuration, which engines call the image by."""
    created: datetime
    model: str
    """The model its label names; empty when there is none."""
    compressed_by_kind: Mapping[LayerKind, int]
    """What the layers take in the registry, by kind. Never to be added to sizes of layers that
    are unpacked, or compared with them."""
    layers: tuple[Layer, ...] = ()
    """With their compressed sizes, and of what made them only the kind that it tells; empty where
    an earlier program kept the version."""
    labels: Labels | None = None
    """Those that tell something of a model; None where an earlier program kept the version."""
    platforms: tuple[str, ...] | None = None
    """What it is for, as docker writes it (``linux/arm64``); sizes and layers are those of the one
    that fits this machine, else of the first. None where an earlier program kept the version."""
    attestations: int = 0
    """Manifests beside the platforms that speak of the image: provenance, bills of materials."""
    artifact: str = ""
    """By whose rules weights without an image are packed, such as ``ModelPack``; empty for an
    image. Then `image` is the digest of the manifest."""

    @property
    def name(self) -> str:
        """As a person writes it: repository and tag."""
        return f"{self.repository}:{self.tag}"

    @property
    def compressed_bytes(self) -> int:
        """What its layers take in the registry."""
        return sum(self.compressed_by_kind.values())

    @property
    def complete(self) -> bool:
        """Whether all is known that a registry tells; an earlier program kept less."""
        return self.labels is not None and self.platforms is not None

    def judged(self, told: Mapping[DiffId, Told]) -> "RemoteVersion":
        """The same with the kinds that layers tell which were looked into in another image."""
        if not any(layer.diff_id in told for layer in self.layers):
            return self
        judged = (
            layer.judged(found) if (found := told.get(layer.diff_id)) else layer
            for layer in self.layers
        )
        return replace(self, compressed_by_kind=add_up(layer.parts for layer in judged))


@dataclass(frozen=True, slots=True)
class RemoteArtifact:
    """A tag of a registry that names no image: a chart, an attestation, weights by themselves."""

    repository: str
    tag: str
    digest: str
    kind: str
    """The media type it gives itself."""


@dataclass(frozen=True, slots=True)
class RemoteVersions:
    """What a repository was found to hold."""

    versions: tuple[RemoteVersion, ...] = ()
    """By tag. A tag that moves is only among them where nothing else names its image."""
    unreadable: tuple[str, ...] = ()
    """Tags of which nothing could be learned."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """The tags that move, and the digests of what they name."""
    artifacts: tuple[RemoteArtifact, ...] = ()
    """By tag."""
    edits: tuple[str, ...] = ()
    """Tags of what was said of its versions since they were made."""


@dataclass(frozen=True, slots=True)
class KnownRepository:
    """What was kept of a repository, so that it is not read again."""

    versions: tuple[RemoteVersion, ...] = ()
    artifacts: tuple[RemoteArtifact, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryLook:
    """When a registry was looked through last, and what that came to."""

    registry: str
    finished: datetime
    repositories: int
    versions: int
    artifacts: int


@dataclass(frozen=True, slots=True)
class BrowsedRegistry:
    """What came of looking through a registry."""

    repositories: tuple[str, ...]
    """With the registry; in its order."""
    whole: bool
    """Whether the registry said that these are all; else they are those it was asked for."""
    failed: Mapping[str, RegistryError]
    """Repositories of which nothing new is known, and why."""


class BrowseListener(Protocol):
    """Hears what a registry has while it is looked through, in the asker's thread."""

    def on_news(self, version: RemoteVersion) -> None:
        """This is not as it was known."""
        ...

    def on_repository(self, repository: str, found: RemoteVersions) -> None:
        """One was read to its end."""
        ...

    def on_progress(self, done: int, total: int) -> None:
        """So many tags of those that are known of by now."""
        ...

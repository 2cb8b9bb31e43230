"""The library a person sees: models, their versions, and the other images."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.ids import ImageId, ModelName
from modeldesk.core.images import Labels
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import add_up
from modeldesk.core.references import Reference


class Where(Enum):
    """Where a version is known to be."""

    LOCAL = "local"
    LOCAL_AND_REGISTRY = "local and registry"


@dataclass(frozen=True, slots=True)
class VersionKey:
    """A version's identity in the library: the same image may be a version of two models."""

    model: ModelName
    image: ImageId


@dataclass(frozen=True, slots=True)
class VersionSizes:
    """Sizes that follow from layer identities; known once every local image's layers are. The
    same content on top of other layers is stored again, and so is another layer here."""

    unique_bytes: int
    """In layers that no other local image has."""
    shared_bytes: int
    """In layers that some other local image has too."""


@dataclass(frozen=True, slots=True)
class Version:
    """One image as a version of one model."""

    key: VersionKey
    name: str
    """Its version tag (``v1.4.0``), or the short image id when it has none."""
    references: tuple[Reference, ...]
    """Every tag in this model that names the image, the version's own first."""
    channels: tuple[str, ...]
    """Mutable tags on it: ``stable``, ``candidate``, ``deprecated``, ``latest``."""
    digests: tuple[Reference, ...]
    size_bytes: int
    created: datetime
    labels: Labels
    metrics: Mapping[str, float]
    """From the label ``io.modeldesk.model.metrics``; empty when there is none."""
    commit: str
    """Eight hex digits (``-dirty`` kept) from the revision label, or empty."""
    where: Where
    change: float | None
    """Size against the version before, −0.237 = 23.7 % smaller; None for the first."""
    containers: tuple[ContainerSummary, ...]
    """Every container made from the image, stopped ones too."""
    layers: tuple[Layer, ...] | None
    """Base first; None until the detail has been read."""
    sizes: VersionSizes | None
    shared_with: tuple[int, ...] = ()
    """For each layer, how many versions of this model have it (all local images for a base
    image's layers); as long as `layers`."""
    images_with: tuple[int, ...] = ()
    """For each layer, how many local images have it, those of no version of this model too."""
    base_layers: int | None = None
    """How many of the lowest layers are its base image's; None until they are known."""

    def bytes_by_kind(self) -> dict[LayerKind, int]:
        """Bytes per layer kind, in the kinds' order; everything OTHER while layers are unknown."""
        if self.layers is None:
            return {LayerKind.OTHER: self.size_bytes}
        return add_up(layer.parts for layer in self.layers)


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """What is kept of a version, whether its image is still there or not."""

    model: ModelName
    image: ImageId
    name: str
    created: datetime
    bytes_by_kind: Mapping[LayerKind, int]
    """What the layers held, by kind; kinds of no bytes are left out."""

    @property
    def size_bytes(self) -> int:
        return sum(self.bytes_by_kind.values())


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


@dataclass(frozen=True, slots=True)
class RemoteVersions:
    """What a repository was found to hold."""

    versions: tuple[RemoteVersion, ...] = ()
    """By tag. Tags that move, and what is no image, are passed over."""
    unreadable: tuple[str, ...] = ()
    """Tags of which nothing could be learned."""


class Group(Enum):
    """Which of the two lists an entry stands in."""

    MODEL = "model"
    BASE_IMAGE = "base image"
    UNTAGGED = "untagged"


@dataclass(frozen=True, slots=True)
class Model:
    """A model and its versions, or a row of “Other images”."""

    name: ModelName
    """For UNTAGGED the empty name."""
    group: Group
    repositories: tuple[str, ...]
    """Names with registry, such as ``registry.lan:5000/team/recommendation``."""
    versions: tuple[Version, ...]
    """Newest first."""
    total_bytes: int
    """Sum of the versions' sizes."""
    unique_bytes: int | None
    """Bytes in layers that only this model's versions have, each layer counted once: what would
    come back if all of it went. None until layers are known."""
    base_of: int = 0
    """For a base image: how many versions stand on it."""
    reclaimable_bytes: int | None = None
    """For UNTAGGED: what would come back if all of it went that no container uses. None until
    layers are known."""

    @property
    def channels(self) -> Mapping[str, Version]:
        """Channel → the version it points at."""
        return {channel: v for v in self.versions for channel in v.channels}


@dataclass(frozen=True, slots=True)
class LibrarySnapshot:
    """Everything the library page shows, at one moment. Never changed once made."""

    models: tuple[Model, ...] = ()
    """Sorted by name."""
    others: tuple[Model, ...] = ()
    """Base images by name, then Untagged."""
    image_count: int = 0
    total_bytes: int | None = None
    """Bytes of all local layers, each counted once; None until layers are known."""
    missing_details: int = 0
    """Images whose layers are still to be read."""
    kinds_known: bool = True
    """Whether all that is known of the layers' content is in their kinds."""

    @property
    def reclaimable_bytes(self) -> int | None:
        """What the untagged images would bring back; None until layers are known."""
        if self.others and self.others[-1].group is Group.UNTAGGED:
            return self.others[-1].reclaimable_bytes
        return None if self.total_bytes is None else 0

    def version(self, key: VersionKey) -> Version | None:
        """The version with `key`, in models or others."""
        for model in (*self.models, *self.others):
            if model.name == key.model:
                for version in model.versions:
                    if version.key == key:
                        return version
        return None

"""The library a person sees: models, their versions, and the other images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from modeldesk.core.containers.model import ContainerSummary
from modeldesk.core.ids import ImageId, ModelName, short
from modeldesk.core.images import Labels
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.model import Layer
from modeldesk.core.layers.parts import add_up
from modeldesk.core.library.labels import commit, metrics
from modeldesk.core.library.remote_model import RemoteVersion
from modeldesk.core.references import Reference
from modeldesk.core.versioning.names import is_mutable

_NO_LABELS: Labels = {}


class Where(Enum):
    """Where a version is known to be."""

    LOCAL = "local"
    LOCAL_AND_REGISTRY = "local and registry"


class Place(Enum):
    """Where a version is."""

    LOCAL = "local"
    REGISTRY = "registry"
    BOTH = "both"
    REMOVED = "removed"
    """Known from before, and nowhere that was looked."""


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
class Drift:
    """A tag that names one image here and another in its registry."""

    reference: Reference
    """With the registry and the tag."""
    local: Version
    local_digest: str
    """By which the registry would know the image here; its id where that was never told."""
    remote_digest: str
    remote: RemoteVersion | None
    """What is there; None where only its digest was read."""


@dataclass(frozen=True, slots=True)
class PlacedVersion:
    """One version of a model. `local` or `remote` may be empty, never both."""

    local: Version | None
    remote: tuple[RemoteVersion, ...] = ()
    """The same image in registries, once for each tag there, the one that names it best first."""
    remote_channels: tuple[str, ...] = ()
    """Tags that move and name it in a registry."""
    drifts: tuple[Drift, ...] = ()
    """Of the tags it has here."""
    read: bool = False
    """Whether what `remote` says is all: every registry it may be in was asked."""
    edited: Mapping[str, float | None] = field(default_factory=dict)
    """What was said of metrics since it was made, where it is not here; None for one that counts
    no more."""

    @property
    def image(self) -> ImageId:
        """What it is known by in a list."""
        return self.local.key.image if self.local else self.remote[0].image

    @property
    def name(self) -> str:
        """As its version tag says, or the short image id when it has none."""
        if self.local is not None:
            return self.local.name
        tag = self.remote[0].tag
        return short(self.image) if is_mutable(tag) else tag

    @property
    def place(self) -> Place:
        """Where it is."""
        if self.local is None:
            return Place.REGISTRY
        pushed = self.local.where is Where.LOCAL_AND_REGISTRY and not self.read
        return Place.BOTH if self.remote or pushed else Place.LOCAL

    @property
    def created(self) -> datetime:
        return self.local.created if self.local else self.remote[0].created

    @property
    def channels(self) -> tuple[str, ...]:
        """Those here; for what is not here, those in registries."""
        return self.local.channels if self.local else self.remote_channels

    @property
    def labels(self) -> Labels:
        """Of what only a registry has, those that tell something of a model."""
        return self.local.labels if self.local else self.remote[0].labels or _NO_LABELS

    @property
    def metrics(self) -> Mapping[str, float]:
        if self.local is not None:
            return self.local.metrics
        found = metrics(self.labels)
        if not self.edited:
            return found
        told = {**found, **self.edited}
        return {name: value for name, value in told.items() if value is not None}

    @property
    def artifact(self) -> str:
        """By whose rules it is packed, where it is weights without an image."""
        return self.remote[0].artifact if self.local is None else ""

    @property
    def commit(self) -> str:
        return self.local.commit if self.local else commit(self.labels)

    @property
    def platforms(self) -> tuple[str, ...]:
        """What it is for, as far as a registry told; none for what is here alone."""
        return next((one.platforms for one in self.remote if one.platforms), ())

    @property
    def compressed_bytes(self) -> int | None:
        """What it takes in a registry; None for what is in none that was asked."""
        return self.remote[0].compressed_bytes if self.remote else None

    @property
    def repositories(self) -> tuple[str, ...]:
        """Those of registries that have it, as far as they were asked."""
        return tuple(dict.fromkeys(sorted(one.repository for one in self.remote)))


@dataclass(frozen=True, slots=True)
class Places:
    """What the versions of a model come to, wherever they are. Counted where nobody waits for it:
    there may be ten thousand."""

    here: int = 0
    both: int = 0
    there: int = 0
    """Only in a registry."""
    moved: int = 0
    """With a tag that names another image in its registry."""
    in_registry: int = 0
    several_platforms: bool = False
    committed: bool = False
    metrics: Mapping[str, int] = field(default_factory=dict)
    """How many versions have each."""


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

    placed: tuple[PlacedVersion, ...] = ()
    """The versions, newest first, with those that only a registry has; empty where no registry is
    known to have any: then they are the versions alone."""
    places: Places | None = None
    """What `placed` comes to; None where that is empty."""

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

"""An image with all that is in it, wherever it is."""

from dataclasses import dataclass
from pathlib import Path

from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.images import ImageDetail
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.layers.parts import Parts


@dataclass(frozen=True, slots=True)
class EngineImage:
    """An image on a container engine."""

    address: str
    """The engine's, as it is connected to."""
    image: ImageId
    name: str
    """How a person named it."""


@dataclass(frozen=True, slots=True)
class RegistryImage:
    """An image in a registry, which is read without pulling it."""

    reference: str
    """``registry/repository:tag`` or ``…@digest``."""

    @property
    def name(self) -> str:
        return self.reference


@dataclass(frozen=True, slots=True)
class ArchiveImage:
    """An image in an archive: a `docker save` file, or an OCI layout as a folder or tar."""

    path: Path
    image: str = ""
    """Which one, by tag, reference name or digest, where there are several; empty for the only
    one."""

    @property
    def name(self) -> str:
        return f"{self.path}:{self.image}" if self.image else str(self.path)


VERIFIED = ""
"""Instead of a stamp: the content has the digest that it is named by."""

Place = EngineImage | RegistryImage | ArchiveImage
"""Where an image is. Small and plain, so that it can be handed to another process."""


@dataclass(frozen=True, slots=True)
class LayerBlob:
    """How a layer is kept at its source."""

    diff_id: DiffId
    digest: str = ""
    """Of the blob as it is kept or sent, compressed or not; empty where the source does not say
    (an engine)."""
    compressed_bytes: int | None = None
    """Bytes of that blob; None where the source does not say."""
    created_by: str = ""
    """The history entry that made it, where the source says which; its own words."""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SourceImage:
    """What a source tells of an image without reading its layers."""

    name: str
    detail: ImageDetail
    blobs: tuple[LayerBlob, ...]
    """One for each layer, base first."""
    notes: tuple[str, ...] = ()
    """What was passed over and should be said: attestations, other platforms."""
    stamp: str = VERIFIED
    """Tells the source, as it is now, from all others where it may lie or change: what is read
    of it and not held against a digest serves nobody else, nor itself once it is another."""
    claimed: frozenset[DiffId] = frozenset()
    """Layers of which reading shows what is in them, and not whether that is what the diff ID says:
    of these only what was read of this very source is shown."""


@dataclass(frozen=True, slots=True)
class IndexedLayer:
    """One layer that was read."""

    diff_id: DiffId
    packed: bytes
    """Its `LayerIndex`."""
    stamp: str
    """`VERIFIED` where the content is known to be what the diff ID says; else its source's."""


@dataclass(frozen=True, slots=True)
class LayerContents:
    """One layer and every file in it."""

    blob: LayerBlob
    instruction: str
    kind: LayerKind
    """By content where that tells, else by the instruction."""
    parts: Parts
    """Bytes by kind within the layer; they add up to its size. A base image's is one part."""
    index: LayerIndex

    @property
    def size_bytes(self) -> int:
        return self.index.size_bytes


@dataclass(frozen=True, slots=True)
class ImageContents:
    """An image, its layers and their files. `layers` is base first; a layer that is listed twice
    is there twice."""

    image: SourceImage
    layers: tuple[LayerContents, ...]
    base_layers: int = 0
    """How many of the lowest are its base image's."""

    @property
    def size_bytes(self) -> int:
        return sum(layer.size_bytes for layer in self.layers)

"""The words of a registry: manifests, what they point at, and blobs on their way there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a manifest or index says of one blob, or of another manifest."""

    media_type: str
    digest: str
    size: int
    """In bytes, as it lies in the registry."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""
    platform: str = ""
    """As docker writes it, such as ``linux/arm64/v8``; empty where none is told."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or index, byte for byte as a registry keeps it: its digest is of these bytes."""

    content: bytes
    media_type: str
    digest: str


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob that can be read here."""

    digest: str
    size: int
    read: Callable[[int], Iterator[bytes]]
    """From this byte on; may be called again, when a broken upload goes on."""

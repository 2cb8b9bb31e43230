"""Images as the engine tells of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.references import Reference

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """What one list call says of an image."""

    id: ImageId
    tags: tuple[Reference, ...]
    """Every ``repository:tag`` that names it, sorted; empty for an untagged image."""
    digests: tuple[Reference, ...]
    """Every ``repository@digest`` a registry knows it by."""
    size_bytes: int
    """On disk, as the engine counts: all layers, shared ones included."""
    created: datetime
    """With time zone; the epoch where the engine does not know."""
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of an image's history, oldest first in every tuple of them."""

    created_by: str
    """The instruction, as the builder wrote it down."""
    size_bytes: int
    created: datetime
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """How a container of the image starts."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """``NAME=value`` lines."""
    user: str = ""
    working_directory: str = ""
    exposed_ports: tuple[str, ...] = ()
    """``5000/tcp`` …"""
    volumes: tuple[str, ...] = ()
    stop_signal: str = ""
    healthcheck: tuple[str, ...] = ()
    """As Docker writes it: ``("CMD", …)`` or ``("CMD-SHELL", "…")``; empty for none."""


@dataclass(frozen=True, slots=True)
class ImageDetail:
    """What inspecting one image adds. It never changes for an image id, so it can be kept."""

    id: ImageId
    diff_ids: tuple[DiffId, ...]
    """Base first."""
    history: tuple[HistoryEntry, ...]
    config: ImageConfig
    size_bytes: int
    """All layers, unpacked; a summary's counts what an engine keeps packed beside it, too."""
    architecture: str
    operating_system: str
    labels: Labels = field(default_factory=dict)

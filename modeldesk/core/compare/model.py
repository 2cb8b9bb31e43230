"""Two images side by side, as plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from modeldesk.core.compare.config import ConfigDifference
from modeldesk.core.compare.files import FileChange
from modeldesk.core.compare.folders import FolderDifference
from modeldesk.core.compare.layers import LayerPair
from modeldesk.core.compare.packages import PackageDifference
from modeldesk.core.contents.packages import Manager
from modeldesk.core.ids import DiffId, ImageId
from modeldesk.core.layers.kinds import LayerKind


@dataclass(frozen=True, slots=True)
class Side:
    """What is told of one of the images."""

    name: str
    """How a person knows it here: short where that is enough to tell the two apart."""
    source: str
    """Where it was read: a reference or a path."""
    image: ImageId
    size_bytes: int
    """All layers, as an engine counts."""
    compressed_bytes: int | None
    """As a registry keeps them; None where the source does not say."""
    files_bytes: int
    """What its file system holds in the end."""
    files: int
    layers: int
    unshared_bytes: int
    """In layers that the other image has not."""
    bytes_by_kind: tuple[tuple[LayerKind, int], ...]
    """In the kinds' order; they add up to `size_bytes`."""
    packages: Mapping[Manager, int]
    """How many of each manager; those without any are left out."""
    user: str
    """Who it runs as; ``root`` where nothing is said."""
    metrics: Mapping[str, float]

    @property
    def reclaimable_bytes(self) -> int:
        """What later layers replaced or removed, and is carried along nevertheless."""
        return self.size_bytes - self.files_bytes


@dataclass(frozen=True, slots=True)
class FileDifference:
    """One file that is not the same in both."""

    path: bytes
    change: FileChange
    left_bytes: int
    right_bytes: int

    @property
    def delta_bytes(self) -> int:
        return self.right_bytes - self.left_bytes


@dataclass(frozen=True, slots=True)
class ChangeTotal:
    """All files of one kind of change."""

    files: int
    left_bytes: int
    right_bytes: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything two images differ in. `left` is the one that was there before."""

    left: Side
    right: Side
    layers: tuple[LayerPair, ...]
    """Base first."""
    totals: Mapping[FileChange, ChangeTotal]
    folders: tuple[FolderDifference, ...]
    """Where files came, went, grew or shrank, largest first. They add up to `files_delta`."""
    rewritten: tuple[FolderDifference, ...]
    """Where files were written again at the same size."""
    largest: tuple[FileDifference, ...]
    """Single files, largest difference first; not all of them where there are thousands."""
    packages: tuple[PackageDifference, ...]
    config: tuple[ConfigDifference, ...]
    notes: tuple[str, ...] = ()
    """What was passed over while reading."""

    @property
    def diff_ids(self) -> frozenset[DiffId]:
        """Every layer of both."""
        both = (one for pair in self.layers for one in (pair.left, pair.right))
        return frozenset(one.blob.diff_id for one in both if one is not None)

    @property
    def delta_bytes(self) -> int:
        """How much larger the right image is: `files_delta` and `reclaimable_delta` together."""
        return self.right.size_bytes - self.left.size_bytes

    @property
    def files_delta(self) -> int:
        return self.right.files_bytes - self.left.files_bytes

    @property
    def reclaimable_delta(self) -> int:
        return self.right.reclaimable_bytes - self.left.reclaimable_bytes

    @property
    def shared_bytes(self) -> int:
        """In layers that both images have."""
        return self.right.size_bytes - self.right.unshared_bytes

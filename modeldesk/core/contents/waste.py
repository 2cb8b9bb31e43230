"""Bytes that an image carries and nobody can see: written by one layer, and replaced or removed by
another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.stack import Stack
from modeldesk.core.contents.touches import Touched, touches


@dataclass(frozen=True, slots=True)
class WastedPath:
    """One path with bytes that are not in the squashed file system."""

    path: bytes
    size_bytes: int
    """What is wasted, of all that was written here."""
    copied_bytes: int
    """The part of it that was only copied to change owner or permissions: same size, same time."""
    written: tuple[int, ...]
    """Layers that put it where nothing was."""
    changed: tuple[int, ...]
    removed: tuple[int, ...]

    @property
    def layers(self) -> tuple[int, ...]:
        """All that had to do with it, base first."""
        return tuple(sorted({*self.written, *self.changed, *self.removed}))


@dataclass(frozen=True, slots=True)
class Waste:
    """What would be gone if the image were squashed into one layer."""

    layers_bytes: int
    """All layers' bytes, also of one that is listed twice."""
    squashed_bytes: int
    """What the image's file system holds in the end."""
    paths: "WastedPaths"
    """Where the difference is, largest first; their bytes add up to it."""

    @property
    def reclaimable_bytes(self) -> int:
        return self.layers_bytes - self.squashed_bytes

    @property
    def copied_bytes(self) -> int:
        """What copies that only changed owner or permissions cost."""
        return sum(self.paths.copied.values())


@dataclass(frozen=True, slots=True)
class WastedPaths(Sequence[WastedPath]):
    """Wasted paths, largest first. Which layers had to do with one is found when it is read."""

    stack_layers: tuple[LayerIndex, ...]
    sizes: dict[bytes, int]
    copied: dict[bytes, int]
    """Only paths that were copied."""
    order: tuple[bytes, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, place: int) -> WastedPath: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[WastedPath, ...]: ...
    def __getitem__(self, place: int | slice) -> WastedPath | tuple[WastedPath, ...]:
        if isinstance(place, slice):
            return tuple(map(self._read, self.order[place]))
        return self._read(self.order[place])

    def __iter__(self) -> Iterator[WastedPath]:
        return map(self._read, self.order)

    def _read(self, path: bytes) -> WastedPath:
        found = touches(self.stack_layers, path)

        def who(how: Touched) -> tuple[int, ...]:
            return tuple(touch.layer for touch in found if touch.how == how)

        return WastedPath(
            path,
            self.sizes[path],
            self.copied.get(path, 0),
            who(Touched.WROTE),
            who(Touched.CHANGED),
            who(Touched.REMOVED),
        )


def find_waste(stack: Stack) -> Waste:
    """The waste of an image."""
    merged, kept = stack.merged, stack.squashed()
    sizes, copied = dict[bytes, int](), dict[bytes, int]()
    for place, there in enumerate(kept.there):
        size = merged.sizes[place]
        if there or not size or place in kept.moved:
            continue
        path = merged.paths[place]
        sizes[path] = sizes.get(path, 0) + size
        if _is_copied(stack, place):
            copied[path] = copied.get(path, 0) + size
    order = sorted(sizes, key=lambda path: (-sizes[path], path))
    total = sum(merged.sizes)
    return Waste(
        total,
        total - sum(sizes.values()),
        WastedPaths(stack.layers, sizes, copied, tuple(order)),
    )


def _is_copied(stack: Stack, place: int) -> bool:
    """Whether the next layer that writes the path has the same file with another owner."""
    merged, above = stack.merged, place + 1
    return (
        above < len(merged.paths)
        and merged.paths[above] == merged.paths[place]
        and merged.types[above] == merged.types[place] == FileType.FILE
        and merged.sizes[above] == merged.sizes[place]
        and stack.modified(above) == stack.modified(place)
        and stack.owner(above) != stack.owner(place)
    )

"""What a treemap shows, and where each of it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF

from modeldesk.core.layers.kinds import LayerKind
from modeldesk.ui.charts.squarify import squarify

HEAD = 17.0
"""The height of the line with a folder's name."""
_LEAST_WITH_HEAD = (46.0, 34.0)
_EDGE = 2.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A file or folder. `key` is empty for the smallest ones taken together."""

    key: bytes
    name: str
    size_bytes: int
    kind: LayerKind
    """The kind that most of it is of."""
    note: str = ""
    """More for the tooltip: how many files, which layer."""
    opens: bool = False
    """Whether there is something to descend into."""
    inside: tuple["Tile", ...] = ()
    """The largest things in it, largest first, and the rest as one; their sizes add up to its."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile and where it stands. One with others in it has only its edge and head to itself."""

    tile: Tile
    rect: QRectF
    depth: int
    is_frame: bool


def place(tiles: Sequence[Tile], room: QRectF) -> list[Placed]:
    """Where all stand in `room`, frames before what is in them. Tiles of no size have none."""
    return _place(tiles, room, 0)


def _place(tiles: Sequence[Tile], room: QRectF, depth: int) -> list[Placed]:
    shown = [tile for tile in tiles if tile.size_bytes > 0]
    # The rest of a folder comes last and may be larger than what stands before it.
    shown.sort(key=lambda tile: tile.size_bytes, reverse=True)
    placed: list[Placed] = []
    rects = squarify([float(tile.size_bytes) for tile in shown], room)
    for tile, rect in zip(shown, rects, strict=True):
        roomy = rect.width() >= _LEAST_WITH_HEAD[0] and rect.height() >= _LEAST_WITH_HEAD[1]
        is_frame = bool(tile.inside) and roomy
        placed.append(Placed(tile, rect, depth, is_frame))
        if is_frame:
            inner = rect.adjusted(_EDGE, HEAD, -_EDGE, -_EDGE)
            placed += _place(tile.inside, inner, depth + 1)
    return placed

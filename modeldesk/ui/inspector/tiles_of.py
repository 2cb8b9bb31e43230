"""A folder's contents as the tiles of a treemap: the largest, and what is largest in them."""

from typing import TYPE_CHECKING

from modeldesk.core.contents.columns import sums
from modeldesk.core.contents.entries import FileType
from modeldesk.core.contents.pieces import both, equal_to
from modeldesk.core.contents.runs import run_of
from modeldesk.core.contents.tree import FileTree, Node
from modeldesk.core.contents.view import FileView
from modeldesk.core.layers.kinds import LayerKind
from modeldesk.core.words import trn
from modeldesk.ui import presentation
from modeldesk.ui.charts.tiles import Tile

if TYPE_CHECKING:
    from array import array

_OUTER = 30
_INNER = 14
_WORTH_OPENING = 0.015
"""The share of the whole from which a folder's own contents are shown in it."""
_WORTH_MORE = 0.08
"""… and from which also what lies in its folders is."""


class KindSums:
    """Bytes that are there, by kind, for any run of a view's rows."""

    def __init__(self, view: FileView, kinds: bytes) -> None:
        """`kinds` has for each row the place of its kind in `LayerKind`."""
        present = view.present()
        self._sums: dict[LayerKind, array[int]] = {}
        for number, kind in enumerate(LayerKind):
            if number in kinds:
                here = both(equal_to(kinds, number), present)
                self._sums[kind] = sums(view.sizes, here)

    def main_kind(self, run: range) -> LayerKind:
        """The kind with the most bytes in a run."""
        found = {kind: s[run.stop] - s[run.start] for kind, s in self._sums.items()}
        return max(found, key=found.__getitem__, default=LayerKind.OTHER)


def tiles_of(tree: FileTree, kinds: KindSums, folder: bytes) -> tuple[Tile, ...]:
    """What is in `folder` (empty for the root), largest first, at most a few hundred tiles."""
    whole = tree.find(folder) if folder else tree.root()
    size = whole.size_bytes if whole else 0
    return _tiles(tree, kinds, folder, _OUTER, (size * _WORTH_OPENING, size * _WORTH_MORE))


def _tiles(
    tree: FileTree, kinds: KindSums, folder: bytes, most: int, worth: tuple[float, ...]
) -> tuple[Tile, ...]:
    """`worth`: from how many bytes a folder is opened, here and in each level below."""
    children = tree.children(folder)
    begin = len(folder) + 1 if folder else 0
    tiles = []
    for node in children.page(0, most):
        if not node.size_bytes:
            continue
        if node.type == FileType.FOLDER and worth and node.size_bytes >= worth[0]:
            deepest = _deepest(tree, node)
            inside = _tiles(tree, kinds, deepest.path, _INNER, worth[1:])
            tiles.append(_tile(tree, kinds, deepest, deepest.path[begin:], inside))
        else:
            tiles.append(_tile(tree, kinds, node, node.name, ()))
    rest = _rest(tree, kinds, folder, len(children) - most, sum(t.size_bytes for t in tiles))
    return (*tiles, rest) if rest else tuple(tiles)


def _deepest(tree: FileTree, node: Node) -> Node:
    """The folder below that has all bytes of `node`, where one does: there is nothing to see on
    the way to it."""
    while True:
        inner = next(iter(tree.children(node.path).page(0, 1)), None)
        if inner is None or inner.type != FileType.FOLDER or inner.size_bytes < node.size_bytes:
            return node
        node = inner


def _tile(
    tree: FileTree, kinds: KindSums, node: Node, below: bytes, inside: tuple[Tile, ...]
) -> Tile:
    is_folder = node.type == FileType.FOLDER
    if is_folder:
        run = run_of(tree.view.paths, node.path)
    else:
        run = range(node.row or 0, (node.row or 0) + 1)
    note = _files(node.file_count) if is_folder else ""
    name = presentation.printable(below)
    kind = kinds.main_kind(run)
    return Tile(node.path, name, node.size_bytes, kind, note, is_folder, inside)


def _rest(tree: FileTree, kinds: KindSums, folder: bytes, count: int, shown: int) -> Tile | None:
    whole = tree.find(folder) if folder else tree.root()
    if whole is None or count <= 0 or whole.size_bytes <= shown:
        return None
    name = trn("{count} more", "{count} more", count)
    kind = kinds.main_kind(run_of(tree.view.paths, folder))
    return Tile(b"", name, whole.size_bytes - shown, kind)


def _files(count: int) -> str:
    return trn("{figure} file", "{figure} files", count, figure=presentation.count(count))

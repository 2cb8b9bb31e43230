"""The score that the tool *dive* gives an image, by its own rules, for those who know it.

It judges otherwise than `waste` does: the copy that must be kept counts as wasted too, opaque
markers are dropped, symbolic links have no size, and what is not found when it is removed ends the
counting of its layer. Where dive would divide by zero (an image of one layer), the share is 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from modeldesk.core.contents.entries import WHITEOUT, FileType, shown
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.merged import run_of

_DROPPED = b"/.wh..wh.."
"""What begins so is in none of dive's trees."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A path that is written or removed in more than one layer."""

    path: str
    """With a slash at its beginning, as dive has it."""
    count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class DiveScore:
    """What dive says of an image."""

    efficiency: float
    """0 to 1."""
    size_bytes: int
    user_size_bytes: int
    """All but the lowest layer."""
    wasted_bytes: int
    wasted_user_percent: float
    """Wasted bytes over those of the user's layers: a share, not of a hundred."""
    references: tuple[Reference, ...]
    """Largest first."""


@dataclass(slots=True)
class _Path:
    cumulative: int = 0
    least: int = -1
    count: int = 0

    def add(self, size: int) -> None:
        self.cumulative += size
        self.least = size if self.least < 0 else min(self.least, size)
        self.count += 1


@dataclass(frozen=True, slots=True)
class _Tree:
    """A layer as dive has it."""

    nodes: dict[bytes, int]
    """Name without a slash → size, or -1 for a folder that has an entry: one without is no
    folder to dive."""
    leaves: dict[bytes, None]
    """In no order that matters, each once."""
    whiteouts: list[bytes]


def score(layers: Sequence[LayerIndex]) -> DiveScore:
    """The score of an image's layers, base first."""
    paths = dict[bytes, _Path]()
    marked = [number for number, layer in enumerate(layers) if _has_whiteouts(layer)]
    below = _Below()
    for number, layer in enumerate(layers):
        tree = _tree(layer)
        if number == 0 and tree.whiteouts:
            # What layer 0 removes is looked for in itself.
            _visit(tree, _Below(dict(tree.nodes)), paths)
        else:
            _visit(tree, below, paths)
        if marked and number < marked[-1]:
            below.put(tree)
    return _summary(layers, paths)


def _summary(layers: Sequence[LayerIndex], paths: dict[bytes, _Path]) -> DiveScore:
    least = sum(path.least for path in paths.values())
    cumulative = sum(path.cumulative for path in paths.values())
    twice = [(name, path) for name, path in paths.items() if path.count > 1]
    twice.sort(key=lambda pair: (-pair[1].cumulative, pair[0]))
    wasted = sum(path.cumulative for _, path in twice)
    sizes = [sum(_size(layer, row) for row in range(len(layer))) for layer in layers]
    user = sum(sizes[1:])
    return DiveScore(
        least / cumulative if cumulative else 1.0,
        sum(sizes),
        user,
        wasted,
        wasted / user if user else 0.0,
        tuple(Reference(f"/{shown(name)}", path.count, path.cumulative) for name, path in twice),
    )


def _visit(tree: _Tree, below: "_Below", paths: dict[bytes, _Path]) -> None:
    """Count a layer's leaves."""
    sizes = {
        leaf: below.size_removed(_without_mark(leaf))
        for leaf in tree.whiteouts
        if leaf in tree.leaves
    }
    leaves: Iterable[bytes] = tree.leaves
    if None in sizes.values():
        # Dive's order matters only where it gives up.
        leaves = sorted(leaves, key=lambda name: name.replace(b"/", b"\0"))
    for leaf in leaves:
        is_whiteout = leaf in sizes
        path = _without_mark(leaf) if is_whiteout else leaf
        size = sizes[leaf] if is_whiteout else max(0, tree.nodes[leaf])
        found = paths.get(path)
        if found is None:
            found = paths[path] = _Path()
        if size is None:
            # Its least size stays at -1, which dive adds up like any other.
            return
        found.add(size)


class _Below:
    """The file system of the layers below one, as dive stacks them."""

    def __init__(self, nodes: dict[bytes, int] | None = None) -> None:
        self._nodes: dict[bytes, int] = nodes or {}
        self._sorted: list[bytes] = []
        """The names, when they are asked for."""

    def size_removed(self, path: bytes) -> int | None:
        """What the whiteout of `path` counts: the contents of a folder, nothing for a file; None
        where dive finds nothing to remove."""
        found = self._nodes.get(path)
        if found is None or found >= 0:
            return None if found is None else 0
        return sum(size for name in self._inside(path) if (size := self._nodes[name]) > 0)

    def put(self, tree: _Tree) -> None:
        """Put a layer on. A name that sorts before its whiteout is put there first, and then
        removed with it."""
        late = {name for name in tree.whiteouts if _last(_without_mark(name)) < _last(name)}
        self._remove(name for name in tree.whiteouts if name not in late)
        self._nodes.update(tree.nodes)
        for name in tree.whiteouts:
            del self._nodes[name]
        self._sorted = []
        self._remove(late)

    def _remove(self, whiteouts: Iterable[bytes]) -> None:
        for path in map(_without_mark, whiteouts):
            if path in self._nodes:
                for name in self._inside(path):
                    self._nodes.pop(name, None)
                del self._nodes[path]

    def _inside(self, folder: bytes) -> list[bytes]:
        """All in a folder. Names that are gone may be among them, and are passed over."""
        if not self._sorted:
            self._sorted = sorted(self._nodes)
        run = run_of(self._sorted, folder)
        return [name for name in self._sorted[run.start : run.stop] if name in self._nodes]


def _tree(layer: LayerIndex) -> _Tree:
    nodes = dict[bytes, int]()
    rows: Sequence[int] = range(len(layer))
    folders = {path[:-1] for path in layer.paths if path.endswith(b"/")}
    if not folders.isdisjoint(layer.paths):
        # The archive has a name twice; what came later says what it is.
        rows = sorted(rows, key=layer.offsets.__getitem__)
    above = set[bytes]()
    for row in rows:
        name = layer.paths[row].removesuffix(b"/")
        if _DROPPED in name or name.startswith(_DROPPED[1:]):
            above.add((b"/" + name).partition(_DROPPED)[0][1:])
            continue
        nodes[name] = -1 if layer.types[row] == FileType.FOLDER else _size(layer, row)
    for name in above:
        nodes.setdefault(name, 0)
    parents = {name.rpartition(b"/")[0] for name in nodes}
    missing = parents.difference(nodes)
    while missing:
        nodes.update(dict.fromkeys(missing, 0))
        missing = {name.rpartition(b"/")[0] for name in missing}
        parents |= missing
        missing = missing.difference(nodes)
    nodes.pop(b"", None)
    leaves = {name: None for name in nodes if name not in parents}
    whiteouts = [name for name in nodes if _is_whiteout(name)] if _has_whiteouts(layer) else []
    return _Tree(nodes, leaves, whiteouts)


def _has_whiteouts(layer: LayerIndex) -> bool:
    return any(WHITEOUT in path for path in layer.paths)


def _is_whiteout(name: bytes) -> bool:
    return _last(name).startswith(WHITEOUT)


def _last(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _without_mark(name: bytes) -> bytes:
    folder, slash, last = name.rpartition(b"/")
    return folder + slash + last.removeprefix(WHITEOUT)


def _size(layer: LayerIndex, row: int) -> int:
    return layer.sizes[row] if layer.types[row] == FileType.FILE else 0

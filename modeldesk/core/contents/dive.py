"""The score that the tool *dive* gives an image, by its own rules, for those who know it.

It judges otherwise than `waste` does: the copy that must be kept counts as wasted too, opaque
markers are dropped, symbolic links have no size, and what is not found when it is removed ends the
counting of its layer. Where dive would divide by zero (an image of one layer), the share is 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from modeldesk.core.contents.entries import WHITEOUT, FileType, shown
from modeldesk.core.contents.layer_index import LayerIndex
from modeldesk.core.contents.pieces import pieces
from modeldesk.core.contents.runs import rows_of_type, run_of

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
    """What was counted of a path."""

    cumulative: int = 0
    least: int = -1
    count: int = 0

    def add(self, size: int) -> None:
        self.cumulative += size
        self.least = size if self.least < 0 else min(self.least, size)
        self.count += 1


@dataclass(slots=True)
class _Counts:
    """All paths. Nearly all are met once, and no object is made for those."""

    once: dict[bytes, int] = field(default_factory=dict)
    """Path → size."""
    others: dict[bytes, _Path] = field(default_factory=dict)

    def add(self, sizes: dict[bytes, int]) -> None:
        """Count paths that one layer has; `sizes` is theirs from now on."""
        for path in sizes.keys() & self.once.keys():
            self.give_up_on(path).add(self.once.pop(path))
        for path in sizes.keys() & self.others.keys():
            self.others[path].add(sizes.pop(path))
        # The smaller one goes into the other: either may have a million.
        more, fewer = sorted((self.once, sizes), key=len, reverse=True)
        more.update(fewer)
        self.once = more

    def give_up_on(self, path: bytes) -> _Path:
        """Note a path of which there is nothing to count. Its least size may stay at -1, which
        dive adds up like any other."""
        return self.others.setdefault(path, _Path())


@dataclass(frozen=True, slots=True)
class _Tree:
    """A layer as dive has it."""

    nodes: dict[bytes, int]
    """Name without a slash → size, or -1 for a folder that has an entry: one without is no
    folder to dive."""
    parents: set[bytes]
    """Names of folders that hold something; all other nodes are leaves."""
    whiteouts: list[bytes]

    def leaves(self, *, kept: bool) -> dict[bytes, int]:
        """Name → size. Where the tree is not `kept`, its nodes become them: a layer may have a
        million, and each dictionary of so many takes as much as all the rest of it."""
        found = dict(self.nodes) if kept else self.nodes
        for name in self.parents:
            found.pop(name, None)
        for name in [name for name, size in found.items() if size < 0]:
            found[name] = 0
        return found


def score(layers: Sequence[LayerIndex]) -> DiveScore:
    """The score of an image's layers, base first."""
    counts, below = _Counts(), _Below()
    marked = [number for number, layer in enumerate(layers) if _has_whiteouts(layer)]
    if len(layers) == 1 and not marked:
        # No path is there twice: a million of them need not be looked at.
        return _summary(layers, counts)
    for number, layer in enumerate(layers):
        tree = _tree(layer)
        is_kept = bool(marked) and number < marked[-1]
        # What layer 0 removes is looked for in itself.
        of_itself = number == 0 and bool(tree.whiteouts)
        sought = _Below(dict(tree.nodes)) if of_itself else below
        _visit(tree, sought, counts, is_kept=is_kept)
        if is_kept:
            below.put(tree)
    return _summary(layers, counts)


def _summary(layers: Sequence[LayerIndex], counts: _Counts) -> DiveScore:
    least = sum(counts.once.values()) + sum(path.least for path in counts.others.values())
    cumulative = sum(counts.once.values()) + sum(path.cumulative for path in counts.others.values())
    twice = [(name, path) for name, path in counts.others.items() if path.count > 1]
    twice.sort(key=lambda pair: (-pair[1].cumulative, pair[0]))
    wasted = sum(path.cumulative for _, path in twice)
    sizes = [layer.size_bytes - _links_bytes(layer) for layer in layers]
    user = sum(sizes[1:])
    return DiveScore(
        least / cumulative if cumulative else 1.0,
        sum(sizes),
        user,
        wasted,
        wasted / user if user else 0.0,
        tuple(Reference(f"/{shown(name)}", path.count, path.cumulative) for name, path in twice),
    )


def _visit(tree: _Tree, below: "_Below", counts: _Counts, *, is_kept: bool) -> None:
    """Count a layer's leaves. Unless it `is_kept`, the tree is used up."""
    sizes = dict[bytes, int]()
    failed: list[bytes] = []
    removing = [name for name in tree.whiteouts if name not in tree.parents]
    for name in removing:
        size = below.size_removed(_without_mark(name))
        if size is None:
            failed.append(name)
        else:
            sizes[name] = size
    leaves = tree.leaves(kept=is_kept)
    leaves.update(sizes)
    if failed:
        # Dive's order matters only where it gives up.
        order = sorted(leaves, key=_in_order)
        last = order.index(min(failed, key=_in_order))
        leaves = {name: leaves[name] for name in order[:last]}
    removed = [(name, leaves.pop(name)) for name in removing if name in leaves]
    counts.add(leaves)
    for name, size in removed:
        counts.add({_without_mark(name): size})
    if failed:
        path = _without_mark(min(failed, key=_in_order))
        if path not in counts.once:
            counts.give_up_on(path)


def _in_order(name: bytes) -> bytes:
    return name.replace(b"/", b"\0")


class _Below:
    """The file system of the layers below one, as dive stacks them."""

    def __init__(self, nodes: dict[bytes, int] | None = None) -> None:
        self._nodes: dict[bytes, int] = nodes or {}
        self._runs = [sorted(self._nodes)]
        """The names, sorted within each run, which is what a layer was the first to have; those
        that are gone may be among them."""
        self._known = set(self._nodes)

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
        # Nearly in order already, which a set would not be.
        new = sorted(name for name in tree.nodes if name not in self._known)
        self._known.update(new)
        self._runs.append(new)
        self._remove(late)

    def _remove(self, whiteouts: Iterable[bytes]) -> None:
        for path in map(_without_mark, whiteouts):
            if path in self._nodes:
                for name in self._inside(path):
                    del self._nodes[name]
                del self._nodes[path]

    def _inside(self, folder: bytes) -> list[bytes]:
        found = []
        for names in self._runs:
            run = run_of(names, folder)
            found += [name for name in names[run.start : run.stop] if name in self._nodes]
        return found


def _tree(layer: LayerIndex) -> _Tree:
    nodes = dict[bytes, int]()
    for part in pieces(len(layer)):
        nodes.update(zip(layer.paths[part], layer.sizes[part], strict=True))
    for row in rows_of_type(layer.types, FileType.SYMLINK):
        nodes[layer.paths[row]] = 0
    for row in rows_of_type(layer.types, FileType.FOLDER):
        path = layer.paths[row]
        del nodes[path]
        _add_folder(layer, row, path[:-1], nodes)
    whiteouts = []
    if _has_whiteouts(layer):
        _drop(nodes)
        whiteouts = [name for name in nodes if WHITEOUT in name and _is_whiteout(name)]
    parents = {name.rpartition(b"/")[0] for name in nodes}
    missing = parents.difference(nodes)
    while missing:
        nodes.update(dict.fromkeys(missing, 0))
        missing = {name.rpartition(b"/")[0] for name in missing}
        parents |= missing
        missing = missing.difference(nodes)
    nodes.pop(b"", None)
    return _Tree(nodes, parents, whiteouts)


def _add_folder(layer: LayerIndex, row: int, name: bytes, nodes: dict[bytes, int]) -> None:
    """Where the archive has a file of its name too, what came later says what it is."""
    file = layer.row(name) if name in nodes else None
    if file is None or layer.offsets[file] < layer.offsets[row]:
        nodes[name] = -1


def _drop(nodes: dict[bytes, int]) -> None:
    """Take away what dive does not look at, and leave the folders it is in."""
    for name in [name for name in nodes if _DROPPED in b"/" + name]:
        del nodes[name]
        nodes.setdefault((b"/" + name).partition(_DROPPED)[0][1:], 0)


def _has_whiteouts(layer: LayerIndex) -> bool:
    return any(WHITEOUT in path for path in layer.paths)


def _is_whiteout(name: bytes) -> bool:
    return _last(name).startswith(WHITEOUT)


def _last(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _without_mark(name: bytes) -> bytes:
    folder, slash, last = name.rpartition(b"/")
    return folder + slash + last.removeprefix(WHITEOUT)


def _links_bytes(layer: LayerIndex) -> int:
    """What symbolic links count elsewhere, and not for dive."""
    return sum(layer.sizes[row] for row in rows_of_type(layer.types, FileType.SYMLINK))
